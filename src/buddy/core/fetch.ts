// Owns: asking for what a certificate speaks of and this Buddy does not hold: a block, or the Seal of its height.
// Does not own: whole heights that were missed (sync.ts).
// Called by: step.ts.

import { sameBytes } from '../../codec/bytes.js'
import { arm, heldBlock, send } from './state.js'
import type { Ctx, Round } from './state.js'
import type { Digest } from './types.js'

/** Begins to ask when something is missing; the timer goes on until nothing is. */
export function tryFetch(ctx: Ctx): void {
  const { round } = ctx.state
  if (round.fetchTurn >= 0 || missing(round) === null) return
  round.fetchTurn = 0
  ask(ctx)
}

export function onFetchTimer(ctx: Ctx): void {
  const { round } = ctx.state
  if (round.fetchTurn < 0) return
  if (missing(round) === null) round.fetchTurn = -1
  else ask(ctx)
}

/** One signer after the other: more than a third of the weight among them is honest and holds it (B4.4). */
function ask(ctx: Ctx): void {
  const { env, state } = ctx
  const { round, height } = state
  const wanted = missing(round)
  if (wanted === null) return
  const others = wanted.signers.filter((signer) => signer !== state.self)
  const next = others[round.fetchTurn % Math.max(others.length, 1)]
  round.fetchTurn++
  if (next !== undefined) send(ctx, [next], { kind: 'ask', height, view: wanted.view })
  arm(ctx, { what: 'fetch', height }, 2 * env.timing.deltaMs)
}

function missing(round: Round): { view: number | null; signers: readonly number[] } | null {
  const { sealing, highQc } = round
  if (sealing !== null) return heldBlock(round, sealing.qc.digest) !== undefined ? null : { view: null, signers: sealing.qc.signers }
  for (const [view, { qc }] of round.pools.commit) {
    // The proposal, not only its block: the Seal carries its justification.
    if (qc !== null && !proposalHeld(round, view, qc.digest)) return { view, signers: qc.signers }
  }
  if (highQc !== null && heldBlock(round, highQc.digest) === undefined) return { view: highQc.view, signers: highQc.signers }
  return null
}

function proposalHeld(round: Round, view: number, digest: Digest): boolean {
  const proposal = round.proposals.get(view)
  return proposal !== undefined && sameBytes(proposal.digest, digest) && heldBlock(round, digest) !== undefined
}
