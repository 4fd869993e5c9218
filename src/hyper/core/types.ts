// Owns: what goes into and comes out of the decision maker of sessions: work, inputs, effects, records, limits. Plain data.
// Does not own: its state (state.ts) or its decisions (atomic.ts).
// Called by: hyper/core, the coordinator that executes the effects, the reader.

import type {
  CrossCall,
  CrossResult,
  SealedBlock,
  SessionRequests,
  SessionTxOutcome,
  SystemRefusal,
  TranscriptEvent,
} from '../../evm-lane/session-protocol.js'
import type { Address, Hash32 } from '../../primitives.js'

/** Every bound of sessions (S10). */
export type SessionLimits = {
  /** Sessions that wait. */
  queueMax: number
  /** Waiting sessions that are looked at for one decision; those behind them wait for their turn. */
  scanMax: number
  sessionsPerBatchMax: number
  /** Batches at the same time, on disjoint lanes. */
  batchesMax: number
  lanesMax: number
  /** Cross calls of one session, undone ones included. */
  crossCallsMax: number
  /** Cross calls nested in each other. */
  depthMax: number
  /** Calldata and return data of all cross calls of one session: what its transcript holds. */
  dataBytesMax: number
  /** Gas limit of a transaction that starts a session. */
  gasMax: bigint
  sessionMs: number
  /** How often a session is begun again because a lane was lost or full. */
  triesMax: number
  /** Targets whose lanes are remembered. */
  rememberedMax: number
  /** Wait before a commit, an abort or a recovery that a lane did not answer is asked again. */
  retryMs: number
}

export const sessionLimits: SessionLimits = {
  queueMax: 10_000,
  scanMax: 512,
  sessionsPerBatchMax: 32,
  batchesMax: 256,
  lanesMax: 16,
  crossCallsMax: 1_000,
  depthMax: 128,
  dataBytesMax: 16 * 1024 * 1024,
  gasMax: 100_000_000n,
  sessionMs: 5_000,
  triesMax: 5,
  rememberedMax: 10_000,
  retryMs: 500,
}

/** A transaction of a lane. */
export type Part = { chainId: number; transactionHash: Hash32 }

export type Work =
  | { kind: 'transaction'; tx: Part; to: Address | null }
  /** All succeed, or none is included (S8). */
  | { kind: 'bundle'; txs: Part[] }
  /** A message (S9), as a call into its lane. */
  | { kind: 'delivery'; message: Hash32; call: CrossCall }

export type Wanted = {
  id: Hash32
  work: Work
  /** Sessions with the same flow run in the order they came: those of one sender, or the messages of one sender to one lane. */
  flow: string
  /** Lanes that it is known to call, besides those it starts on. */
  lanes: number[]
  gasLimit: bigint
}

export type SessionRecord = {
  id: Hash32
  work: Work
  /** One per transaction of the work, or one for a delivery. */
  outcomes: SessionTxOutcome[]
  /** Signed transactions, or the delivery. */
  own: Part[]
  /** 0x7e transactions on all lanes (S6). */
  legs: Part[]
  /** Why its calls were refused from the start (S10). */
  refuse: SystemRefusal | null
  transcript: TranscriptEvent[]
}

/** A sealed block without its bytes. */
export type BlockPosition = Omit<SealedBlock, 'batch'>

/** What the journal makes durable before any lane commits (S11). Batches of overlapping lanes are ordered by number; sessions in one by place. */
export type BatchRecord = { batch: number; lanes: number[]; blocks: SealedBlock[]; sessions: SessionRecord[] }

export type SessionOp = Exclude<keyof SessionRequests, 'sessionAdmit' | 'sessionReplay' | 'sessionReceipts' | 'simulationEnd'>
export type LaneCall = { [K in SessionOp]: { op: K; req: SessionRequests[K]['req'] } }[SessionOp]
export type LaneReply = { [K in SessionOp]: { op: K; res: SessionRequests[K]['res'] } }[SessionOp]

export type Outcome =
  | { kind: 'committed'; batch: number; place: number; blocks: BlockPosition[]; record: SessionRecord }
  /** The transaction cannot be in a block now; it is the lane's again. */
  | { kind: 'rejected'; reason: string }
  /** Nothing of it is in any block, and its transactions are in no pool. */
  | { kind: 'failed'; reason: string }
  /** A delivery whose lane cannot do it now; it has to be wanted again. */
  | { kind: 'postponed' }

export type Timer =
  { kind: 'sessionTime'; batch: number; order: number } | { kind: 'again'; batch: number; chainId: number } | { kind: 'recover'; chainId: number }

export type Input =
  | { kind: 'wanted'; wanted: Wanted }
  | { kind: 'laneUp'; chainId: number }
  | { kind: 'laneDown'; chainId: number }
  /** A lane answered call `id`, or did not. Answers to calls that nobody waits for any more are passed over. */
  | { kind: 'reply'; id: number; reply: LaneReply }
  | { kind: 'failed'; id: number }
  /** A lane asks, in the middle of an execution. */
  | { kind: 'crossCall'; token: number; chainId: number; batch: number; call: CrossCall }
  | { kind: 'undoSince'; token: number; chainId: number; batch: number; mark: number }
  | { kind: 'journaled'; batch: number }
  /** The record is certainly not durable. */
  | { kind: 'journalFailed'; batch: number }
  | { kind: 'timer'; timer: Timer }
  /** No batch begins any more; those that run end. */
  | { kind: 'stop' }

/** Executed in order. */
export type Effect =
  /** `later`: nothing waits for the answer yet; it goes with the next call to the lane that is not so, or when told to flush. */
  | { kind: 'call'; id: number; chainId: number; call: LaneCall; later: boolean }
  | { kind: 'flush'; chainId: number }
  | { kind: 'answer'; token: number; result: CrossResult }
  | { kind: 'undone'; token: number }
  | { kind: 'journal'; record: BatchRecord }
  /** Every lane has its block of the batch; `lanes`: those that have one. */
  | { kind: 'complete'; batch: number; lanes: number[] }
  /** The lane has what the journal says it has, and builds. */
  | { kind: 'recovered'; chainId: number }
  | { kind: 'drop'; chainId: number; hashes: Hash32[] }
  | { kind: 'timer'; timer: Timer; ms: number }
  | { kind: 'finished'; id: Hash32; work: Work; outcome: Outcome }
