// Owns: views: entering them, their timers, Timeouts and TCs (B4 TIMEOUT).
// Does not own: what is proposed in a view (propose.ts).
// Called by: step.ts, propose.ts.

import { verifyBy } from './certificate.js'
import { timeoutAgainstCommits } from './evidence.js'
import { timeoutsPerValidator, viewTimeoutGrowthMax } from './limits.js'
import { timeoutPreimage } from './signing.js'
import { arm, everyone, prune, send } from './state.js'
import type { Ctx } from './state.js'
import type { Key, Qc, Tc, Timeout, TimeoutVote } from './types.js'
import { depthOf, indexOf, weightOf } from './validators.js'
import type { Committee } from './validators.js'

/** T_v = T0·1.5^v, and room for MERGE in view 0. */
export function armView(ctx: Ctx): void {
  const { env, state } = ctx
  const { view } = state.round
  const { viewTimeoutMs, deltaMs } = env.timing
  let delayMs = viewTimeoutMs
  for (let i = 0; i < Math.min(view, viewTimeoutGrowthMax); i++) delayMs = Math.floor((delayMs * 3) / 2)
  if (view === 0 && env.merge === 'buddy') delayMs += (depthOf(state.committee.set.length) + 1) * deltaMs
  arm(ctx, { what: 'view', height: state.height, view }, delayMs)
}

export function enterView(ctx: Ctx, view: number, tc: Tc | null): void {
  const { state, out, raised } = ctx
  const { round, height } = state
  const news = tc !== null && tc.view === view - 1 && !round.tcs.has(tc.view)
  if (view < round.view || (view === round.view && !news)) return
  if (news) round.tcs.set(tc.view, tc)
  const higher = view > round.view
  round.view = view
  round.started = true
  out.push({ kind: 'persist', record: { kind: 'view', height, view, tc: news ? tc : null } })
  if (higher) {
    prune(round)
    armView(ctx)
  }
  raised.push({ kind: 'progress' })
}

/** A TC proves its highest QC too, so it comes first. */
export function onTc({ state, raised }: Ctx, tc: Tc): void {
  if (tc.view + 1 < state.round.view) return
  if (tc.highQc !== null) raised.push({ kind: 'qc', qc: tc.highQc })
  raised.push({ kind: 'enter', view: tc.view + 1, tc })
}

/** On expiry, and again every T_v until the view is left. */
export function onViewTimer(ctx: Ctx, view: number): void {
  const { round } = ctx.state
  if (view !== round.view || !round.started) return
  if (round.timedOut.has(view)) repeat(ctx, view)
  else timeOut(ctx)
  armView(ctx)
}

export function repeat(ctx: Ctx, view: number): void {
  const timeout = ctx.state.round.timedOut.get(view)
  if (timeout !== undefined) send(ctx, everyone(ctx.state), timeout)
}

/** `provenQc` says whether the QC in a message is true; it has a memory of those seen (step.ts). */
export function onTimeout(ctx: Ctx, from: Key, timeout: Timeout, provenQc: (qc: Qc) => boolean): void {
  const { env, state, raised } = ctx
  const { round, committee } = state
  const { height, view, validator, highQc, signature } = timeout
  if (view < round.view) helpForward(ctx, from, view)
  if (highQc !== null && (highQc.kind !== 'prepare' || highQc.height !== height || highQc.view > view)) return
  const known = round.timeouts.get(view)?.get(validator)
  // A repeated one says nothing new, unless it brings a higher QC.
  if (known !== undefined && (highQc?.view ?? -1) <= (known.highQc?.view ?? -1)) return
  const high = highQc === null ? null : { view: highQc.view, digest: highQc.digest }
  if (!verifyBy(env, committee, validator, timeoutPreimage(env, height, view, high), signature)) return
  if (highQc !== null && !provenQc(highQc)) return
  timeoutAgainstCommits(ctx, timeout)
  if (highQc !== null) raised.push({ kind: 'qc', qc: highQc })
  if (view < round.view) return
  if (known === undefined) keep(ctx, timeout)
  reckon(ctx, view)
}

/** > W/3 that gave up some view ≥ v' had an honest one among them: join (B4). Q of one view are its TC. */
function reckon(ctx: Ctx, view: number): void {
  const { state, raised } = ctx
  const { round, committee, height } = state
  const alike = round.timeouts.get(view)
  if (alike !== undefined && weightOf(committee, alike.keys()) >= committee.quorum) {
    raised.push({ kind: 'tc', tc: assemble(height, view, [...alike.values()]) })
    return
  }
  const joined = joinable(committee, round.timeouts)
  if (joined < round.view || (joined === round.view && round.timedOut.has(joined))) return
  if (joined > round.view) enterView(ctx, joined, null)
  timeOut(ctx)
}

/** B3, B4: persist, then tell all. The highest QC at this moment is the one that every repetition reports. */
function timeOut(ctx: Ctx): void {
  const { env, state, out } = ctx
  const { round, height, self } = state
  const { view, highQc } = round
  if (self < 0 || round.timedOut.has(view)) return
  const high = highQc === null ? null : { view: highQc.view, digest: highQc.digest }
  const signature = env.sign(timeoutPreimage(env, height, view, high))
  const timeout: Timeout = { kind: 'timeout', height, view, validator: self, highQc, signature }
  round.timedOut.set(view, timeout)
  out.push({ kind: 'persist', record: { kind: 'timed-out', height, timeout } })
  send(ctx, everyone(state), timeout)
  keep(ctx, timeout)
  reckon(ctx, view)
}

function keep({ state }: Ctx, timeout: Timeout): void {
  const { timeouts } = state.round
  const views = [...timeouts].filter(([, votes]) => votes.has(timeout.validator)).map(([view]) => view)
  if (views.length >= timeoutsPerValidator) {
    const oldest = Math.min(...views)
    if (timeout.view < oldest) return
    timeouts.get(oldest)?.delete(timeout.validator)
    if (timeouts.get(oldest)?.size === 0) timeouts.delete(oldest)
  }
  const alike = timeouts.get(timeout.view) ?? new Map<number, Timeout>()
  timeouts.set(timeout.view, alike.set(timeout.validator, timeout))
}

/** Whoever times out an older view lacks the TC that ended it. */
function helpForward(ctx: Ctx, from: Key, view: number): void {
  const { state } = ctx
  const tc = state.round.tcs.get(state.round.view - 1)
  const asker = indexOf(state.committee, from)
  if (tc !== undefined && tc.view >= view && asker >= 0) send(ctx, [asker], { kind: 'tc', height: state.height, tc })
}

/** The highest view that more than a third of the weight has given up, or a later one; -1 if none. */
function joinable(committee: Committee, timeouts: ReadonlyMap<number, ReadonlyMap<number, Timeout>>): number {
  const given = new Set<number>()
  for (const view of [...timeouts.keys()].sort((a, b) => b - a)) {
    for (const validator of timeouts.get(view)?.keys() ?? []) given.add(validator)
    if (weightOf(committee, given) >= committee.someHonest) return view
  }
  return -1
}

function assemble(height: bigint, view: number, timeouts: readonly Timeout[]): Tc {
  const sorted = [...timeouts].sort((a, b) => a.validator - b.validator)
  let highQc: Qc | null = null
  for (const { highQc: qc } of sorted) if (qc !== null && (highQc === null || qc.view > highQc.view)) highQc = qc
  const votes = sorted.map(({ validator, highQc: qc, signature }): TimeoutVote => ({
    validator,
    high: qc === null ? null : { view: qc.view, digest: qc.digest },
    signature,
  }))
  return { height, view, timeouts: votes, highQc }
}
