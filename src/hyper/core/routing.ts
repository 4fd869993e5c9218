// Owns: cross calls of the running session: where they go, in which global order, what is undone with a failed frame, and the transcript of it all.
// Does not own: when a session begins and ends (batch.ts).
// Called by: atomic.ts; the simulations of the coordinator (standingAfter).

import type { CrossCall, CrossResult, SystemRefusal } from '../../evm-lane/session-protocol.js'
import { callLane, isUp } from './state.js'
import type { Batch, Doom, Pending, Run, State } from './state.js'
import type { Effect } from './types.js'

const abandoned: CrossResult = { kind: 'abandoned' }

/** A lane's EVM calls into another lane (S2). */
export function crossCall(state: State, batch: Batch | undefined, token: number, chainId: number, call: CrossCall): Effect[] {
  const run = runThatAsks(batch, chainId)
  if (batch === undefined || run === null || run.doom !== null || batch.broken) return [{ kind: 'answer', token, result: abandoned }]
  const to = call.to.chainId
  const refusal = refusalOf(state, to)
  if (refusal !== null) {
    run.transcript.push({ kind: 'refused', from: chainId, to, refusal })
    return [{ kind: 'answer', token, result: { kind: 'refused', refusal, mark: batch.marks } }]
  }
  const doom = doomOf(state, batch, run, call)
  if (doom !== null) {
    run.doom = doom
    return [{ kind: 'answer', token, result: abandoned }]
  }
  const mark = ++batch.marks
  run.crossCalls++
  run.dataBytes += call.data.length
  run.stack.push(to)
  run.touched.add(to)
  run.standing.push({ mark, chainId: to })
  run.transcript.push({ kind: 'call', mark, call })
  return [callLane(state, batch, to, { op: 'crossCallIn', req: { run: { kind: 'session', batch: batch.number }, call, mark } }, { mark, token })]
}

/** The lane that was called answered; its caller goes on. */
export function crossReturn(state: State, batch: Batch, { mark, token }: Pending, result: CrossResult): Effect[] {
  const { run } = batch
  if (token === null || run === null) return []
  run.stack.pop()
  if (result.kind === 'abandoned' && run.doom === null) batch.broken = true
  // A later batch finds room in the next block.
  if (result.kind === 'refused' && isBlockFull(result.refusal) && batch.kept.length > 0) run.doom ??= { kind: 'blockFull' }
  if (result.kind === 'done') {
    run.dataBytes += result.returnData.length
    if (run.dataBytes > state.limits.dataBytesMax) run.doom ??= { kind: 'limit', which: 'data' }
  }
  if (run.doom !== null || batch.broken || result.kind === 'abandoned') return [{ kind: 'answer', token, result: abandoned }]
  const told: CrossResult = { ...result, mark: batch.marks }
  run.transcript.push({ kind: 'return', mark, result: told })
  return [{ kind: 'answer', token, result: told }]
}

/** A frame failed on `chainId`: what its cross calls did on other lanes is undone (S3). */
export function undoSince(state: State, batch: Batch | undefined, token: number, chainId: number, mark: number): Effect[] {
  const run = runThatAsks(batch, chainId)
  if (batch === undefined || run === null || run.doom !== null || batch.broken) return [{ kind: 'undone', token }]
  const { lanes, rest } = standingAfter(run.standing, mark, chainId)
  run.standing = rest
  run.transcript.push({ kind: 'undo', chainId, mark })
  if (lanes.length === 0) return [{ kind: 'undone', token }]
  return lanes.map((lane) =>
    callLane(state, batch, lane, { op: 'undoIn', req: { run: { kind: 'session', batch: batch.number }, mark } }, { mark, token }),
  )
}

/** One of the lanes has undone its part. */
export function undoReturn(batch: Batch, { token }: Pending): Effect[] {
  if (token === null || [...batch.pending.values()].some((other) => other.token === token)) return []
  return [{ kind: 'undone', token }]
}

/** A lane will not answer: who waits for it in the middle of an execution stops at once. */
export function releaseAsker({ op, token }: Pending): Effect[] {
  if (token === null) return []
  return [op === 'undoIn' ? { kind: 'undone', token } : { kind: 'answer', token, result: abandoned }]
}

/** Lanes that still have effects of cross calls after `mark`, but for the lane that asks: what came back into it lies within its own failed frame. */
export function standingAfter<T extends { mark: number; chainId: number }>(
  standing: readonly T[],
  mark: number,
  asking: number,
): { lanes: number[]; rest: T[] } {
  const lanes = new Set(standing.filter((call) => call.mark > mark && call.chainId !== asking).map(({ chainId }) => chainId))
  return { lanes: [...lanes].sort((a, b) => a - b), rest: standing.filter((call) => call.mark <= mark) }
}

/** Only the innermost lane executes, so only it can ask. */
function runThatAsks(batch: Batch | undefined, chainId: number): Run | null {
  if (batch === undefined || batch.phase !== 'running' || batch.run === null) return null
  return batch.run.stack.at(-1) === chainId ? batch.run : null
}

function refusalOf(state: State, to: number): SystemRefusal | null {
  if (!state.lanes.has(to)) return { error: 'LaneUnknown', chainId: to }
  return isUp(state, to) ? null : { error: 'LaneUnavailable', chainId: to }
}

/** S10: a session that would exceed a limit, or needs a lane that is not locked, is undone. */
function doomOf({ limits }: State, batch: Batch, run: Run, call: CrossCall): Doom | null {
  if (run.crossCalls >= limits.crossCallsMax) return { kind: 'limit', which: 'calls' }
  if (run.stack.length > limits.depthMax) return { kind: 'limit', which: 'depth' }
  if (run.dataBytes + call.data.length > limits.dataBytesMax) return { kind: 'limit', which: 'data' }
  if (batch.held.has(call.to.chainId)) return null
  if (new Set([...run.session.lanes, call.to.chainId]).size > limits.lanesMax) return { kind: 'limit', which: 'lanes' }
  return { kind: 'lane', chainId: call.to.chainId }
}

function isBlockFull(refusal: SystemRefusal): boolean {
  return refusal.error === 'SessionLimit' && refusal.which === 'blockGas'
}
