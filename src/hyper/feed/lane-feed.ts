// Owns: the feed as the one who has the lanes gives it.
// Does not own: the lanes, the journal.
// Called by: the coordinator's reader (for rpc), replay of a data folder.

import { AppError } from '../../errors.js'
import type { LaneClient } from '../../evm-lane/client.js'
import { encodeTranscripts } from '../core/transcript-codec.js'
import type { FeedBatch, FeedBlock, FeedLane, FeedLimits, LaneFeed } from './feed.js'

export type LaneFeedOptions = {
  /** Those that are there now; lanes may be added. */
  lanes: () => readonly LaneClient[]
  /** The batch that made a lane's block; null for a block of the lane's own. */
  batchOf: (chainId: number, number: bigint) => Promise<FeedBatch | null>
  limits: FeedLimits
}

/** Blocks that are read from a lane at the same time. */
const stride = 16

export function createLaneFeed({ lanes, batchOf, limits }: LaneFeedOptions): LaneFeed {
  const laneOf = (chainId: number): LaneClient => {
    const lane = lanes().find(({ spec }) => spec.chainId === chainId)
    if (lane === undefined) throw new AppError('unknown-lane', `there is no lane ${chainId}`, { chainId })
    return lane
  }

  const block = async (lane: LaneClient, number: bigint): Promise<FeedBlock | null> => {
    const [exported, batch] = await Promise.all([lane.call('exportBlock', { number }), batchOf(lane.spec.chainId, number)])
    return exported === null ? null : { ...exported, batch }
  }

  const blocks = async (chainId: number, from: bigint, count: number): Promise<FeedBlock[]> => {
    const lane = laneOf(chainId)
    const found: FeedBlock[] = []
    let bytes = 0
    const end = from + BigInt(Math.min(count, limits.blocksMax))
    for (let next = from; next < end;) {
      const several = Math.min(stride, Number(end - next))
      const read = await Promise.all(Array.from({ length: several }, (_, i) => block(lane, next + BigInt(i))))
      for (const each of read) {
        if (each === null) return found
        bytes += sizeOf(each)
        if (found.length > 0 && bytes > limits.bytesMax) return found
        found.push(each)
      }
      next += BigInt(several)
    }
    return found
  }

  return { lanes: () => Promise.resolve(lanes().map(feedLaneOf)), blocks }
}

function feedLaneOf(lane: LaneClient): FeedLane {
  const { chainId, name, genesis } = lane.spec
  return { chainId, name, genesis, head: lane.head()?.header.number ?? 0n }
}

function sizeOf({ rlp, batch }: FeedBlock): number {
  return rlp.length + (batch === null ? 0 : encodeTranscripts(batch.sessions).length)
}
