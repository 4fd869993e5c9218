// Owns: how far apart Buddies may be in what they have executed, by the view: the rules about time give way when view after view ends without a Seal (H1).
// Does not own: the rules (check.ts) or what is proposed (build.ts).
// Called by: those.

import type { HyperParams } from './hyper-types.js'

type At = { params: HyperParams; view: number }

/** 2^16 times is for ever. */
const doublingsMax = 16
/** One that is dead costs one view, and no more than that should be left out for it. */
const hurriedViews = 2
/** Of what may be known to others before its absence is censorship: a proposer's clock began later than theirs. */
const restPart = 16

/** Who knows of something for longer refuses a block without it. */
export function censorAfterMs({ params, view }: At): number {
  return params.censorMs * 2 ** Math.min(view, doublingsMax)
}

/** A proposer leaves out what it knows for less: the others may not have executed it yet. */
export function restMs(at: At): number {
  return at.view < hurriedViews ? 0 : censorAfterMs(at) / restPart
}
