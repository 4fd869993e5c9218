// Owns: the feed as it comes from a gateway.
// Does not own: HTTP (gateway-rpc.ts), trust: everything that comes is checked by executing it.
// Called by: the Buddy process, replay over RPC.

import type { FeedLane, LaneFeed } from './feed.js'
import { blockFromJson } from './feed-json.js'
import { laneFromJson } from './genesis-json.js'
import type { GatewayRpc } from './gateway-rpc.js'
import { invalid, listOf } from './json-read.js'

export function createGatewayFeed(rpc: GatewayRpc): LaneFeed {
  return {
    lanes: async (): Promise<FeedLane[]> => listOf(await rpc.call('hyper_getLaneSources', []), 'lanes', laneFromJson),
    blocks: async (chainId, from, count) => {
      const blocks = listOf(await rpc.call('hyper_getLaneBlocks', [hex(chainId), hex(from), hex(count)]), 'blocks', blockFromJson)
      if (blocks.length > count) throw invalid(`${blocks.length} blocks instead of ${count}`)
      return blocks
    },
  }
}

function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`
}
