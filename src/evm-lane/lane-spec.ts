// Owns: the description of one lane, complete and validated, as plain data that can be handed to a worker.
// Does not own: reading it from files and flags (config/), or acting on it (engine/).
// Called by: config (produces), node (hands over), engine (obeys).

import type { Address, Bytes, Hash32 } from '../primitives.js'

/** L3. `none`: the lane serves an imported chain and never produces a block. */
export type Production =
  { kind: 'instant'; minBlockIntervalMs: number; heartbeatMs: number } | { kind: 'interval'; blockTimeMs: number } | { kind: 'none' }

export type GenesisAccount = { address: Address; balance: bigint; nonce: bigint; code: Bytes; storage: { slot: Hash32; value: Hash32 }[] }

/** Where block 0 comes from (L2). */
export type GenesisSource =
  /** Our own: preinstalls, funded accounts, the newest final fork from block 0 on (or the named one). */
  | { kind: 'default'; hardfork: string | null; timestamp: bigint; alloc: GenesisAccount[]; baseFeePerGas: bigint }
  /** The text of a geth genesis.json, which carries its own alloc and fork schedule. */
  | { kind: 'geth'; json: string }

export type PoolLimits = {
  /** Executable transactions over all senders. */
  pendingMax: number
  /** Nonce-gapped transactions over all senders. */
  queuedMax: number
  perSenderMax: number
  /** Bytes of one transaction. */
  txBytesMax: number
  /** Per cent that a replacement must add to both fee fields. */
  priceBumpPercent: number
  /** Wei: the least tip (or gas price over base fee) admitted. */
  minTip: bigint
}

export type LaneLimits = {
  /** Gas of one eth_call or estimate. */
  callGas: bigint
  /** Wall time of one eth_call or estimate. */
  callMs: number
  /** Simulations in flight at once; more wait. */
  callsInFlight: number
  /** Logs in one answer; more is an error that names the range. */
  logsMax: number
  /** Blocks in one eth_getLogs without an address or topic. */
  logScanBlocksMax: number
  feeHistoryBlocksMax: number
}

export type LaneSpec = {
  chainId: number
  name: string
  /** Folder of the lane's store; null keeps everything in memory (tests). */
  dir: string | null
  production: Production
  genesis: GenesisSource
  /** Gas limit that new blocks move to (and that our own genesis starts with). */
  gasLimit: bigint
  coinbase: Address
  extraData: Bytes
  /** Blocks without transactions that a lane still produces after the last transaction; then it stays quiet (L3). */
  quietAfterBlocks: number
  /** Blocks of state history kept; null keeps all. */
  historyBlocks: number | null
  /** A coordinator carries calls between this lane and others; the lane builds nothing before it has said what to recover. Absent: false. */
  coordinated?: boolean
  /** Chain ids of the other lanes that it reaches. */
  peers?: number[]
  /**
   * Its blocks become part of Hyper Blocks (H1): `safe` and `finalized` are what the lane is told, and it builds nothing before it knows a Hyper Block to
   * build on (H4). Absent: its head is safe and final.
   */
  sealed?: boolean
  /** Blocks beyond the newest sealed one with which a sealed lane stops until more are sealed; null or absent: no bound. */
  maxUnsealed?: number | null
  /** It makes no blocks and takes no transactions: it executes again the blocks that another node made for it (importBlock with `own`). Absent: false. */
  following?: boolean
  /** True: every block batch is fsynced. False: it survives a killed process, not a power cut. */
  syncWrites: boolean
  pool: PoolLimits
  limits: LaneLimits
}
