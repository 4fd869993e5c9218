// Owns: how votes travel (B4 exchange): buddy levels, `want` with its answer, the flood, and the pools in which they meet.
// Does not own: deciding to vote (prepare.ts, commit.ts) or what a QC leads to (step.ts).
// Called by: step.ts, prepare.ts, commit.ts.

import { sameBytes } from '../../codec/bytes.js'
import { assembleQc, verifyBy } from './certificate.js'
import { accuse, commitAgainstTimeouts, voteAgainstJustifications, voteStatement } from './evidence.js'
import { digestsPerVoter, exchangeTicksMax, viewsAhead, viewsBehind } from './limits.js'
import { preimage } from './signing.js'
import { arm, everyone, poolOf, send } from './state.js'
import type { Ctx, Exchange, Pool } from './state.js'
import type { Key, Vote, VoteKind, Votes } from './types.js'
import { indexOf, levelsOf, slotsOf, weightOf } from './validators.js'

/** Puts the own vote, which is in the log by now, into its pool and begins to spread it. */
export function startExchange(ctx: Ctx, kind: VoteKind, view: number, vote: Vote): void {
  const { env, state } = ctx
  const pool = poolOf(state.round, kind, view)
  const slots = slotsOf(env, state.committee.set.length, { parentHash: state.parentHash, height: state.height, view })
  const levels = levelsOf(env, slots, state.self)
  pool.exchange = { levels, sent: levels.map(() => false), turns: levels.map(() => 0), tick: 0 }
  keep(pool, vote)
  if (levels.length > 0) arm(ctx, { what: 'exchange', height: state.height, view, vote: kind }, env.timing.deltaMs)
  certify(ctx, kind, view, pool)
  spread(ctx, kind, view, pool)
}

export function onVotes(ctx: Ctx, from: Key, message: Votes): void {
  const { state } = ctx
  const { vote: kind, view } = message
  const { round } = state
  if (view < round.view - viewsBehind || view > round.view + viewsAhead) return
  // Nobody honest keeps more of each, so nobody honest sends more; each is a signature to verify.
  if (message.votes.length > digestsPerVoter * state.committee.set.length) return
  const pool = poolOf(round, kind, view)
  // All of them, so no short circuit: a message may bring several that are new.
  const news = message.votes.filter((vote) => receive(ctx, kind, view, pool, vote))
  if (news.length > 0) {
    certify(ctx, kind, view, pool)
    spread(ctx, kind, view, pool)
  }
  if (message.want) answer(ctx, from, message, pool)
}

/** A QC may come from outside: what was not sent yet goes out with it. */
export function onQcKnown(ctx: Ctx, kind: VoteKind, view: number): void {
  const pool = ctx.state.round.pools[kind].get(view)
  if (pool !== undefined) spread(ctx, kind, view, pool)
}

/** Every δ while there is no QC: late levels go out, each incomplete sibling is asked, and once everybody is (B4). */
export function onExchangeTick(ctx: Ctx, kind: VoteKind, view: number): void {
  const { env, state } = ctx
  const pool = state.round.pools[kind].get(view)
  if (pool === undefined || pool.exchange === null || pool.qc !== null || view < state.round.view) return
  const { exchange } = pool
  exchange.tick++
  if (exchange.tick > exchangeTicksMax) return
  spread(ctx, kind, view, pool)
  const { levels, turns, tick } = exchange
  if (tick === levels.length + 1) send(ctx, everyone(state), votesOf(ctx, kind, view, [...pool.votes.values()].flat(), true))
  else {
    for (const [k, level] of levels.entries()) {
      if (k >= tick || level.sibling.length === 0 || level.sibling.every((validator) => pool.votes.has(validator))) continue
      const next = level.sibling[(turns[k] as number) % level.sibling.length] as number
      turns[k] = (turns[k] as number) + 1
      send(ctx, [next], votesOf(ctx, kind, view, [...pool.votes.values()].flat(), true))
    }
  }
  arm(ctx, { what: 'exchange', height: state.height, view, vote: kind }, env.timing.deltaMs)
}

/** Own level targets that may lack votes: of levels not sent yet, and of siblings not heard in full. */
export function lackingTargets({ env }: Ctx, { levels, sent }: Exchange, votes: ReadonlyMap<number, unknown>): number[] {
  return levels.flatMap(({ sibling, targets }, k) => {
    // Who hears everybody directly lacks nothing that we could push; its `want` would be answered.
    const heard = env.exchange === 'direct' || sibling.every((validator) => votes.has(validator))
    return sent[k] === true && heard ? [] : targets
  })
}

/** Level k goes out when its range is complete or δ·k has passed. With a QC it carries that instead (commit: the Seal, decide.ts). */
function spread(ctx: Ctx, kind: VoteKind, view: number, pool: Pool): void {
  const { exchange, qc } = pool
  if (exchange === null || view < ctx.state.round.view) return
  for (const [k, { mine, targets }] of exchange.levels.entries()) {
    if (exchange.sent[k] === true || (qc !== null && kind === 'commit')) continue
    if (qc === null && k > exchange.tick && !mine.every((validator) => pool.votes.has(validator))) continue
    exchange.sent[k] = true
    if (mine.length === 0) continue
    const known = mine.flatMap((validator) => pool.votes.get(validator) ?? [])
    send(ctx, targets, qc === null ? votesOf(ctx, kind, view, known, false) : { kind: 'qc', height: ctx.state.height, qc })
  }
}

/** Whether it was new and true. */
function receive(ctx: Ctx, kind: VoteKind, view: number, pool: Pool, vote: Vote): boolean {
  const { env, state } = ctx
  const known = pool.votes.get(vote.validator) ?? []
  if (known.length >= digestsPerVoter || known.some(({ digest }) => sameBytes(digest, vote.digest))) return false
  // B4: stop at Q. A second vote of one validator is verified all the same: it is evidence.
  if (pool.qc !== null && known.length === 0 && sameBytes(pool.qc.digest, vote.digest)) return false
  if (!verifyBy(env, state.committee, vote.validator, preimage(env, kind, state.height, view, vote.digest), vote.signature)) return false
  const at = { height: state.height, view }
  if (known[0] !== undefined) accuse(ctx, 'E1', voteStatement(kind, at, known[0]), voteStatement(kind, at, vote))
  if (kind === 'commit') commitAgainstTimeouts(ctx, view, vote)
  else voteAgainstJustifications(ctx, view, vote)
  keep(pool, vote)
  return true
}

function keep(pool: Pool, vote: Vote): void {
  const known = pool.votes.get(vote.validator)
  if (known === undefined) pool.votes.set(vote.validator, [vote])
  else if (!known.some(({ digest }) => sameBytes(digest, vote.digest))) known.push(vote)
}

function certify({ state, raised }: Ctx, kind: VoteKind, view: number, pool: Pool): void {
  if (pool.qc !== null || weightOf(state.committee, pool.votes.keys()) < state.committee.quorum) return
  const all = [...pool.votes.values()].flat()
  for (const { digest } of all) {
    const alike = all.filter((vote) => sameBytes(vote.digest, digest))
    const qc = assembleQc(state.committee, { kind, height: state.height, view }, alike)
    if (qc === null) continue
    pool.qc = qc
    raised.push({ kind: 'qc', qc })
    return
  }
}

/** B4: push-pull is required; with push alone one crash in n = 4 deadlocks. */
function answer(ctx: Ctx, from: Key, message: Votes, pool: Pool): void {
  const asker = indexOf(ctx.state.committee, from)
  if (asker < 0) return
  if (pool.qc !== null) return send(ctx, [asker], { kind: 'qc', height: ctx.state.height, qc: pool.qc })
  const missing = [...pool.votes.values()]
    .flat()
    .filter((vote) => !message.votes.some((known) => known.validator === vote.validator && sameBytes(known.digest, vote.digest)))
  if (missing.length > 0) send(ctx, [asker], votesOf(ctx, message.vote, message.view, missing, false))
}

function votesOf({ state }: Ctx, vote: VoteKind, view: number, votes: readonly Vote[], want: boolean): Votes {
  return { kind: 'votes', vote, height: state.height, view, votes: [...votes].sort((a, b) => a.validator - b.validator), want }
}
