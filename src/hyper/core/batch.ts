// Owns: the life of a batch: open its lanes, run its sessions one after another, seal, journal, commit, unlock; or abort.
// Does not own: who gets into a batch (queue.ts), cross calls in the middle of a session (routing.ts).
// Called by: atomic.ts.

import type { SealedBlock, SessionLink, SessionTxOutcome, SystemRefusal } from '../../evm-lane/session-protocol.js'
import { assert } from '../../assert.js'
import { bareHex } from '../../primitives.js'
import { finish, giveUp, refuseFromStart, remember, requeue, shareLocks } from './queue.js'
import { callLane, isOpening, ownTxs, startLanes, tellLane } from './state.js'
import type { Batch, Doom, Pending, Run, Session, State } from './state.js'
import type { BlockPosition, Effect, LaneCall, Part, SessionRecord } from './types.js'

/** The first session sets out with the request to open: a lane does what it is asked in order. */
export function begin(state: State, batch: Batch): Effect[] {
  const opens = batch.lanes.map((chainId) =>
    tellLane(state, batch, chainId, { op: 'sessionOpen', req: { batch: batch.number } }, { place: null, later: false }),
  )
  shareLocks(state, batch)
  return [...opens, ...nextSession(state, batch)]
}

/** A lane is held now. With the last of them the time of the session that runs begins: lanes may have had blocks of their own to finish (S10). */
export function laneOpened(state: State, batch: Batch): Effect[] {
  if (isOpening(batch) || batch.run === null || batch.broken) return []
  shareLocks(state, batch)
  return timeOf(state, batch, batch.run.session)
}

/** Moves on when every lane that was asked has answered. */
export function advance(state: State, batch: Batch): Effect[] {
  if (batch.pending.size > 0) return []
  switch (batch.phase) {
    case 'running':
      return stepDone(state, batch)
    case 'keeping':
      if (batch.broken) return abort(state, batch)
      return batch.later.size > 0 ? [] : seal(state, batch)
    case 'undoing':
      return batch.broken ? abort(state, batch) : sessionUndone(state, batch)
    case 'sealing':
      return batch.broken ? abort(state, batch) : journal(batch)
    case 'journaling':
      return []
    case 'committing':
    case 'aborting':
      return closeWhenFree(state, batch)
  }
}

function nextSession(state: State, batch: Batch): Effect[] {
  for (let session = batch.toRun.shift(); session !== undefined; session = batch.toRun.shift()) {
    if (batch.backFlows.has(session.flow)) {
      requeue(state, session)
      continue
    }
    batch.run = newRun(session)
    const begins = batch.lanes.map((chainId) =>
      tellLane(state, batch, chainId, { op: 'sessionBegin', req: { batch: batch.number, session: session.id } }, { place: null, later: true }),
    )
    const time = isOpening(batch) ? [] : timeOf(state, batch, session)
    return [...begins, ...time, ...nextStep(state, batch)]
  }
  if (batch.kept.length === 0) return abort(state, batch)
  if (batch.later.size === 0) return seal(state, batch)
  batch.phase = 'keeping'
  return batch.lanes.map((chainId) => ({ kind: 'flush', chainId }))
}

function timeOf({ limits }: State, { number }: Batch, { refuse, order }: Session): Effect[] {
  // One whose calls are refused ends by itself.
  return refuse === null ? [{ kind: 'timer', timer: { kind: 'sessionTime', batch: number, order }, ms: limits.sessionMs }] : []
}

function newRun(session: Session): Run {
  return {
    session,
    outcomes: [],
    stack: [],
    standing: [],
    touched: new Set(),
    crossCalls: 0,
    dataBytes: 0,
    transcript: [],
    doom: null,
  }
}

/** The next transaction of the session, or its end. */
function nextStep(state: State, batch: Batch): Effect[] {
  const run = runOf(batch)
  const { session } = run
  const { work, refuse } = session
  batch.phase = 'running'
  const { number, marks: mark } = batch
  if (work.kind === 'delivery') {
    if (run.outcomes.length > 0) return endSession(state, batch, run)
    run.stack = [work.call.to.chainId]
    run.transcript.push({ kind: 'delivery', message: work.message, call: work.call, refuse })
    return [callLane(state, batch, work.call.to.chainId, { op: 'sessionDeliver', req: { batch: number, call: work.call, refuse, mark } })]
  }
  const part = ownTxs(work)[run.outcomes.length]
  if (part === undefined) return endSession(state, batch, run)
  run.stack = [part.chainId]
  run.transcript.push({ kind: 'transaction', part, refuse })
  return [callLane(state, batch, part.chainId, { op: 'sessionTx', req: { batch: number, hash: part.transactionHash, refuse, mark } })]
}

/** A transaction came back. */
export function transactionDone(batch: Batch, outcome: SessionTxOutcome): void {
  const run = runOf(batch)
  run.outcomes.push(outcome)
  run.transcript.push({ kind: 'end', outcome })
  switch (outcome.kind) {
    case 'abandoned':
      // Without a reason of ours the lane gave up by itself.
      if (run.doom === null) batch.broken = true
      return
    case 'rejected':
      run.doom ??= outcome.blockFull ? { kind: 'blockFull' } : { kind: 'rejected', reason: outcome.reason }
      return
    case 'executed':
      // S8: one that fails takes the others with it. S9: a delivery that fails itself, not its target, has delivered nothing.
      if (!outcome.success && run.session.work.kind !== 'transaction')
        run.doom ??= { kind: 'failure', reason: `transaction ${run.outcomes.length - 1} of it fails` }
      return
  }
}

function stepDone(state: State, batch: Batch): Effect[] {
  if (batch.broken) return abort(state, batch)
  return runOf(batch).doom === null ? nextStep(state, batch) : endSession(state, batch, runOf(batch))
}

function endSession(state: State, batch: Batch, run: Run): Effect[] {
  if (run.doom === null) return keepSession(state, batch, run)
  batch.phase = 'undoing'
  return everyLane(state, batch, { op: 'sessionEnd', req: { batch: batch.number, keep: false } })
}

/** The next session begins at once: it finds each lane in the state that this one leaves. Which transactions are left is known before the seal. */
function keepSession(state: State, batch: Batch, run: Run): Effect[] {
  const { session } = run
  const own = run.outcomes.flatMap((outcome, i) => (outcome.kind === 'executed' ? [ownPart(session, i, outcome.hash)] : []))
  const record: SessionRecord = {
    id: session.id,
    work: session.work,
    outcomes: run.outcomes,
    own,
    legs: [],
    refuse: session.refuse,
    transcript: run.transcript,
  }
  const place = batch.kept.push({ session, record, parts: [] }) - 1
  if (session.refuse === null) remember(state, session, run.touched)
  batch.run = null
  const end: LaneCall = { op: 'sessionEnd', req: { batch: batch.number, keep: true } }
  const ends = batch.lanes.map((chainId) => tellLane(state, batch, chainId, end, { place, later: true }))
  return [...ends, ...nextSession(state, batch)]
}

/** What a lane has of a kept session. */
export function sessionEnded(batch: Batch, { place }: Pending, parts: readonly Part[]): void {
  if (place === null) return
  const kept = batch.kept[place]
  assert(kept !== undefined, 'a session that is kept has its place')
  const isOwn = new Set(kept.record.own.map(keyOf))
  kept.parts.push(...parts)
  kept.record.legs.push(...parts.filter((part) => !isOwn.has(keyOf(part))))
}

function ownPart({ work }: Session, i: number, hash: Part['transactionHash']): Part {
  return { chainId: work.kind === 'delivery' ? work.call.to.chainId : (ownTxs(work)[i] as Part).chainId, transactionHash: hash }
}

function sessionUndone(state: State, batch: Batch): Effect[] {
  const { session, doom } = runOf(batch)
  batch.run = null
  const effects = doom === null ? [] : afterDoom(state, batch, session, doom)
  return [...effects, ...nextSession(state, batch)]
}

/** What becomes of a session that was undone by itself, while its batch goes on. */
function afterDoom(state: State, batch: Batch, session: Session, doom: Doom): Effect[] {
  switch (doom.kind) {
    case 'lane':
      // Bounded by lanesMax: each time the set is larger.
      session.lanes = [...session.lanes, doom.chainId]
      return back(state, batch, session)
    case 'limit':
      if (session.work.kind === 'bundle') return giveUp(state, session, `it exceeds a limit: ${doom.which}`)
      refuseFromStart(session, doom.which)
      return back(state, batch, session)
    case 'blockFull':
      // In an empty block it had all the room there is.
      if (batch.kept.length === 0 && ++session.tries > state.limits.triesMax) return giveUp(state, session, 'it does not fit into a block')
      return back(state, batch, session)
    case 'rejected':
      if (session.work.kind !== 'transaction') return giveUp(state, session, doom.reason)
      return [finish(state, session, { kind: 'rejected', reason: doom.reason })]
    case 'failure':
      return giveUp(state, session, doom.reason)
  }
}

function back(state: State, batch: Batch, session: Session): Effect[] {
  batch.backFlows.add(session.flow)
  requeue(state, session)
  return []
}

function seal(state: State, batch: Batch): Effect[] {
  batch.phase = 'sealing'
  return batch.lanes.map((chainId) => {
    const links = batch.kept.flatMap(({ record, parts }) => parts.filter((part) => part.chainId === chainId).map((part) => linkOf(record, part)))
    return callLane(state, batch, chainId, { op: 'sessionSeal', req: { batch: batch.number, links } })
  })
}

/** S6. */
function linkOf({ id, own, legs }: SessionRecord, part: Part): SessionLink {
  const key = keyOf(part)
  const others = own.filter((other) => keyOf(other) !== key)
  return { session: id, legs: others.length < own.length ? [...others, ...legs] : own }
}

function journal(batch: Batch): Effect[] {
  batch.phase = 'journaling'
  const { number, lanes, blocks } = batch
  return [{ kind: 'journal', record: { batch: number, lanes, blocks, sessions: batch.kept.map(({ record }) => record) } }]
}

/** The commit point is behind (S11): from here on every lane gets its block, now or when it is back. */
export function commit(state: State, batch: Batch): Effect[] {
  batch.phase = 'committing'
  return batch.lanes
    .filter((chainId) => !batch.lost.has(chainId))
    .map((chainId) => callLane(state, batch, chainId, { op: 'sessionCommit', req: { batch: batch.number } }))
}

/** Nothing of the batch stands; lanes that were lost have forgotten it already. */
export function abort(state: State, batch: Batch): Effect[] {
  batch.phase = 'aborting'
  const sessions = [...batch.kept.map(({ session }) => session), ...(batch.run === null ? [] : [batch.run.session]), ...batch.toRun]
  batch.kept = []
  batch.run = null
  batch.toRun = []
  batch.later.clear()
  const effects = sessions.flatMap((session) => afterBreak(state, batch, session))
  for (const chainId of batch.lost) batch.held.delete(chainId)
  const aborts = [...batch.held].map((chainId) => callLane(state, batch, chainId, { op: 'sessionAbort', req: { batch: batch.number } }))
  return [...effects, ...aborts, ...closeWhenFree(state, batch)]
}

function afterBreak(state: State, batch: Batch, session: Session): Effect[] {
  if (ownTxs(session.work).some(({ chainId }) => batch.lost.has(chainId))) return giveUp(state, session, 'a lane of it was lost')
  session.tries++
  if (session.tries > state.limits.triesMax) {
    const conflict: SystemRefusal = { error: 'SessionConflict' }
    if (session.refuse !== null || session.work.kind !== 'transaction') return giveUp(state, session, 'lanes of it fail again and again')
    session.refuse = conflict
    session.lanes = startLanes(session.work)
    session.tries = 0
  }
  requeue(state, session)
  return []
}

/** A lane is free when it has its block, or has dropped it; the batch ends with its last lane. */
export function closeWhenFree(state: State, batch: Batch): Effect[] {
  if (batch.held.size > 0) return []
  state.batches.delete(batch.number)
  if (batch.phase !== 'committing') return []
  const blocks = batch.blocks.map(positionOf)
  const finished = batch.kept.map(({ session, record }, place) =>
    finish(state, session, { kind: 'committed', batch: batch.number, place, blocks, record }),
  )
  return [{ kind: 'complete', batch: batch.number, lanes: blocks.map(({ chainId }) => chainId) }, ...finished]
}

export function positionOf({ chainId, number, hash, stateRoot, txCount }: SealedBlock): BlockPosition {
  return { chainId, number, hash, stateRoot, txCount }
}

function everyLane(state: State, batch: Batch, call: LaneCall): Effect[] {
  return batch.lanes.map((chainId) => callLane(state, batch, chainId, call))
}

function runOf({ run, phase }: Batch): Run {
  assert(run !== null, `a batch that is ${phase} has a session`)
  return run
}

function keyOf({ chainId, transactionHash }: Part): string {
  return `${chainId}:${bareHex(transactionHash)}`
}
