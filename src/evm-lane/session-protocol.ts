// Owns: the messages of joint executions: what the coordinator asks of a lane, and what a lane's EVM asks while it waits in the middle of a call.
// Does not own: who may run when (hyper/core/atomic.ts), what an EVM does with it (engine/session/).
// Called by: protocol.ts (part of Requests), the hyper coordinator, engine/session. Plain data only.

import type { Address, Bytes, Hash32 } from '../primitives.js'
import type { LocatedReceipt } from './chain-data.js'

/** One joint execution on one lane. A simulation takes no lock, sees the head as it was when it began, and leaves nothing. */
export type RunId = { kind: 'session'; batch: number } | SimulationId
/** `chainId`: the lane that runs the simulation; `id`: unique in one life of that lane. */
export type SimulationId = { kind: 'simulation'; chainId: number; id: number }

/** A call that leaves a lane (S2). `gas` is what the far side may use; `origin` and `gasPrice` are those of the transaction that pays. */
export type CrossCall = {
  from: { chainId: number; account: Address }
  to: { chainId: number; account: Address }
  value: bigint
  data: Bytes
  gas: bigint
  isStatic: boolean
  /** EVM call depth of the callee's frame, counted through all lanes. */
  depth: number
  origin: Address
  gasPrice: bigint
}

/** Errors of the system itself, each its own custom error at the portal (S5). */
export type SystemRefusal =
  | { error: 'LaneUnknown'; chainId: number }
  | { error: 'LaneUnavailable'; chainId: number }
  | { error: 'SessionConflict' }
  | { error: 'SessionLimit'; which: string }

/**
 * `mark`: how many cross calls of the run have begun so far, in the whole run. A run begins with 0; the first cross call has mark 1. Runs are strictly
 * sequential, so a lane that executes knows the number: from what it was asked to execute, then from the last answer it got.
 * `gasRefund`: by how much the call changed the refund counter; negative when it took back what an earlier call had earned.
 */
export type CrossResult =
  | { kind: 'done'; success: boolean; returnData: Bytes; gasUsed: bigint; gasRefund: bigint; mark: number }
  | { kind: 'refused'; refusal: SystemRefusal; mark: number }
  /** The run cannot go on: the lane stops executing at once, past every catch, and answers the same to who waits for it. Its effects are undone by what comes next. */
  | { kind: 'abandoned' }

/** What a lane's EVM asks of the coordinator while it waits. The reply comes before anything else of the run moves on. */
export type Asks = {
  /** A frame calls into another lane. */
  crossCall: { req: { run: RunId; call: CrossCall }; res: CrossResult }
  /**
   * A frame of this lane failed: what the cross calls after `mark` (their number when the frame began) did on other lanes is undone (S3). The asking
   * lane undoes its own part itself: what came back into it lies within the failed frame.
   */
  undoSince: { req: { run: RunId; mark: number }; res: null }
  /** A simulation of the asking lane that made cross calls is over. The answer need not be waited for. */
  simulationOver: { req: { run: SimulationId }; res: null }
}

/** A 0x7e transaction: one inbound call that is not nested in a frame of this lane's own (S6). */
export type Leg = { chainId: number; transactionHash: Hash32 }

export type SessionTxOutcome =
  /** Executed; `success` is the status of its receipt. `crossed`: it did leave the lane. */
  | { kind: 'executed'; hash: Hash32; success: boolean; gasUsed: bigint; crossed: boolean }
  /** Cannot be in this block (nonce, funds, gas): nothing happened. */
  | { kind: 'rejected'; reason: string; blockFull: boolean }
  /** An answer to one of its cross calls said so. */
  | { kind: 'abandoned' }

/** What a lane remembers of a sealed session block until it is told to commit. `batch`: its durable form, applied as one store batch. */
export type SealedBlock = { chainId: number; number: bigint; hash: Hash32; stateRoot: Hash32; txCount: number; batch: Bytes }

/**
 * Links of one transaction of a session block (S6). Of a signed transaction (or a delivery): every other transaction of the session, on all lanes. Of a
 * 0x7e transaction: the signed ones (or the delivery) it is a leg of; not its siblings, whose number squared would be stored.
 */
export type SessionLink = { session: Hash32; legs: Leg[] }

/** The ordered record of a session (S12): with it each of its lanes can be run again alone. */
export type TranscriptEvent =
  | { kind: 'transaction'; part: Leg; refuse: SystemRefusal | null }
  | { kind: 'delivery'; message: Hash32; call: CrossCall; refuse: SystemRefusal | null }
  | { kind: 'call'; mark: number; call: CrossCall }
  | { kind: 'refused'; from: number; to: number; refusal: SystemRefusal }
  | { kind: 'return'; mark: number; result: CrossResult }
  | { kind: 'undo'; chainId: number; mark: number }
  | { kind: 'end'; outcome: SessionTxOutcome }

export type TranscriptOfSession = { id: Hash32; events: TranscriptEvent[] }
/** reason: where the lane and the transcript part; null when they agree. */
export type ReplayResult = { reproduced: boolean; reason: string | null }

export type SessionRequests = {
  /**
   * Take the lane for a batch of sessions: the block being built is finished first, none is begun until sessionCommit or sessionAbort. What follows may come
   * before it is answered; the lane does it in order.
   */
  sessionOpen: { req: { batch: number }; res: null }
  /**
   * Begin one session of the batch: what follows can be undone to here as one. It, and the end of a session that is kept, may be followed by other requests
   * before they are answered; the lane does them in order.
   */
  sessionBegin: { req: { batch: number; session: Hash32 }; res: null }
  /**
   * Pool a transaction of a bundle: decoded, checked, and left to sessionTx or sessionDrop; no block of the lane's own takes it and no sessionWanted tells of
   * it. @throws as submit.
   */
  sessionAdmit: {
    req: { raw: Bytes; sender: Address | null }
    res: { hash: Hash32; sender: Address; nonce: bigint; gasLimit: bigint; to: Address | null }
  }
  /** The coordinator gives these transactions up: they leave the pool. Unknown ones are passed over. */
  sessionDrop: { req: { hashes: Hash32[] }; res: null }
  /**
   * Execute a pooled transaction of this lane. `refuse`: every call that leaves gets this refusal (limits, S10), without asking. `mark`: cross calls of the
   * run so far. A transaction that was undone by sessionEnd or sessionAbort is in the pool as before. One that was rejected, but not by a full block, has
   * left it, or waits there for a lower base fee as one that was never handed over.
   */
  sessionTx: { req: { batch: number; hash: Hash32; refuse: SystemRefusal | null; mark: number }; res: SessionTxOutcome }
  /** A system delivery (S9), as a 0x7e transaction of its own. `refuse` and `mark` as in sessionTx. */
  sessionDeliver: { req: { batch: number; call: CrossCall; refuse: SystemRefusal | null; mark: number }; res: SessionTxOutcome }
  /** An inbound call. A simulation run begins with its first call. `mark`: number of this cross call in its run. Refused with SessionLimit 'blockGas': no room left. */
  crossCallIn: { req: { run: RunId; call: CrossCall; mark: number }; res: CrossResult }
  /** Undo every inbound call with a mark greater than this. */
  undoIn: { req: { run: RunId; mark: number }; res: null }
  /** Keep the current session's effects on this lane, or undo them all. `legs`: every transaction of the session on this lane in block order, signed and 0x7e; none when undone. */
  sessionEnd: { req: { batch: number; keep: boolean }; res: { legs: Leg[] } }
  /** Finish the block of the batch. links[i] belongs to the i-th transaction of the block. Nothing is written yet. null: the lane has neither run nor answered anything that was kept. */
  sessionSeal: { req: { batch: number; links: SessionLink[] }; res: SealedBlock | null }
  /** Write the sealed block and go on. Idempotent: a lane that has the block answers the same. */
  sessionCommit: { req: { batch: number }; res: null }
  /** Drop everything of the batch and go on. Comes when nothing of the batch is executing on the lane, unless a deadline passed. A lane that does not know the batch answers the same. */
  sessionAbort: { req: { batch: number }; res: null }
  /** Forget a simulation. */
  simulationEnd: { req: { chainId: number; id: number }; res: null }
  /**
   * Once after each start of a lane, before it may build: write the blocks that the journal says were committed, oldest first; often none. A block that the
   * lane has is passed over. A lane that built before this came could put another block in a sealed one's place.
   * @throws 'store-corrupt' when one cannot follow the head.
   */
  sessionRecover: { req: { blocks: SealedBlock[] }; res: null }
  /**
   * Execute a block of sessions again on this lane alone (S12): transactions, receipts and every written account and slot must come out as they stand.
   * sessions: those of the block's batch, in order. @throws 'block-not-found', 'history-pruned'.
   */
  sessionReplay: { req: { number: bigint; sessions: TranscriptOfSession[] }; res: ReplayResult }
  /** Receipts of the newest durable block that holds session `session` (for bundles and messages). */
  sessionReceipts: { req: { hashes: Hash32[] }; res: (LocatedReceipt | null)[] }
}

/** A transaction that a lane hands over, because its execution leaves the lane (S1) or is known to. */
export type SessionWanted = {
  hash: Hash32
  sender: Address
  nonce: bigint
  gasLimit: bigint
  /** Null deploys. What was learnt about the target's lanes is remembered under it. */
  to: Address | null
  /** Other lanes that the attempt is known to call. */
  lanes: number[]
}
