// Owns: a small lane for tests of simulations: accounts in memory under a StateView, one block environment, real EVM slots.
// Called by: simulate*.test.ts.

import type { LaneLimits } from '../../../../src/evm-lane/lane-spec.js'
import type { BlockEnv } from '../../../../src/evm-lane/engine/block-env.js'
import { laneCrypto } from '../../../../src/evm-lane/engine/crypto.js'
import { EvmSlots } from '../../../../src/evm-lane/engine/evm-slot.js'
import { ForkSchedule, ownChainRules } from '../../../../src/evm-lane/engine/fork-schedule.js'
import type { SimulationParts } from '../../../../src/evm-lane/engine/simulate/run-message.js'
import type { StateBase } from '../../../../src/evm-lane/engine/state/state-base.js'
import { StateView } from '../../../../src/evm-lane/engine/state/state-view.js'
import { bigintToFixed, fromHex } from '../../../../src/primitives.js'

export const chainId = 77_000
export const alice = fromHex('a11ce00000000000000000000000000000000001')
export const bob = fromHex('b0b0000000000000000000000000000000000002')
export const contract = fromHex('c0de000000000000000000000000000000000003')
export const ether = 10n ** 18n

export const limits: LaneLimits = {
  callGas: 50_000_000n,
  callMs: 5_000,
  callsInFlight: 2,
  logsMax: 100,
  logScanBlocksMax: 100,
  feeHistoryBlocksMax: 1_024,
}

const emptyBase: StateBase = {
  account: () => undefined,
  slot: () => new Uint8Array(0),
  code: () => new Uint8Array(0),
  loadAccount: () => undefined,
  loadSlot: () => undefined,
}

export function emptyView(): StateView {
  return new StateView(emptyBase, () => new Uint8Array(32))
}

const slotsByFork = new Map<string, { slots: EvmSlots; forks: ForkSchedule }>()

export type TestLane = SimulationParts & { forks: ForkSchedule }

/** Alice has 10 ether. `code`: of the contract. */
export function testLane({
  fork = 'bpo2',
  code = '',
  baseFee = 7n,
  callMs = limits.callMs,
}: { fork?: string; code?: string; baseFee?: bigint; callMs?: number } = {}): TestLane {
  let shared = slotsByFork.get(fork)
  if (shared === undefined) {
    shared = { slots: new EvmSlots(), forks: new ForkSchedule(ownChainRules(chainId, fork), laneCrypto) }
    slotsByFork.set(fork, shared)
  }
  const { slots, forks } = shared
  const view = emptyView()
  view.addBalanceSync(alice, 10n * ether)
  if (code !== '') view.putCodeSync(contract, fromHex(code))
  const env: BlockEnv = {
    number: 100n,
    timestamp: 1_700_000_000n,
    coinbase: fromHex('cb'.padStart(40, '0')),
    gasLimit: 30_000_000n,
    baseFee,
    difficulty: 0n,
    prevRandao: bigintToFixed(99n, 32),
    beaconRoot: null,
    excessBlobGas: 0n,
    common: forks.commonAt(100n, 1_700_000_000n),
  }
  return { slots, forks, view, env, blockHashes: () => undefined, limits: { ...limits, callMs } }
}
