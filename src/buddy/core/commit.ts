// Owns: what a PREPARE QC does: the lock (highQC) and the second vote (B4.4).
// Does not own: the QC itself (exchange.ts, certificate.ts) or the Seal (decide.ts).
// Called by: step.ts.

import { sameBytes } from '../../codec/bytes.js'
import { startExchange } from './exchange.js'
import { logProposal } from './propose.js'
import { preimage } from './signing.js'
import { heldBlock } from './state.js'
import type { Ctx } from './state.js'
import type { Qc } from './types.js'

/** B4.4 first half. A QC of a higher view also enters it. */
export function onPrepareQc({ state, out, raised }: Ctx, qc: Qc): void {
  const { round, height } = state
  if (round.highQc === null || qc.view > round.highQc.view) {
    round.highQc = qc
    out.push({ kind: 'persist', record: { kind: 'high', height, qc } })
  }
  if (qc.view > round.view) raised.push({ kind: 'enter', view: qc.view, tc: null })
  raised.push({ kind: 'progress' })
}

/** B4.4 second half. highQC is of this view, so no later Timeout of ours can report less (B5). */
export function tryCommit(ctx: Ctx): void {
  const { env, state, out } = ctx
  const { round, height, self } = state
  const { view, highQc } = round
  if (self < 0 || highQc?.view !== view || round.timedOut.has(view) || round.committed.has(view) || round.sealing !== null) return
  const { digest } = highQc
  const proposal = round.proposals.get(view)
  if (heldBlock(round, digest)?.valid !== true) return
  const signature = env.sign(preimage(env, 'commit', height, view, digest))
  const vote = { validator: self, digest, signature }
  round.committed.set(view, vote)
  if (proposal !== undefined && sameBytes(proposal.digest, digest)) logProposal(ctx, proposal)
  out.push({ kind: 'persist', record: { kind: 'committed', height, view, digest, signature } })
  startExchange(ctx, 'commit', view, vote)
}
