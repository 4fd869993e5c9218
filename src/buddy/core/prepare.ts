// Owns: the first vote (B4.3).
// Does not own: judging the proposal (propose.ts) or spreading the vote (exchange.ts).
// Called by: step.ts, when anything that it depends on has changed.

import { startExchange } from './exchange.js'
import { logProposal } from './propose.js'
import { preimage } from './signing.js'
import { heldBlock } from './state.js'
import type { Ctx } from './state.js'

/** B4.3: on the first valid proposal of the current view, unless this view timed out or has the vote already. */
export function tryPrepare(ctx: Ctx): void {
  const { env, state, out } = ctx
  const { round, height, self } = state
  const { view } = round
  const proposal = round.proposals.get(view)
  if (self < 0 || proposal === undefined || round.timedOut.has(view) || round.voted.has(view) || round.sealing !== null) return
  if (heldBlock(round, proposal.digest)?.valid !== true) return
  const { digest } = proposal
  const signature = env.sign(preimage(env, 'prepare', height, view, digest))
  const vote = { validator: self, digest, signature }
  round.voted.set(view, vote)
  // B3: the block too, so that whoever voted for it can give it to others after a restart.
  logProposal(ctx, proposal)
  out.push({ kind: 'persist', record: { kind: 'prepared', height, view, digest, signature } })
  startExchange(ctx, 'prepare', view, vote)
}
