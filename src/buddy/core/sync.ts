// Owns: other heights: keeping what comes early, asking for Seals when behind, answering those who are.
// Does not own: the store of old Seals (the shell, by the effect `serve`).
// Called by: step.ts.

import { sameBytes } from '../../codec/bytes.js'
import { fitsHeight, verifySeal } from './certificate.js'
import { encodeMessage } from './codec.js'
import { futureBytesMax, futureMax, futurePerPeerMax } from './limits.js'
import { hold, judged } from './propose.js'
import { headerHashOf } from './signing.js'
import { arm, send } from './state.js'
import type { Ctx } from './state.js'
import type { Block, Key, Message, Seal } from './types.js'

/** Somebody is ahead. Its message may be of use when we are there; its Seals are of use now. */
export function onFuture(ctx: Ctx, from: Key, message: Message): void {
  const { state } = ctx
  if (message.height > state.heard) state.heard = message.height
  state.guide = from
  const ofPeer = state.future.filter((kept) => sameBytes(kept.from, from)).length
  if (message.kind !== 'sealed' && message.kind !== 'ask' && ofPeer < futurePerPeerMax && state.future.length < futureMax) {
    if (message.kind !== 'propose' || encodeMessage(message).length <= futureBytesMax) state.future.push({ from, message })
  }
  askOnward(ctx)
}

/** Who asks, wants votes or times out at a height that is decided gets its Seal (B4). */
export function onPast({ state, out }: Ctx, from: Key, message: Message): void {
  const asks = message.kind === 'ask'
  if (!asks && message.kind !== 'timeout' && !(message.kind === 'votes' && message.want)) return
  if (state.last === null || message.height !== state.height - 1n) out.push({ kind: 'serve', to: from, height: message.height, whole: asks })
  else {
    const { seal, block } = state.last
    out.push({ kind: 'send', to: [from], message: { kind: 'sealed', height: message.height, seal, block: asks ? block : null } })
  }
}

export function onAsk({ state, out }: Ctx, from: Key, view: number | null): void {
  const proposal = view === null ? undefined : state.round.proposals.get(view)
  const message = proposal === undefined ? null : judged(state.round, proposal)
  if (message !== null) out.push({ kind: 'send', to: [from], message })
}

/** The Seal may come without its block, and the block of a Seal may come later. */
export function onSealed(ctx: Ctx, seal: Seal, block: Block | null): void {
  const { env, state, raised } = ctx
  const { round, committee } = state
  if (round.sealing === null && !verifySeal(env, committee, state, seal)) return
  round.sealing ??= seal
  const hash = headerHashOf(round.sealing.qc.digest)
  if (block !== null && sameBytes(env.crypto.hash(block.header), hash) && fitsHeight(env, committee, state, block)) {
    hold(ctx, hash, block, 'certified')
  }
  raised.push({ kind: 'progress' })
}

/** After a height is done: the messages kept for the next one come in, and whoever is ahead is asked again. */
export function onAdvanced(ctx: Ctx): void {
  const { state, raised } = ctx
  for (const { from, message } of state.future) if (message.height === state.height) raised.push({ kind: 'message', from, message })
  state.future = state.future.filter(({ message }) => message.height > state.height)
  state.asking = false
  if (state.heard > state.height) askOnward(ctx)
}

/** A follower has no votes to wait for: it asks around once per cycle. */
export function follow(ctx: Ctx): void {
  const { state } = ctx
  state.turn++
  send(ctx, [state.turn % state.committee.set.length], { kind: 'ask', height: state.height, view: null })
}

/** Once per `askMs`: an answer may be lost, and an asker must not be a flood. */
function askOnward(ctx: Ctx): void {
  const { env, state, out } = ctx
  if (state.asking || state.guide === null) return
  state.asking = true
  out.push({ kind: 'send', to: [state.guide], message: { kind: 'ask', height: state.height, view: null } })
  arm(ctx, { what: 'ask', height: state.height }, env.timing.askMs)
}
