// Owns: finding a lane by what a URL or a request calls it.
// Called by: node.ts, for the gateway.

import { assert } from '../assert.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { LaneDirectory } from '../rpc/method.js'

/** The first lane is the one served at `/`. */
export function createLaneDirectory(lanes: readonly LaneClient[]): LaneDirectory {
  const first = lanes[0]
  assert(first !== undefined, 'a gateway serves at least one lane')
  const byKey = new Map<string, LaneClient>()
  let indexed = 0
  return {
    all: () => [...lanes],
    find: (key) => {
      // Lanes are added to the list while the process runs (H3).
      for (const lane of lanes.slice(indexed)) {
        byKey.set(String(lane.spec.chainId), lane)
        byKey.set(lane.spec.name, lane)
      }
      indexed = lanes.length
      return byKey.get(key)
    },
    default: () => first,
  }
}
