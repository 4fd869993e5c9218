// Owns: methods for those who execute the lanes again: blocks with their sessions' transcripts, and what lanes began as.
// Does not own: the feed (hyper/feed).
// Called by: the method table.

import { AppError } from '../../errors.js'
import type { LaneFeed } from '../../hyper/feed/feed.js'
import { blockToJson } from '../../hyper/feed/feed-json.js'
import { laneToJson } from '../../hyper/feed/genesis-json.js'
import type { Json } from '../format/quantity.js'
import type { CallContext } from '../method.js'

export async function getLaneSources(ctx: CallContext): Promise<Json[]> {
  return (await feedOf(ctx).lanes()).map(laneToJson)
}

export async function getLaneBlocks(ctx: CallContext, chainId: number, from: number, count: number): Promise<Json[]> {
  return (await feedOf(ctx).blocks(chainId, BigInt(from), count)).map(blockToJson)
}

function feedOf({ feed }: CallContext): LaneFeed {
  if (feed === null) throw new AppError('unsupported', 'this server does not serve lane blocks to followers')
  return feed
}
