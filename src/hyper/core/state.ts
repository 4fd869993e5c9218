// Owns: the state of the decision maker, and the small questions about it that several deciders ask.
// Does not own: when anything changes (atomic.ts, batch.ts, queue.ts, routing.ts).
// Called by: hyper/core.

import type { Hash32 } from '../../primitives.js'
import { equalBytes } from '../../primitives.js'
import type { SealedBlock, SessionTxOutcome, SystemRefusal } from '../../evm-lane/session-protocol.js'
import type { BatchRecord, Effect, LaneCall, Part, SessionLimits, SessionOp, SessionRecord, Wanted, Work } from './types.js'
import type { TranscriptEvent } from '../../evm-lane/session-protocol.js'

/** `recovering`: it runs, but does not build before it has the blocks that the journal says it has. */
export type LaneStatus = 'down' | 'recovering' | 'up'

/** A session that waits or runs. */
export type Session = Wanted & {
  /** Its place in the queue, kept when it has to begin again. */
  order: number
  tries: number
  /** Not null: its calls are refused from the start, so that it fails with a receipt that says why (S10). */
  refuse: SystemRefusal | null
}

/** Why the run is undone. */
export type Doom =
  | { kind: 'lane'; chainId: number }
  | { kind: 'limit'; which: string }
  | { kind: 'blockFull' }
  | { kind: 'rejected'; reason: string }
  /** A transaction of a bundle failed, or a delivery. */
  | { kind: 'failure'; reason: string }

/** The session that a batch executes now. */
export type Run = {
  session: Session
  outcomes: SessionTxOutcome[]
  /** Lanes that execute, innermost last; each waits for the next. */
  stack: number[]
  /** Cross calls whose effects stand. */
  standing: { mark: number; chainId: number }[]
  touched: Set<number>
  crossCalls: number
  dataBytes: number
  transcript: TranscriptEvent[]
  doom: Doom | null
}

export type Phase = 'running' | 'keeping' | 'undoing' | 'sealing' | 'journaling' | 'committing' | 'aborting'

/** A lane call that is under way, and what its answer is for. `place`: of the kept session that it belongs to. */
export type Pending = { op: SessionOp; chainId: number; mark: number; token: number | null; place: number | null }

/** One lock period of a set of lanes. */
export type Batch = {
  number: number
  lanes: number[]
  /** Lanes that are still locked by it. */
  held: Set<number>
  /** Lanes whose process ended while it held them. */
  lost: Set<number>
  phase: Phase
  /** Taken from the queue, not yet run. */
  toRun: Session[]
  run: Run | null
  /** `parts`: its transactions on all lanes, those of one lane in block order. */
  kept: { session: Session; record: SessionRecord; parts: Part[] }[]
  /** Flows of which a session went back to the queue: later ones of the flow follow it. */
  backFlows: Set<string>
  marks: number
  pending: Map<number, Pending>
  /** Opening the lanes, begins and ends of sessions: nothing waits for their answers before the batch is sealed. */
  later: Map<number, Pending>
  blocks: SealedBlock[]
  /** A lane failed it: nothing of it will stand. */
  broken: boolean
}

export type State = {
  limits: SessionLimits
  lanes: Map<number, LaneStatus>
  /** Sorted by order. */
  waiting: Session[]
  /** Keys of transactions and messages that wait or run, so that none is taken twice. */
  known: Set<string>
  batches: Map<number, Batch>
  /** Start lane and target → lanes that the last session of the kind touched; oldest use first. */
  remembered: Map<string, number[]>
  /** Lane → id of the recovery call that is under way. */
  recoveries: Map<number, number>
  stopping: boolean
  nextBatch: number
  nextOrder: number
  nextCall: number
}

/** `incomplete`: records of the journal of which some lane may not have its block; oldest first. */
export function initialState(limits: SessionLimits, lanes: readonly number[], incomplete: readonly BatchRecord[], nextBatch: number): State {
  const state: State = {
    limits,
    lanes: new Map(lanes.map((chainId) => [chainId, 'down'])),
    waiting: [],
    known: new Set(),
    batches: new Map(),
    remembered: new Map(),
    recoveries: new Map(),
    stopping: false,
    nextBatch,
    nextOrder: 1,
    nextCall: 1,
  }
  for (const { batch, blocks } of incomplete) {
    const of = newBatch(
      batch,
      blocks.map(({ chainId }) => chainId),
    )
    state.batches.set(batch, { ...of, phase: 'committing', blocks: [...blocks] })
  }
  return state
}

export function newBatch(number: number, lanes: number[]): Batch {
  return {
    number,
    lanes,
    held: new Set(lanes),
    lost: new Set(),
    phase: 'running',
    toRun: [],
    run: null,
    kept: [],
    backFlows: new Set(),
    marks: 0,
    pending: new Map(),
    later: new Map(),
    blocks: [],
    broken: false,
  }
}

/** Signed transactions that the work begins with. */
export function ownTxs(work: Work): Part[] {
  switch (work.kind) {
    case 'transaction':
      return [work.tx]
    case 'bundle':
      return work.txs
    case 'delivery':
      return []
  }
}

/** Lanes without which the work cannot begin. */
export function startLanes(work: Work): number[] {
  return work.kind === 'delivery' ? [work.call.to.chainId] : [...new Set(ownTxs(work).map(({ chainId }) => chainId))]
}

/** In the journal, while some lane may not have its block yet. Of a batch that an earlier life of the process journalled nothing is known. */
export function isCommitting(state: State, id: Hash32): boolean {
  return [...state.batches.values()].some(({ phase, kept }) => phase === 'committing' && kept.some(({ session }) => equalBytes(session.id, id)))
}

export function isUp(state: State, chainId: number): boolean {
  return state.lanes.get(chainId) === 'up'
}

/** Some lane has not said yet that it is open. */
export function isOpening({ later }: Batch): boolean {
  return [...later.values()].some(({ op }) => op === 'sessionOpen')
}

const noPurpose: Pick<Pending, 'mark' | 'token'> = { mark: 0, token: null }

/** Asks a lane and notes what the answer is for. */
export function callLane(state: State, batch: Batch, chainId: number, call: LaneCall, purpose = noPurpose): Effect {
  const id = state.nextCall++
  batch.pending.set(id, { op: call.op, chainId, place: null, ...purpose })
  return { kind: 'call', id, chainId, call, later: false }
}

/** As callLane, and goes on without the answer. `later`: it may wait for the next call to the lane. */
export function tellLane(
  state: State,
  batch: Batch,
  chainId: number,
  call: LaneCall,
  { place, later }: { place: number | null; later: boolean },
): Effect {
  const id = state.nextCall++
  batch.later.set(id, { op: call.op, chainId, mark: 0, token: null, place })
  return { kind: 'call', id, chainId, call, later }
}
