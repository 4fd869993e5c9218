// Owns: proofs of guilt E1–E5 (B7): putting them together, telling each once, and judging those of others.
// Does not own: what happens to the guilty (the set change in a Hyper Block).
// Called by: the handlers; `verifyEvidence` also by hyper/core, which includes evidence in blocks.

import { encodeTc } from './codec.js'
import { keyOf, sameBytes } from '../../codec/bytes.js'
import { badJustificationsMax } from './limits.js'
import { verifyBy, verifyJustification } from './certificate.js'
import { headerHashOf, justHashOf, statementPreimage } from './signing.js'
import type { Ctx } from './state.js'
import type { Digest, Evidence, EvidenceRule, Judge, LaneCert, Signature, Statement, Tc, Timeout, Vote, VoteKind } from './types.js'
import type { Committee } from './validators.js'

/** Tells it once per height, rule and culprit: one proof is enough, and a flood of them would be an attack of its own. */
export function accuse({ state, out }: Ctx, rule: EvidenceRule, first: Statement, second: Statement | null, tc: Tc | null = null): void {
  const name = `${rule}:${first.validator}`
  if (state.round.accused.has(name)) return
  state.round.accused.add(name)
  out.push({ kind: 'evidence', evidence: { rule, height: state.height, culprit: first.validator, first, second, tc } })
}

export function voteStatement(kind: 'propose' | VoteKind, at: { height: bigint; view: number }, vote: Vote): Statement {
  return { kind, height: at.height, view: at.view, ...vote }
}

function timeoutStatement({ height, view, validator, highQc, signature }: Timeout): Statement {
  return { kind: 'timeout', height, view, validator, high: highQc === null ? null : { view: highQc.view, digest: highQc.digest }, signature }
}

/** E3, from the side of a COMMIT that arrives: is there a Timeout that denies it? */
export function commitAgainstTimeouts(ctx: Ctx, view: number, vote: Vote): void {
  for (const [timedOut, votes] of ctx.state.round.timeouts) {
    const timeout = votes.get(vote.validator)
    if (timeout !== undefined && timedOut >= view && denies(timeout, view)) accuseE3(ctx, view, vote, timeout)
  }
}

/** E3, from the side of a Timeout that arrives. */
export function timeoutAgainstCommits(ctx: Ctx, timeout: Timeout): void {
  for (const [view, { votes }] of ctx.state.round.pools.commit) {
    const [vote] = votes.get(timeout.validator) ?? []
    if (vote !== undefined && timeout.view >= view && denies(timeout, view)) accuseE3(ctx, view, vote, timeout)
  }
}

/** E4 needs the justification behind a justHash, so that of a refused proposal is kept. */
export function rememberBadJustification({ env, state }: Ctx, tc: Tc): void {
  const { badJustifications } = state.round
  if (badJustifications.size < badJustificationsMax) badJustifications.set(keyOf(env.crypto.hash(encodeTc(tc))), tc)
}

export function voteAgainstJustifications(ctx: Ctx, view: number, vote: Vote): void {
  const { state } = ctx
  const tc = state.round.badJustifications.get(keyOf(justHashOf(vote.digest)))
  if (tc === undefined || justified(ctx.env, state.committee, { height: state.height, view, digest: vote.digest, tc })) return
  accuse(ctx, 'E4', voteStatement('prepare', { height: state.height, view }, vote), null, tc)
}

/** E5 between two certificates of one lane and height: whoever signed both. */
export function certsAgainstEachOther(ctx: Ctx, a: LaneCert, b: LaneCert): void {
  if (a.attest.laneView !== b.attest.laneView) return
  for (const [i, validator] of a.signers.entries()) {
    const j = b.signers.indexOf(validator)
    if (j < 0) continue
    const statement = (cert: LaneCert, at: number): Statement => ({
      kind: 'attest',
      validator,
      attest: cert.attest,
      signature: cert.signatures[at] as Signature,
    })
    accuse(ctx, 'E5', statement(a, i), statement(b, j))
  }
}

/** Self-contained: needs the committee of `evidence.height` and nothing else. */
export function verifyEvidence(env: Judge, committee: Committee, evidence: Evidence): boolean {
  const { rule, height, culprit, first, second, tc } = evidence
  const statements = second === null ? [first] : [first, second]
  const signed = statements.every(
    (statement) =>
      statement.validator === culprit &&
      (statement.kind === 'attest' || statement.height === height) &&
      verifyBy(env, committee, culprit, statementPreimage(env, statement), statement.signature),
  )
  if (!signed) return false
  switch (rule) {
    case 'E1':
      return first.kind !== 'propose' && conflicting(first, second)
    case 'E2':
      return first.kind === 'propose' && conflicting(first, second)
    case 'E3':
      return lies(first, second)
    case 'E4':
      return opensToInvalid(env, committee, first, tc)
    case 'E5':
      return doubleAttest(env, first, second)
  }
}

function accuseE3(ctx: Ctx, view: number, vote: Vote, timeout: Timeout): void {
  accuse(ctx, 'E3', voteStatement('commit', { height: ctx.state.height, view }, vote), timeoutStatement(timeout))
}

function denies(timeout: Timeout, view: number): boolean {
  return (timeout.highQc?.view ?? -1) < view
}

function conflicting(a: Statement, b: Statement | null): boolean {
  if (b === null || a.kind === 'timeout' || a.kind === 'attest' || a.kind !== b.kind) return false
  return a.view === b.view && !sameBytes(a.digest, b.digest)
}

function lies(commit: Statement, timeout: Statement | null): boolean {
  if (commit.kind !== 'commit' || timeout?.kind !== 'timeout') return false
  return timeout.view >= commit.view && (timeout.high?.view ?? -1) < commit.view
}

function opensToInvalid(env: Judge, committee: Committee, statement: Statement, tc: Tc | null): boolean {
  if (tc === null || (statement.kind !== 'prepare' && statement.kind !== 'propose')) return false
  if (!sameBytes(justHashOf(statement.digest), env.crypto.hash(encodeTc(tc)))) return false
  return !justified(env, committee, { height: statement.height, view: statement.view, digest: statement.digest, tc })
}

function justified(env: Judge, committee: Committee, at: { height: bigint; view: number; digest: Digest; tc: Tc }): boolean {
  return verifyJustification(env, committee, { ...at, headerHash: headerHashOf(at.digest) })
}

function doubleAttest(env: Judge, a: Statement, b: Statement | null): boolean {
  if (a.kind !== 'attest' || b?.kind !== 'attest') return false
  const place = ({ laneId, number, laneView }: typeof a.attest): string => `${laneId}:${number}:${laneView}`
  return place(a.attest) === place(b.attest) && !sameBytes(statementPreimage(env, a), statementPreimage(env, b))
}
