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
  for (const lane of lanes) {
    byKey.set(String(lane.spec.chainId), lane)
    byKey.set(lane.spec.name, lane)
  }
  return { all: () => [...lanes], find: (key) => byKey.get(key), default: () => first }
}
