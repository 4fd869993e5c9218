// Owns: the method about following a gateway: where the own lanes stand, and which blocks were refused.
// Does not own: the following itself (hyper/follower).
// Called by: the method table.

import type { LaneFollowing } from '../../hyper/follower/lane-follower.js'
import type { Refusal } from '../../hyper/follower/refusals.js'
import { toHex } from '../../primitives.js'
import { quantity, type Json } from '../format/quantity.js'
import type { CallContext } from '../method.js'

/** null where the lanes are this server's own. */
export function following({ following: node }: CallContext): Json | null {
  if (node === null) return null
  const { connected, lanes } = node.status()
  return { gateway: node.gateway, connected, lanes: lanes.map(formatLane), refusals: node.refusals().map(formatRefusal) }
}

function formatLane({ chainId, standing, head, fetched, executed, error }: LaneFollowing): Json {
  return { chainId: quantity(chainId), standing, head: quantity(head), fetched: quantity(fetched), executed: quantity(executed), error }
}

function formatRefusal({ chainId, number, hash, reason, sinceMs, times }: Refusal): Json {
  return {
    chainId: quantity(chainId),
    number: quantity(number),
    hash: hash === null ? null : toHex(hash),
    reason,
    sinceMs: quantity(sinceMs),
    times: quantity(times),
  }
}
