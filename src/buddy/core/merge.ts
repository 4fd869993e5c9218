// Owns: MERGE (B4.1): joining what everybody knows of the lanes, over the buddy levels, bounded and best effort.
// Does not own: making LaneCerts (the lanes' side) or the block built from them (the shell).
// Called by: step.ts.

import { compareBytes, sameBytes } from '../../codec/bytes.js'
import { verifyLaneCert } from './certificate.js'
import { certsAgainstEachOther } from './evidence.js'
import { lanesMax } from './limits.js'
import { arm, send } from './state.js'
import type { Ctx, Merge } from './state.js'
import { armView } from './timeout.js'
import type { LaneCert } from './types.js'
import { levelsOf, slotsOf } from './validators.js'

/** The period is over: the view's clock runs, and reports travel, or the proposer begins at once. */
export function onCycle(ctx: Ctx, certs: readonly LaneCert[]): void {
  const { env, state, raised } = ctx
  const { round, height, self } = state
  const { merge } = round
  if (merge.phase !== 'idle') return
  if (!round.started) {
    round.started = true
    armView(ctx)
  }
  for (const cert of certs) join(ctx, cert)
  if (self >= 0) merge.contributors.add(self)
  const slots = slotsOf(env, state.committee.set.length, { parentHash: state.parentHash, height, view: 0 })
  merge.levels = env.merge === 'none' ? [] : levelsOf(env, slots, self)
  merge.sent = merge.levels.map(() => false)
  merge.phase = 'running'
  if (merge.levels.length > 0) arm(ctx, { what: 'merge', height }, env.timing.deltaMs)
  advanceMerge(ctx)
  raised.push({ kind: 'progress' })
}

export function onReport(ctx: Ctx, contributors: readonly number[], certs: readonly LaneCert[]): void {
  const { merge } = ctx.state.round
  if (ctx.env.merge === 'none' || merge.phase === 'done') return
  for (const cert of certs) join(ctx, cert)
  // Whom the sender claims to speak for only ends MERGE sooner; nothing is believed of it.
  for (const validator of contributors) if (validator < ctx.state.committee.set.length) merge.contributors.add(validator)
  advanceMerge(ctx)
}

export function onMergeTick(ctx: Ctx): void {
  const { env, state } = ctx
  const { merge } = state.round
  if (merge.phase !== 'running') return
  merge.tick++
  advanceMerge(ctx)
  if (merge.phase === 'running') arm(ctx, { what: 'merge', height: state.height }, env.timing.deltaMs)
}

/** Pointwise the highest; at one height at most the two lowest of different tips. So it is associative, commutative, idempotent. */
function joinTips(known: readonly LaneCert[], cert: LaneCert): LaneCert[] {
  const height = known[0]?.attest.number
  if (height === undefined || cert.attest.number > height) return [cert]
  if (cert.attest.number < height || known.some((tip) => sameTip(tip, cert))) return [...known]
  return [...known, cert].sort((a, b) => compareBytes(a.attest.ethBlockHash, b.attest.ethBlockHash)).slice(0, 2)
}

function join(ctx: Ctx, cert: LaneCert): void {
  const { env, state } = ctx
  const { lanes } = state.round.merge
  const known = lanes.get(cert.attest.laneId) ?? []
  if (known.length === 0 && lanes.size >= lanesMax) return
  const joined = joinTips(known, cert)
  if (!joined.includes(cert) || !verifyLaneCert(env, state.committee, cert)) return
  // Two certificates at one height: the lane waits at its last common ancestor (tryPropose leaves it out), who signed both is guilty.
  for (const other of joined) if (other !== cert) certsAgainstEachOther(ctx, other, cert)
  lanes.set(cert.attest.laneId, joined)
}

function advanceMerge(ctx: Ctx): void {
  const { state, raised } = ctx
  const { merge } = state.round
  if (merge.phase !== 'running') return
  for (const [k, { mine, targets }] of merge.levels.entries()) {
    if (merge.sent[k] === true || (k > merge.tick && !mine.every((validator) => merge.contributors.has(validator)))) continue
    merge.sent[k] = true
    if (mine.length > 0) send(ctx, targets, reportOf(state.height, merge))
  }
  const all = merge.contributors.size === state.committee.set.length
  if ((!all && merge.tick <= merge.levels.length && merge.levels.length > 0) || merge.sent.includes(false)) return
  merge.phase = 'done'
  raised.push({ kind: 'progress' })
}

function reportOf(height: bigint, { contributors, lanes }: Merge): { kind: 'report'; height: bigint; contributors: number[]; certs: LaneCert[] } {
  return { kind: 'report', height, contributors: [...contributors].sort((a, b) => a - b), certs: [...lanes.values()].flat() }
}

function sameTip(a: LaneCert, b: LaneCert): boolean {
  return sameBytes(a.attest.ethBlockHash, b.attest.ethBlockHash) && sameBytes(a.attest.stateRoot, b.attest.stateRoot)
}
