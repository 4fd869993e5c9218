// Owns: what a lane is told of the others: which it reaches, that its blocks are sealed.
// Called by: node.ts, lane-adder.ts.

import type { LaneSpec } from '../evm-lane/lane-spec.js'

/** A lane that makes no blocks of its own takes part in nothing. */
export function coordinated(lanes: readonly LaneSpec[], maxUnsealed: number | null): LaneSpec[] {
  const partners = lanes.filter(({ production }) => production.kind !== 'none').map(({ chainId }) => chainId)
  return lanes.map((lane) => {
    const peers = partners.filter((chainId) => chainId !== lane.chainId)
    return partners.includes(lane.chainId) ? { ...lane, coordinated: true, sealed: true, maxUnsealed, peers } : lane
  })
}
