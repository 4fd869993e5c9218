// Owns: proposals (B4.2): making this Buddy's own, judging those of others, and which blocks are held and valid.
// Does not own: voting for them (prepare.ts) or what is in a block (the shell builds and validates).
// Called by: step.ts.

import { keyOf, sameBytes } from '../../codec/bytes.js'
import { fitsHeight, lockOf, verifyBy, verifyJustification } from './certificate.js'
import { accuse, rememberBadJustification, voteStatement } from './evidence.js'
import { digestOf, preimage } from './signing.js'
import { certifiedAt, everyone, heldBlock, proposerAt, send } from './state.js'
import type { Ctx, Proposal, Round } from './state.js'
import { armView } from './timeout.js'
import type { Block, Hash, Propose, Tc } from './types.js'

export function onPropose(ctx: Ctx, propose: Propose): void {
  const { env, state, raised } = ctx
  const { round, committee, height } = state
  const { view, block, tc, signature } = propose
  const headerHash = env.crypto.hash(block.header)
  const digest = digestOf(env, headerHash, tc)
  const known = round.proposals.get(view)
  if (known !== undefined && sameBytes(known.digest, digest) && heldBlock(round, digest) !== undefined) return
  const certified = certifiedAt(round, view)
  if (view < round.view && known === undefined && certified === null) return
  const proposer = proposerAt(ctx, view)
  const own = { validator: proposer, digest, signature }
  if (!verifyBy(env, committee, proposer, preimage(env, 'propose', height, view, digest), signature)) return
  if (known !== undefined && !sameBytes(known.digest, digest)) {
    const first = { validator: proposer, digest: known.digest, signature: known.propose.signature }
    accuse(ctx, 'E2', voteStatement('propose', propose, first), voteStatement('propose', propose, own))
    // The first one counts, unless a quorum went with the other.
    if (certified === null) return
  }
  if (certified !== null && !sameBytes(certified, digest)) return
  if (!verifyJustification(env, committee, { height, view, tc, headerHash })) {
    if (tc === null) return
    rememberBadJustification(ctx, tc)
    return accuse(ctx, 'E4', voteStatement('propose', propose, own), null, tc)
  }
  if (!fitsHeight(env, committee, state, block) || !fitsView(ctx, propose, proposer)) return
  round.proposals.set(view, { propose, digest, logged: false })
  start(ctx)
  if (tc !== null) raised.push({ kind: 'tc', tc })
  hold(ctx, headerHash, block, lockOf(tc) === null ? 'proposed' : 'certified')
}

/** Keeps a block until it is judged. One answer is awaited per header: a false body must not displace the one in judgement. */
export function hold(ctx: Ctx, hash: Hash, block: Block, mode: 'proposed' | 'certified'): void {
  const { state, out, raised } = ctx
  const known = state.round.blocks.get(keyOf(hash))
  if (known === undefined) {
    state.round.blocks.set(keyOf(hash), { block, valid: false })
    out.push({ kind: 'validate', height: state.height, hash, block, mode })
  } else if (known.valid) raised.push({ kind: 'progress' })
}

/** A body that does not fit is dropped and asked for again (fetch.ts): the header alone may be what a quorum prepared. */
export function onValidated({ state, raised }: Ctx, hash: Hash, valid: boolean): void {
  const held = state.round.blocks.get(keyOf(hash))
  if (held === undefined || held.valid) return
  if (valid) held.valid = true
  else state.round.blocks.delete(keyOf(hash))
  raised.push({ kind: 'progress' })
}

/** B4.2: v = 0 after MERGE; v > 0 with a TC, whose highest QC leaves no choice of the block. */
export function tryPropose(ctx: Ctx): void {
  const { state, out } = ctx
  const { round, height } = state
  const { view } = round
  if (state.self < 0 || !round.started || proposerAt(ctx, view) !== state.self) return
  if (round.proposed.has(view) || round.timedOut.has(view) || round.sealing !== null) return
  const tc = round.tcs.get(view - 1) ?? null
  if (view === 0 ? round.merge.phase !== 'done' : tc === null) return
  const lock = lockOf(tc)
  if (lock !== null) {
    const held = heldBlock(round, lock.digest)
    if (held?.valid === true) proposeBlock(ctx, held.block, tc)
  } else if (round.building < view) {
    round.building = view
    const certs = [...round.merge.lanes.values()].flatMap((tips) => (tips.length === 1 ? tips : []))
    out.push({ kind: 'build', height, view, parentHash: state.parentHash, certs })
  }
}

export function onBuilt(ctx: Ctx, view: number, block: Block): void {
  const { env, state } = ctx
  const { round } = state
  if (view !== round.view || round.building !== view || round.proposed.has(view) || round.timedOut.has(view)) return
  const tc = round.tcs.get(view - 1) ?? null
  if (lockOf(tc) !== null || !fitsHeight(env, state.committee, state, block)) return
  proposeBlock(ctx, block, tc)
}

/** B3: to the log before it is sent, so that a restart cannot make two of it. */
export function logProposal(ctx: Ctx, proposal: Proposal): void {
  if (proposal.logged) return
  proposal.logged = true
  ctx.out.push({ kind: 'persist', record: { kind: 'accepted', propose: judged(ctx.state.round, proposal) ?? proposal.propose } })
}

/** With the body that was judged: its own may be another one, put under a true header that another view had brought already. */
export function judged(round: Round, { propose, digest }: Proposal): Propose | null {
  const held = heldBlock(round, digest)
  return held?.valid === true ? { ...propose, block: held.block } : null
}

function proposeBlock(ctx: Ctx, block: Block, tc: Tc | null): void {
  const { env, state, out, raised } = ctx
  const { round, height } = state
  const { view } = round
  const hash = env.crypto.hash(block.header)
  const digest = digestOf(env, hash, tc)
  const signature = env.sign(preimage(env, 'propose', height, view, digest))
  const propose: Propose = { kind: 'propose', height, view, block, tc, signature }
  const proposal = { propose, digest, logged: false }
  round.proposed.add(view)
  round.proposals.set(view, proposal)
  round.blocks.set(keyOf(hash), { block, valid: true })
  logProposal(ctx, proposal)
  out.push({ kind: 'persist', record: { kind: 'proposed', height, view } })
  send(ctx, everyone(state), propose)
  raised.push({ kind: 'progress' })
}

/** The original view and proposer stand in the header; a later view may carry it only by force of its justification. */
function fitsView({ env, state }: Ctx, { view, block, tc }: Propose, proposer: number): boolean {
  const facts = env.readHeader(block.header)
  if (facts === null) return false
  const lock = lockOf(tc)
  if (lock === null) return facts.view === view && facts.proposer === proposer
  return facts.view <= lock.view && facts.proposer < state.committee.set.length
}

/** Whoever has not begun this height begins it with the first valid proposal. */
function start(ctx: Ctx): void {
  const { round } = ctx.state
  if (round.started) return
  round.started = true
  armView(ctx)
}
