// Owns: the entry of the core: one input, all its effects in the order in which they must happen; and which handler comes when.
// Does not own: any rule of the protocol (the handlers).
// Called by: the runner, the simulator.

import { unreachable } from '../../assert.js'
import { keyOf, sameBytes } from '../../codec/bytes.js'
import { verifyQc, verifyTc } from './certificate.js'
import { encodeQc } from './codec.js'
import { onPrepareQc, tryCommit } from './commit.js'
import { trySeal } from './decide.js'
import { onExchangeTick, onQcKnown, onVotes, startExchange } from './exchange.js'
import { onFetchTimer, tryFetch } from './fetch.js'
import { verifiedMax } from './limits.js'
import { onCycle, onMergeTick, onReport } from './merge.js'
import { tryPrepare } from './prepare.js'
import { onBuilt, onPropose, onValidated, tryPropose } from './propose.js'
import { everyone, poolOf, send } from './state.js'
import type { Ctx, Raised, State } from './state.js'
import { follow, onAsk, onFuture, onPast, onSealed } from './sync.js'
import { armView, enterView, onTc, onTimeout, onViewTimer, repeat } from './timeout.js'
import type { Effect, Env, Input, Key, Message, Qc, TimerId } from './types.js'
import { indexOf } from './validators.js'

/** Changes the state and answers what to do, in order: a `persist` is on disk before anything after it is sent (B3). */
export function step(env: Env, state: State, input: Input): Effect[] {
  const ctx: Ctx = { env, state, out: [], raised: [] }
  onInput(ctx, input)
  return settle(ctx)
}

/** After `recover`: says again what this Buddy said before it stopped, and goes on. */
export function resume(env: Env, state: State): Effect[] {
  const ctx: Ctx = { env, state, out: [], raised: [] }
  const { round, height } = state
  const { view } = round
  if (!round.started) return []
  armView(ctx)
  const proposal = round.proposals.get(view)
  if (proposal !== undefined && round.proposed.has(view)) send(ctx, everyone(state), proposal.propose)
  for (const [kind, votes] of [
    ['prepare', round.voted],
    ['commit', round.committed],
  ] as const) {
    const vote = votes.get(view)
    if (vote !== undefined) startExchange(ctx, kind, view, vote)
  }
  repeat(ctx, view)
  if (round.highQc !== null && height === round.highQc.height) ctx.raised.push({ kind: 'qc', qc: round.highQc })
  ctx.raised.push({ kind: 'progress' })
  return settle(ctx)
}

function settle(ctx: Ctx): Effect[] {
  for (let next = ctx.raised.shift(); next !== undefined; next = ctx.raised.shift()) onRaised(ctx, next)
  return ctx.out
}

function onInput(ctx: Ctx, input: Input): void {
  const { state } = ctx
  switch (input.kind) {
    case 'receive':
      return onMessage(ctx, input.from, input.message)
    case 'timer':
      return onTimer(ctx, input.id)
    case 'cycle':
      if (input.height !== state.height) return
      return state.self < 0 ? follow(ctx) : onCycle(ctx, input.certs)
    case 'built':
      return input.height === state.height ? onBuilt(ctx, input.view, input.block) : undefined
    case 'validated':
      return input.height === state.height ? onValidated(ctx, input.hash, input.valid) : undefined
    default:
      return unreachable(input)
  }
}

function onMessage(ctx: Ctx, from: Key, message: Message): void {
  const { env, state } = ctx
  if (sameBytes(from, env.key)) return
  const member = indexOf(state.committee, from) >= 0
  if (message.height < state.height) return onPast(ctx, from, message)
  if (message.height > state.height) return member ? onFuture(ctx, from, message) : undefined
  // Followers ask; only validators tell. A Seal speaks for itself.
  if (message.kind === 'ask') return onAsk(ctx, from, message.view)
  if (message.kind === 'sealed') return onSealed(ctx, message.seal, message.block)
  if (!member) return
  switch (message.kind) {
    case 'propose':
      return onPropose(ctx, message)
    case 'votes':
      return onVotes(ctx, from, message)
    case 'timeout':
      return onTimeout(ctx, from, message, (qc) => provenQc(ctx, qc))
    case 'qc':
      return message.qc.height === state.height && provenQc(ctx, message.qc) ? void ctx.raised.push({ kind: 'qc', qc: message.qc }) : undefined
    case 'tc':
      if (message.tc.height !== state.height || message.tc.view + 1 < state.round.view || state.round.tcs.has(message.tc.view)) return
      return verifyTc(env, state.committee, message.tc) ? onTc(ctx, message.tc) : undefined
    case 'report':
      return onReport(ctx, message.contributors, message.certs)
    default:
      return unreachable(message)
  }
}

function onTimer(ctx: Ctx, id: TimerId): void {
  const { state } = ctx
  if (id.what === 'ask') state.asking = false
  if (id.height !== state.height) return
  switch (id.what) {
    case 'view':
      return onViewTimer(ctx, id.view)
    case 'exchange':
      return onExchangeTick(ctx, id.vote, id.view)
    case 'merge':
      return onMergeTick(ctx)
    case 'fetch':
      return onFetchTimer(ctx)
    case 'ask':
      return
    default:
      return unreachable(id)
  }
}

function onRaised(ctx: Ctx, raised: Raised): void {
  switch (raised.kind) {
    case 'qc':
      return onQc(ctx, raised.qc)
    case 'tc':
      return onTc(ctx, raised.tc)
    case 'enter':
      return enterView(ctx, raised.view, raised.tc)
    case 'message':
      return onMessage(ctx, raised.from, raised.message)
    case 'progress':
      if (trySeal(ctx)) return
      tryPropose(ctx)
      tryPrepare(ctx)
      tryCommit(ctx)
      return tryFetch(ctx)
    default:
      return unreachable(raised)
  }
}

function onQc(ctx: Ctx, qc: Qc): void {
  const { state, raised } = ctx
  if (qc.height !== state.height) return
  poolOf(state.round, qc.kind, qc.view).qc ??= qc
  if (qc.kind === 'prepare') onPrepareQc(ctx, qc)
  else raised.push({ kind: 'progress' })
  onQcKnown(ctx, qc.kind, qc.view)
}

/** The same QC comes with every Timeout of a view: verified once. */
function provenQc({ env, state }: Ctx, qc: Qc): boolean {
  const name = keyOf(env.crypto.hash(encodeQc(qc)))
  if (state.verified.has(name)) return true
  if (qc.height !== state.height || !verifyQc(env, state.committee, qc)) return false
  state.verified.add(name)
  const [oldest] = state.verified
  if (state.verified.size > verifiedMax && oldest !== undefined) state.verified.delete(oldest)
  return true
}
