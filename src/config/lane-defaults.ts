// Owns: what a lane is when its configuration does not say, and the four lanes that a bare start brings up.
// Does not own: the keys (schema.ts).
// Called by: schema.ts, lanes.ts, resolve.ts, commands/lane-init.ts.

import type { LaneLimits, PoolLimits } from '../evm-lane/lane-spec.js'

export const poolLimits: PoolLimits = {
  pendingMax: 16_384,
  queuedMax: 4_096,
  perSenderMax: 4_096,
  // As geth: more is never propagated there, so no tool expects it to be taken.
  txBytesMax: 131_072,
  priceBumpPercent: 10,
  minTip: 0n,
}

export const laneLimits: LaneLimits = {
  // As geth; a lane with a higher block limit raises it to that.
  callGas: 50_000_000n,
  callMs: 5_000,
  callsInFlight: 8,
  logsMax: 20_000,
  logScanBlocksMax: 10_000,
  feeHistoryBlocksMax: 1_024,
}

export const laneDefaults = {
  gasLimit: 36_000_000,
  minBlockIntervalMs: 0,
  heartbeatMs: 500,
  // More than the confirmations any tool was seen to wait for (Hardhat Ignition: 5).
  quietAfterBlocks: 32,
  baseFeePerGas: 1_000_000_000n,
  extraData: 'paralane',
}

export type DefaultLane = { chainId: number; name: string; blockTimeMs?: number; gasLimit: number }

/** Different on purpose: code that works on all four makes no assumption about block times. */
export const defaultLanes: readonly DefaultLane[] = [
  { chainId: 77_000, name: 'instant', gasLimit: 36_000_000 },
  { chainId: 77_001, name: 'swift', blockTimeMs: 250, gasLimit: 36_000_000 },
  { chainId: 77_002, name: 'steady', blockTimeMs: 1_000, gasLimit: 60_000_000 },
  { chainId: 77_003, name: 'wide', blockTimeMs: 2_000, gasLimit: 200_000_000 },
]

/** Chain ids that tools give a meaning of their own: wallets warn, Hardhat assumes its own node. */
export const chainIdsToAvoid: readonly number[] = [31_337, 1_337]
