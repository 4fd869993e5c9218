// Owns: THE decisions about sessions: (state, input) → effects, for locks, order, undo, commit and recovery. Synchronous and total; the state is changed in place.
// Does not own: executing the effects (coordinator.ts), what lanes do with them (evm-lane/engine/session).
// Called by: the coordinator; test/sim/hyper with toy lanes.

import { abort, advance, begin, closeWhenFree, commit, laneOpened, sessionEnded, transactionDone } from './batch.js'
import { enqueue, forgetTransactionsOf, schedule } from './queue.js'
import { crossCall, crossReturn, releaseAsker, undoReturn, undoSince } from './routing.js'
import { callLane } from './state.js'
import type { Batch, Pending, State } from './state.js'
import type { Effect, Input, LaneReply, Timer } from './types.js'

export function step(state: State, input: Input): Effect[] {
  const effects = decide(state, input)
  return [...effects, ...schedule(state).flatMap((batch) => begin(state, batch))]
}

function decide(state: State, input: Input): Effect[] {
  switch (input.kind) {
    case 'wanted':
      return enqueue(state, input.wanted)
    case 'laneUp':
      return laneUp(state, input.chainId)
    case 'laneDown':
      return laneDown(state, input.chainId)
    case 'reply':
      return replied(state, input.id, input.reply)
    case 'failed':
      return failed(state, input.id)
    case 'crossCall':
      return crossCall(state, state.batches.get(input.batch), input.token, input.chainId, input.call)
    case 'undoSince':
      return undoSince(state, state.batches.get(input.batch), input.token, input.chainId, input.mark)
    case 'journaled':
      return journaled(state, input.batch)
    case 'journalFailed':
      return journalFailed(state, input.batch)
    case 'timer':
      return timer(state, input.timer)
    case 'stop':
      state.stopping = true
      return []
  }
}

function laneUp(state: State, chainId: number): Effect[] {
  state.lanes.set(chainId, 'recovering')
  return recover(state, chainId)
}

/** A lane that starts gets what the journal says it has, before it builds (S11). While a record of it is being written nobody knows yet. */
function recover(state: State, chainId: number): Effect[] {
  const batches = [...state.batches.values()].filter(({ held }) => held.has(chainId))
  if (state.lanes.get(chainId) !== 'recovering' || state.recoveries.has(chainId) || batches.some(({ phase }) => phase === 'journaling')) return []
  const committed = batches.filter(({ phase }) => phase === 'committing').sort((a, b) => a.number - b.number)
  const blocks = committed.flatMap((batch) => batch.blocks.filter((block) => block.chainId === chainId))
  const id = state.nextCall++
  state.recoveries.set(chainId, id)
  return [{ kind: 'call', id, chainId, call: { op: 'sessionRecover', req: { blocks } }, later: false }]
}

function laneDown(state: State, chainId: number): Effect[] {
  state.lanes.set(chainId, 'down')
  state.recoveries.delete(chainId)
  const effects: Effect[] = []
  for (const batch of [...state.batches.values()]) if (batch.held.has(chainId)) effects.push(...laneLost(state, batch, chainId))
  return [...effects, ...forgetTransactionsOf(state, chainId)]
}

function laneLost(state: State, batch: Batch, chainId: number): Effect[] {
  batch.lost.add(chainId)
  const effects: Effect[] = []
  for (const [id, pending] of batch.pending) {
    if (pending.chainId !== chainId) continue
    batch.pending.delete(id)
    effects.push(...releaseAsker(pending))
  }
  for (const [id, told] of batch.later) if (told.chainId === chainId) batch.later.delete(id)
  switch (batch.phase) {
    case 'journaling':
    case 'committing':
      // Its block is in the journal, or may be: it gets it when it is back.
      return effects
    case 'aborting':
      batch.held.delete(chainId)
      return [...effects, ...closeWhenFree(state, batch)]
    case 'running':
    case 'keeping':
    case 'undoing':
    case 'sealing':
      batch.broken = true
      return [...effects, ...advance(state, batch)]
  }
}

function replied(state: State, id: number, reply: LaneReply): Effect[] {
  if (reply.op === 'sessionRecover') return recovered(state, id)
  const found = take(state, id)
  if (found === null) return []
  const { batch, pending } = found
  return [...digest(state, batch, pending, reply), ...advance(state, batch)]
}

function digest(state: State, batch: Batch, pending: Pending, reply: LaneReply): Effect[] {
  switch (reply.op) {
    case 'sessionTx':
    case 'sessionDeliver':
      transactionDone(batch, reply.res)
      return []
    case 'crossCallIn':
      return crossReturn(state, batch, pending, reply.res)
    case 'undoIn':
      return undoReturn(batch, pending)
    case 'sessionEnd':
      sessionEnded(batch, pending, reply.res.legs)
      return []
    case 'sessionSeal':
      if (reply.res !== null) batch.blocks.push(reply.res)
      return []
    case 'sessionCommit':
    case 'sessionAbort':
      batch.held.delete(pending.chainId)
      return []
    case 'sessionOpen':
      return laneOpened(state, batch)
    case 'sessionBegin':
    case 'sessionDrop':
    case 'sessionRecover':
      return []
  }
}

function recovered(state: State, id: number): Effect[] {
  const chainId = [...state.recoveries].find(([, call]) => call === id)?.[0]
  if (chainId === undefined) return []
  state.recoveries.delete(chainId)
  state.lanes.set(chainId, 'up')
  const effects: Effect[] = [{ kind: 'recovered', chainId }]
  for (const batch of [...state.batches.values()]) {
    if (batch.phase !== 'committing' || !batch.held.delete(chainId)) continue
    effects.push(...closeWhenFree(state, batch))
  }
  return effects
}

/** The lane did not do it, or nobody knows whether it did. */
function failed(state: State, id: number): Effect[] {
  const recovering = [...state.recoveries].find(([, call]) => call === id)?.[0]
  if (recovering !== undefined) {
    state.recoveries.delete(recovering)
    return [{ kind: 'timer', timer: { kind: 'recover', chainId: recovering }, ms: state.limits.retryMs }]
  }
  const found = take(state, id)
  if (found === null) return []
  const { batch, pending } = found
  if (batch.phase === 'committing' || batch.phase === 'aborting') {
    // Neither may be left open: both can be asked as often as it takes.
    return [{ kind: 'timer', timer: { kind: 'again', batch: batch.number, chainId: pending.chainId }, ms: state.limits.retryMs }]
  }
  batch.broken = true
  return [...releaseAsker(pending), ...advance(state, batch)]
}

function take(state: State, id: number): { batch: Batch; pending: Pending } | null {
  for (const batch of state.batches.values()) {
    const pending = batch.pending.get(id) ?? batch.later.get(id)
    if (pending === undefined) continue
    batch.pending.delete(id)
    batch.later.delete(id)
    return { batch, pending }
  }
  return null
}

function journaled(state: State, number: number): Effect[] {
  const batch = state.batches.get(number)
  if (batch?.phase !== 'journaling') return []
  const effects = commit(state, batch)
  return [...effects, ...[...batch.lost].flatMap((chainId) => recover(state, chainId))]
}

function journalFailed(state: State, number: number): Effect[] {
  const batch = state.batches.get(number)
  if (batch?.phase !== 'journaling') return []
  batch.broken = true
  const effects = abort(state, batch)
  return [...effects, ...[...batch.lost].flatMap((chainId) => recover(state, chainId))]
}

function timer(state: State, due: Timer): Effect[] {
  if (due.kind === 'recover') return recover(state, due.chainId)
  const batch = state.batches.get(due.batch)
  if (batch === undefined) return []
  if (due.kind === 'sessionTime') {
    // S10; it stops at its next question, or when it is through.
    if (batch.phase === 'running' && batch.run?.session.order === due.order) batch.run.doom ??= { kind: 'limit', which: 'time' }
    return []
  }
  const asked = [...batch.pending.values()].some(({ chainId }) => chainId === due.chainId)
  if (asked || !batch.held.has(due.chainId) || batch.lost.has(due.chainId)) return []
  const op = batch.phase === 'committing' ? 'sessionCommit' : 'sessionAbort'
  return [callLane(state, batch, due.chainId, { op, req: { batch: batch.number } })]
}
