// Owns: the shapes of the feed from which others execute the lanes again: blocks with what a header does not say, session batches, lane beginnings.
// Does not own: its JSON (feed-json.ts), either end (lane-feed.ts, gateway-feed.ts).
// Called by: both ends, the follower, rpc.

import type { BlockPosition } from '../core/types.js'
import type { GenesisSource } from '../../evm-lane/lane-spec.js'
import type { ExportedBlock } from '../../evm-lane/protocol.js'
import type { TranscriptOfSession } from '../../evm-lane/session-protocol.js'

/** A batch of sessions (S12): the same for each of its lanes. */
export type FeedBatch = { batch: number; blocks: Pick<BlockPosition, 'chainId' | 'number' | 'hash'>[]; sessions: TranscriptOfSession[] }

/** `batch`: of a block that holds sessions; null for one that the lane made by itself. */
export type FeedBlock = ExportedBlock & { batch: FeedBatch | null }

/** What a lane began as; whoever follows checks the genesis hash that comes out against the one it trusts. */
export type FeedLane = { chainId: number; name: string; genesis: GenesisSource; head: bigint }

export interface LaneFeed {
  lanes(): Promise<FeedLane[]>
  /** Blocks from..from+count-1 as far as they exist, at least one if it does, else cut where an answer would become too large. @throws 'unknown-lane'. */
  blocks(chainId: number, from: bigint, count: number): Promise<FeedBlock[]>
}

export type FeedLimits = {
  /** Blocks of one answer. */
  blocksMax: number
  /** Bytes of blocks and transcripts in one answer, beyond the first block. */
  bytesMax: number
}

export const feedLimits: FeedLimits = { blocksMax: 256, bytesMax: 4 * 1024 * 1024 }
