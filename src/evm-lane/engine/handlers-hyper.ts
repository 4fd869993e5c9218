// Owns: the operations by which a lane's blocks get into Hyper Blocks: their facts, what was proposed and sealed, blocks for others to execute again.
// Called by: handlers.ts.

import type { Handlers } from '../protocol.js'
import type { HandlerParts } from './handler-parts.js'
import { lostBlocks } from './unsealed.js'
import { replayBlock } from './session/replay.js'

type HyperOps = 'blockFacts' | 'syncStore' | 'sealed' | 'proposed' | 'exportBlock' | 'replayBlock' | 'setPeers'

export function hyperHandlers({ parts, reader, producer, onMarks }: HandlerParts): Pick<Handlers, HyperOps> {
  const { hyper, facts, chain, peers, durable } = parts
  const tellIfMoved = (before: { safe: bigint; finalized: bigint }): void => {
    const { safe, finalized } = reader.headInfo()
    if (safe !== before.safe || finalized !== before.finalized) onMarks({ safe, finalized })
  }
  return {
    blockFacts: async ({ from, max }) => {
      const found = await facts.from(from, max)
      const newest = found.at(-1)
      // What is sealed must not be lost with the power (L5).
      if (newest !== undefined) await durable.reach(newest.number)
      return found
    },
    syncStore: async () => {
      await durable.reach(chain.head.block.header.number)
      return null
    },
    sealed: async (mark) => {
      const before = reader.headInfo()
      const news = await hyper.sealed(mark)
      if (hyper.hasLost(chain.head.block.header.number)) throw lostBlocks(parts)
      if (!news) return null
      tellIfMoved(before)
      producer.wake()
      return null
    },
    proposed: ({ safe }) => {
      const before = reader.headInfo()
      hyper.proposed(safe)
      tellIfMoved(before)
      return null
    },
    exportBlock: async ({ number }) => {
      const entry = await chain.entry(number)
      if (entry === undefined) return null
      const { rlp, timestampMs, block, links, txs } = entry
      const reach = (await peers.at(number)) ?? parts.crossing.peers
      return { rlp, timestampMs: timestampMs ?? Number(block.header.timestamp) * 1_000, links: links ?? txs.map(() => null), peers: [...reach] }
    },
    replayBlock: ({ number, sessions }) => replayBlock(parts, number, sessions),
    setPeers: (req) => {
      // A block that is being made goes on with the lanes it began with.
      parts.crossing = { ...parts.crossing, peers: new Set(req.peers) }
      parts.crossers.forget()
      return null
    },
  }
}
