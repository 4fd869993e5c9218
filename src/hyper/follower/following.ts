// Owns: what others may know of a node that follows a gateway: where each lane stands, and what it refused.
// Does not own: how it came about (follower.ts, refusals.ts).
// Called by: rpc.

import type { FollowerStatus } from './follower.js'
import type { Refusal } from './refusals.js'

export type Following = {
  /** URL of the gateway. */
  gateway: string
  status: () => FollowerStatus
  /** Blocks that could not be reproduced and stop their lanes now. */
  refusals: () => Refusal[]
  /** All since the start. */
  refusedTotal: () => number
}
