// Owns: the messages of joint executions: what the coordinator asks of a lane, and what a lane's EVM asks while it waits in the middle of a call.
// Does not own: who may run when (hyper/core/atomic.ts), what an EVM does with it (engine/session/).
// Called by: protocol.ts (part of Requests), the hyper coordinator, engine/session. Plain data only.

import type { Address, Bytes, Hash32 } from '../primitives.js'
import type { LocatedReceipt } from './chain-data.js'

/** One joint execution on one lane. A simulation takes no lock, sees the head as it was when it began, and leaves nothing. */
export type RunId = { kind: 'session'; batch: number } | { kind: 'simulation'; id: number }

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

export type CrossResult =
  { kind: 'done'; success: boolean; returnData: Bytes; gasUsed: bigint; gasRefund: bigint } | { kind: 'refused'; refusal: SystemRefusal }

/** What a lane's EVM asks of the coordinator while it waits. The reply comes before anything else of the run moves on. */
export type Asks = {
  /** A frame calls into another lane. */
  crossCall: { req: { run: RunId; call: CrossCall }; res: CrossResult }
  /** A frame of this lane that made cross calls after `mark` failed: what they did on other lanes is undone (S3). */
  undoSince: { req: { run: RunId; mark: number }; res: null }
}

/** A 0x7e transaction: one inbound call that is not nested in a frame of this lane's own (S6). */
export type Leg = { chainId: number; transactionHash: Hash32 }

export type SessionTxOutcome =
  /** Executed; `success` is the status of its receipt. `crossed`: it did leave the lane. */
  | { kind: 'executed'; hash: Hash32; success: boolean; gasUsed: bigint; returnData: Bytes; crossed: boolean }
  /** Cannot be in this block (nonce, funds, gas): nothing happened. */
  | { kind: 'rejected'; reason: string }

/** What a lane remembers of a sealed session block until it is told to commit. `batch`: its durable form, applied as one store batch. */
export type SealedBlock = { chainId: number; number: bigint; hash: Hash32; stateRoot: Hash32; txCount: number; batch: Bytes }

/** Links of one transaction of a session block: which session, and its parts on other lanes. */
export type SessionLink = { session: Hash32; legs: Leg[] }

export type SessionRequests = {
  /** Take the lane for a batch of sessions: the block being built is finished first, none is begun until sessionCommit or sessionAbort. */
  sessionOpen: { req: { batch: number }; res: { number: bigint; headHash: Hash32; gasLimit: bigint; baseFee: bigint } }
  /** Begin one session of the batch: what follows can be undone to here as one. */
  sessionBegin: { req: { batch: number; session: Hash32 }; res: null }
  /** Execute a pooled transaction of this lane. `refuse`: every call that leaves gets this refusal (limits, S10). */
  sessionTx: { req: { batch: number; hash: Hash32; refuse: SystemRefusal | null }; res: SessionTxOutcome }
  /** A system delivery (S9), as a 0x7e transaction of its own. */
  sessionDeliver: { req: { batch: number; call: CrossCall }; res: SessionTxOutcome }
  /** An inbound call. A simulation run begins with its first call. `mark`: number of this cross call in its run. */
  crossCallIn: { req: { run: RunId; call: CrossCall; mark: number }; res: CrossResult }
  /** Undo every inbound call with a mark greater than this. */
  undoIn: { req: { run: RunId; mark: number }; res: null }
  /** Keep the current session's effects on this lane (legs answered), or undo them all. */
  sessionEnd: { req: { batch: number; keep: boolean }; res: { legs: Leg[] } }
  /** Finish the block of the batch. links[i] belongs to the i-th transaction of the block. Nothing is written yet. null: nothing was kept. */
  sessionSeal: { req: { batch: number; links: SessionLink[] }; res: SealedBlock | null }
  /** Write the sealed block and go on. Idempotent: a lane that has the block answers the same. */
  sessionCommit: { req: { batch: number }; res: null }
  /** Drop everything of the batch and go on. */
  sessionAbort: { req: { batch: number }; res: null }
  /** Forget a simulation. */
  simulationEnd: { req: { id: number }; res: null }
  /** After a crash: write a block that the journal says was committed. Nothing happens when the lane has it. @throws 'store-corrupt' when it cannot follow the head. */
  sessionRecover: { req: { block: SealedBlock }; res: null }
  /** Receipts of the newest durable block that holds session `session` (for bundles and messages). */
  sessionReceipts: { req: { hashes: Hash32[] }; res: (LocatedReceipt | null)[] }
}

/** A transaction that a lane hands over, because its execution leaves the lane (S1) or is known to. */
export type SessionWanted = { hash: Hash32; sender: Address; nonce: bigint; gasLimit: bigint; lanes: number[] }
