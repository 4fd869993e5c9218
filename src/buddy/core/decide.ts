// Owns: the end of a height (B4.5): the Seal, telling it, and the step to the next height with its set.
// Does not own: verifying a Seal of somebody else (certificate.ts, sync.ts).
// Called by: step.ts.

import { sameBytes } from '../../codec/bytes.js'
import { lackingTargets } from './exchange.js'
import { advance, heldBlock, send } from './state.js'
import type { Ctx, Round } from './state.js'
import type { Block, Seal } from './types.js'
import { onAdvanced } from './sync.js'

/** True when this height is done. What a quorum committed is final; the block must be held and judged before it is told. */
export function trySeal(ctx: Ctx): boolean {
  const { round } = ctx.state
  round.sealing ??= sealOf(round)
  if (round.sealing === null) return false
  const held = heldBlock(round, round.sealing.qc.digest)
  if (held?.valid !== true) return false
  finish(ctx, round.sealing, held.block)
  return true
}

/** Also of a view that is over: a COMMIT QC seals whenever it is found. */
function sealOf(round: Round): Seal | null {
  for (const [view, { qc }] of round.pools.commit) {
    const proposal = round.proposals.get(view)
    if (qc === null || proposal === undefined || !sameBytes(proposal.digest, qc.digest)) continue
    const { block, tc } = proposal.propose
    return { header: block.header, qc, tc, nextSet: block.nextSet }
  }
  return null
}

function finish(ctx: Ctx, seal: Seal, block: Block): void {
  const { env, state, out, raised } = ctx
  const { height } = state
  const pool = state.round.pools.commit.get(seal.qc.view)
  const exchange = pool?.exchange ?? null
  out.push({ kind: 'persist', record: { kind: 'decided', height, seal, block } })
  out.push({ kind: 'decided', seal, block })
  if (pool !== undefined && exchange !== null) send(ctx, lackingTargets(ctx, exchange, pool.votes), { kind: 'sealed', height, seal, block: null })
  advance(env, state, { seal, block })
  // A view or a TC of this height means nothing in the next: whoever proposed with it there would look guilty (E4).
  raised.splice(0, raised.length, ...raised.filter(({ kind }) => kind === 'message'))
  onAdvanced(ctx)
}
