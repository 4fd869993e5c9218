// Owns: who waits, in which order, and which lanes a waiting session needs: all-or-nothing locks, oldest first (S10).
// Does not own: what happens once a batch has its lanes (batch.ts).
// Called by: atomic.ts, batch.ts.

import { bareHex } from '../../primitives.js'
import { isUp, newBatch, ownTxs, startLanes } from './state.js'
import type { Batch, Session, State } from './state.js'
import type { Effect, Outcome, Wanted, Work } from './types.js'

export function enqueue(state: State, wanted: Wanted): Effect[] {
  const { limits } = state
  const keys = keysOf(wanted.work)
  if (keys.some((key) => state.known.has(key))) {
    // A transaction that is told of twice runs once; a bundle that shares a transaction with another session is not what its sender meant.
    return wanted.work.kind === 'bundle'
      ? [{ kind: 'finished', id: wanted.id, work: wanted.work, outcome: { kind: 'failed', reason: 'a transaction of it is in another session' } }]
      : []
  }
  for (const key of keys) state.known.add(key)
  const start = startLanes(wanted.work)
  const session: Session = { ...wanted, lanes: lanesOf(state, wanted), order: state.nextOrder++, tries: 0, refuse: null }
  if (state.waiting.length >= limits.queueMax) return giveUp(state, session, 'the queue of sessions is full')
  if (start.length > limits.lanesMax) return giveUp(state, session, 'it starts on too many lanes')
  if (wanted.gasLimit > limits.gasMax) {
    if (wanted.work.kind === 'bundle') return giveUp(state, session, 'its gas limit is too high')
    refuseFromStart(session, 'gas')
  }
  state.waiting.push(session)
  return []
}

/** Puts a session back at its old place. */
export function requeue(state: State, session: Session): void {
  const at = state.waiting.findIndex(({ order }) => order > session.order)
  state.waiting.splice(at === -1 ? state.waiting.length : at, 0, session)
}

/** Next time its calls are refused, so that it fails with a receipt that says which limit it met (S10). */
export function refuseFromStart(session: Session, which: string): void {
  session.refuse = { error: 'SessionLimit', which }
  session.lanes = startLanes(session.work)
}

/** The session ends without a trace: its transactions leave the pools. */
export function giveUp(state: State, session: Session, reason: string): Effect[] {
  const drops: Effect[] = ownTxs(session.work).flatMap(({ chainId, transactionHash }) =>
    isUp(state, chainId) ? [{ kind: 'drop', chainId, hashes: [transactionHash] }] : [],
  )
  return [...drops, finish(state, session, session.work.kind === 'delivery' ? { kind: 'postponed' } : { kind: 'failed', reason })]
}

export function finish(state: State, session: Session, outcome: Outcome): Effect {
  for (const key of keysOf(session.work)) state.known.delete(key)
  return { kind: 'finished', id: session.id, work: session.work, outcome }
}

/** A lane that ended has lost its pool, and with it the transactions that wait there. */
export function forgetTransactionsOf(state: State, chainId: number): Effect[] {
  const lost = state.waiting.filter(({ work }) => ownTxs(work).some((tx) => tx.chainId === chainId))
  if (lost.length === 0) return []
  state.waiting = state.waiting.filter((session) => !lost.includes(session))
  return lost.flatMap((session) => giveUp(state, session, `lane ${chainId} was lost`))
}

/**
 * Locks lanes for the oldest sessions that can have all of theirs. A session that cannot yet reserves its lanes against younger ones, so none
 * starves; a lock is never waited for while another is held, so none deadlocks. Answers the batches that begin.
 */
export function schedule(state: State): Batch[] {
  if (state.stopping) return []
  const taken = new Set<number>()
  for (const batch of state.batches.values()) for (const chainId of batch.held) taken.add(chainId)
  const begun: Batch[] = []
  for (const session of state.waiting.slice(0, state.limits.scanMax)) {
    if (state.batches.size >= state.limits.batchesMax || taken.size >= state.lanes.size) break
    if (!startLanes(session.work).every((chainId) => isUp(state, chainId))) continue
    const lanes = lanesNow(state, session)
    if (!lanes.some((chainId) => taken.has(chainId))) begun.push(lock(state, session, lanes))
    for (const chainId of lanes) taken.add(chainId)
  }
  return begun
}

function lock(state: State, session: Session, lanes: number[]): Batch {
  const batch = newBatch(state.nextBatch++, lanes)
  state.batches.set(batch.number, batch)
  state.waiting.splice(state.waiting.indexOf(session), 1)
  batch.toRun.push(session)
  return batch
}

/** Sessions that need no other lanes share the lock period. Among those of one flow none overtakes another. */
export function shareLocks(state: State, batch: Batch): void {
  const passed = new Set<string>()
  for (const session of state.waiting.slice(0, state.limits.scanMax)) {
    if (batch.kept.length + (batch.run === null ? 0 : 1) + batch.toRun.length >= state.limits.sessionsPerBatchMax) return
    const fits =
      startLanes(session.work).every((chainId) => isUp(state, chainId)) && lanesNow(state, session).every((chainId) => batch.held.has(chainId))
    if (!fits || passed.has(session.flow)) {
      passed.add(session.flow)
      continue
    }
    state.waiting.splice(state.waiting.indexOf(session), 1)
    batch.toRun.push(session)
  }
}

/** What a session of this start lane and target touched; the next one locks it at once. */
export function remember(state: State, session: Session, touched: Set<number>): void {
  const key = memoryKey(session.work)
  if (key === null || touched.size === 0) return
  state.remembered.delete(key)
  state.remembered.set(key, [...touched])
  const [oldest] = state.remembered.keys()
  if (state.remembered.size > state.limits.rememberedMax && oldest !== undefined) state.remembered.delete(oldest)
}

/** Those that it starts on first: they are never cut off. */
function lanesOf(state: State, { work, lanes }: Wanted): number[] {
  const key = memoryKey(work)
  const known = [...lanes, ...((key === null ? undefined : state.remembered.get(key)) ?? [])].filter((chainId) => state.lanes.has(chainId))
  const start = startLanes(work)
  return [...new Set([...start, ...known])].slice(0, Math.max(state.limits.lanesMax, start.length))
}

/** A lane that is down is not waited for: a call to it is refused (LaneUnavailable). Sorted. */
function lanesNow(state: State, { lanes }: Session): number[] {
  return lanes.filter((chainId) => isUp(state, chainId)).sort((a, b) => a - b)
}

function memoryKey(work: Work): string | null {
  return work.kind === 'transaction' && work.to !== null ? `${work.tx.chainId}:${bareHex(work.to)}` : null
}

function keysOf(work: Work): string[] {
  if (work.kind === 'delivery') return [`message:${bareHex(work.message)}`]
  return ownTxs(work).map(({ chainId, transactionHash }) => `${chainId}:${bareHex(transactionHash)}`)
}
