// Owns: THE messages between the main thread and a lane: every operation, its request and reply, and the events a lane emits.
// Does not own: how they travel (client-worker.ts, worker.ts) or what they do (engine/handlers.ts).
// Called by: lane clients, the worker, the engine, rpc handlers. Plain data only: it crosses structuredClone.

import type { WireError } from '../errors.js'
import type { Address, Bytes, Hash32 } from '../primitives.js'
import type { Asks, ReplayResult, SessionLink, SessionRequests, SessionWanted, TranscriptOfSession } from './session-protocol.js'
import type {
  AccessList,
  AccountOverride,
  BlockData,
  BlockOverride,
  BlockRef,
  CallMessage,
  HeadInfo,
  HeaderData,
  LocatedLog,
  LocatedReceipt,
  LocatedTx,
  TxData,
} from './chain-data.js'

export type CallRequest = {
  message: CallMessage
  at: BlockRef
  stateOverrides: AccountOverride[]
  blockOverrides: BlockOverride | null
}

export type AccountProof = {
  balance: bigint
  nonce: bigint
  codeHash: Hash32
  storageHash: Hash32
  accountProof: Bytes[]
  storageProof: { slot: Hash32; value: bigint; proof: Bytes[] }[]
}

export type FeeHistory = {
  oldestBlock: bigint
  /** One more entry than blocks: the next block's base fee is the last. */
  baseFeePerGas: bigint[]
  gasUsedRatio: number[]
  baseFeePerBlobGas: bigint[]
  blobGasUsedRatio: number[]
  /** [block][percentile], only when percentiles were asked for. */
  reward: bigint[][] | null
}

/** Fees a transaction should offer now, in wei. */
export type FeeState = { baseFeeNext: bigint | null; gasPrice: bigint; maxPriorityFeePerGas: bigint; blobBaseFee: bigint }

export type PoolTx = { sender: Address; nonce: bigint; tx: TxData }
export type PoolContent = { pending: PoolTx[]; queued: PoolTx[] }

/** EIP-7910 eth_config for one fork. */
export type ForkConfig = {
  activationTime: bigint
  blobSchedule: { baseFeeUpdateFraction: bigint; max: bigint; target: bigint } | null
  chainId: bigint
  forkId: Bytes
  precompiles: { name: string; address: Address }[]
  systemContracts: { name: string; address: Address }[]
}

/** What happened to a message between lanes (S9) in a block. `peer`: the other lane. A retry that succeeds is a second 'delivered'. */
export type MessageFact = { kind: 'sent' | 'delivered'; id: Hash32; peer: number; success: boolean }

/** What a Hyper Block must know of one lane block. The four sums are cumulative since genesis, in wei (S11). */
export type BlockFact = {
  number: bigint
  hash: Hash32
  parentHash: Hash32
  stateRoot: Hash32
  /** parentBeaconBlockRoot (H4); zero where the lane's fork has no such field. */
  hyperHash: Hash32
  timestampMs: bigint
  txCount: number
  gasUsed: bigint
  /** All balances after the block. */
  supply: bigint
  /** Base fees and blob fees. */
  burned: bigint
  /** Native value minted and burnt for sessions and messages; the fee of a message is not in it: nobody gets that. */
  bridgedIn: bigint
  bridgedOut: bigint
  messages: MessageFact[]
}

/** A sealed Hyper Block, and the lane's newest block in it. */
export type SealedMark = { hyperNumber: bigint; hyperHash: Hash32; finalized: bigint }

/** A block of this lane as another node needs it to execute it again (importBlock). */
export type ExportedBlock = {
  rlp: Bytes
  timestampMs: number
  /** One per transaction; null for those of no session. */
  links: (SessionLink | null)[]
  /** Other lanes that the block could reach: what a message costs, and whether it can be sent, depends on that. */
  peers: number[]
}

/** What a block of this network needs beside its RLP to be executed again. `sessions`: those of its batch, in order; null for a block of local transactions. */
export type OwnBlock = Omit<ExportedBlock, 'rlp'> & { sessions: TranscriptOfSession[] | null }

export type LaneStatus = {
  head: HeadInfo
  genesisHash: Hash32
  poolPending: number
  poolQueued: number
}

type Req<Q, S> = { req: Q; res: S }

/** Operation name → request and reply. */
export type Requests = LaneRequests & SessionRequests

type LaneRequests = {
  status: Req<Record<string, never>, LaneStatus>

  /** Admit a signed transaction. waitMs > 0: answer once a block holds it, or when the time is up (L3). sender/hash: recovered by the pool, trusted. */
  submit: Req<{ raw: Bytes; sender: Address | null; waitMs: number }, { hash: Hash32; mined: boolean }>
  /** EIP-7966: admit and answer with the receipt. @throws 'tx-not-mined' with {hash} when timeoutMs passes. */
  submitSync: Req<{ raw: Bytes; sender: Address | null; timeoutMs: number }, LocatedReceipt>
  /** Complete a transaction's nonce, gas and fees as geth's eth_fillTransaction does. */
  fillTransaction: Req<{ message: CallMessage }, CallMessage>

  block: Req<{ at: BlockRef; full: boolean }, BlockData | null>
  blockReceipts: Req<{ at: BlockRef }, LocatedReceipt[] | null>
  /** Header and RLP length of an ommer; only chains imported from before the merge have any. */
  uncle: Req<{ at: BlockRef; index: number }, { header: HeaderData; size: number } | null>
  blockTxCount: Req<{ at: BlockRef }, { txs: number; uncles: number } | null>
  transaction: Req<{ hash: Hash32 }, LocatedTx | null>
  transactionAt: Req<{ at: BlockRef; index: number }, LocatedTx | null>
  /** The EIP-2718 bytes of a mined or pooled transaction. */
  rawTransaction: Req<{ hash: Hash32 } | { at: BlockRef; index: number }, Bytes | null>
  receipt: Req<{ hash: Hash32 }, LocatedReceipt | null>
  logs: Req<LogQuery, LocatedLog[]>

  balance: Req<{ address: Address; at: BlockRef }, bigint>
  nonce: Req<{ address: Address; at: BlockRef }, bigint>
  code: Req<{ address: Address; at: BlockRef }, Bytes>
  storage: Req<{ address: Address; slot: Hash32; at: BlockRef }, Hash32>
  storageValues: Req<{ requests: { address: Address; slots: Hash32[] }[]; at: BlockRef }, Hash32[][]>
  proof: Req<{ address: Address; slots: Hash32[]; at: BlockRef }, AccountProof>

  /** @throws 'reverted' with {data: Bytes}, 'out-of-gas', 'vm-error'. */
  call: Req<CallRequest, { returnData: Bytes; gasUsed: bigint }>
  estimateGas: Req<CallRequest, bigint>
  createAccessList: Req<CallRequest, { accessList: AccessList; gasUsed: bigint; error: string | null }>

  fees: Req<Record<string, never>, FeeState>
  feeHistory: Req<{ blockCount: number; newest: BlockRef; percentiles: number[] | null }, FeeHistory>
  forkConfig: Req<Record<string, never>, { current: ForkConfig; next: ForkConfig | null; last: ForkConfig | null }>

  poolStatus: Req<Record<string, never>, { pending: number; queued: number }>
  poolContent: Req<{ from: Address | null }, PoolContent>
  /** Turns the poolAdded event on or off; off by default so that nobody pays for what nobody reads. */
  watchPool: Req<{ on: boolean }, null>

  /**
   * Append one block (RLP): of an imported chain, or with `own` of this network, on a lane that follows; that is executed again with all rules of L3, H4 and
   * S12. @throws 'block-invalid' with {number, reason}; the chain then ends before it.
   */
  importBlock: Req<{ rlp: Bytes; own?: OwnBlock }, { number: bigint; hash: Hash32; known: boolean }>
  /**
   * Execute a block of the lane again on its parent's state, and compare what is stored; nothing changes. sessions: those of its batch, null for a block of
   * local transactions. @throws 'block-not-found', 'history-pruned'.
   */
  replayBlock: Req<{ number: bigint; sessions: TranscriptOfSession[] | null }, ReplayResult>
  /** A block of the lane's own and what importBlock wants beside it; null when there is none of that number. */
  exportBlock: Req<{ number: bigint }, ExportedBlock | null>

  /** Facts of blocks from..min(head, from + max - 1); `max` counts up to 1,000. What is told survives a loss of power. @throws 'history-pruned' for blocks of before facts were kept. */
  blockFacts: Req<{ from: bigint; max: number }, BlockFact[]>
  /** Everything the lane has written survives a loss of power when this is answered. */
  syncStore: Req<Record<string, never>, null>
  /**
   * The newest sealed Hyper Block the coordinator knows, and the lane's newest block in it: moves `finalized` (L5), goes into the blocks to come (H4) and
   * lets a lane go on that waited for it. Durable before the answer; older ones are passed over. Number 0 is the Hyper genesis: a sealed lane builds
   * nothing before it was told of that or a later one. @throws 'store-corrupt' when the lane does not have all its sealed blocks; it then builds nothing.
   */
  sealed: Req<SealedMark, null>
  /** The lane's newest block in a proposed Hyper Block: moves `safe` (L5). Forgotten with the process. */
  proposed: Req<{ safe: bigint }, null>

  /** The other lanes, from the next block on (H3). Later lives of the lane begin with them. */
  setPeers: Req<{ peers: number[] }, null>

  /** Finish what is running, write it, close the store. */
  stop: Req<Record<string, never>, null>
}

/** addresses: any of; topics[i]: null = anything, else any of. */
export type LogQuery = {
  range: { kind: 'numbers'; from: BlockRef; to: BlockRef } | { kind: 'block'; hash: Hash32 }
  addresses: Address[]
  topics: (Hash32[] | null)[]
}

export type Op = keyof Requests
export type Request<K extends Op> = Requests[K]['req']
export type Reply<K extends Op> = Requests[K]['res']
export type Handlers = { [K in Op]: (req: Request<K>) => Promise<Reply<K>> | Reply<K> }

/** Facts a lane tells without being asked, in order. */
export type LaneEvents = {
  /** A new durable block: emitted after its batch is written. */
  head: HeadInfo
  /** `safe` and `finalized` moved; the head did not (L5). */
  marks: { safe: bigint; finalized: bigint }
  /** Transactions admitted to the pending part of the pool. */
  poolAdded: { txs: PoolTx[] }
  /** A transaction whose execution leaves the lane waits for the coordinator (S1). */
  sessionWanted: SessionWanted
}
export type LaneEvent = { [K in keyof LaneEvents]: { kind: K; value: LaneEvents[K] } }[keyof LaneEvents]

/** Main → lane: several requests per message, so that a busy tick costs one postMessage. */
export type ToLane = (
  | { kind: 'request'; id: number; op: Op; req: unknown }
  | { kind: 'answer'; id: number; res: unknown }
  | { kind: 'refusal'; id: number; error: WireError }
)[]
/** Lane → main. */
export type FromLane = (
  | { kind: 'reply'; id: number; res: unknown }
  | { kind: 'error'; id: number; error: WireError }
  | { kind: 'event'; event: LaneEvent }
  /** A question of the lane, with ids of its own; answered by `answer` or `refusal`. */
  | { kind: 'ask'; id: number; op: keyof Asks; req: unknown }
  | { kind: 'ready'; head: HeadInfo; genesisHash: Hash32 }
  | { kind: 'fatal'; error: WireError }
)[]
