// Owns: the session batches that were followed: each lane of a batch is judged by one and the same transcript, and the batch is kept for later (S12).
// Does not own: replaying them (the lanes), which of them are sealed (core/ledger.ts).
// Called by: lane-follower.ts, the Buddy process at its start.

import { equalBytes, type Hash32 } from '../../primitives.js'
import { hyper, readU64, tableKey, tableRange, u64 } from '../../schema.js'
import type { Store } from '../../store/store.js'
import type { FeedBatch } from '../feed/feed.js'
import { decodeBatch, encodeBatch } from './batch-codec.js'
import { executedLanes } from './executed-lanes.js'

export type BatchBook = {
  /** Durable when it settles. Answers why the batch cannot be what this block is of; null when it can. */
  take: (batch: FeedBatch, block: { chainId: number; number: bigint; hash: Hash32 }) => Promise<string | null>
  /** Those with a block beyond `sealed` of its lane, by number. */
  unsealed: (sealed: ReadonlyMap<number, bigint>) => Promise<FeedBatch[]>
  ofBlock: (chainId: number, number: bigint) => Promise<FeedBatch | null>
}

/** `onNew`: told of each batch once, before any of its blocks is executed. */
export function createBatchBook(store: Store, onNew: (batch: FeedBatch) => void): BatchBook {
  const read = async (number: bigint): Promise<Uint8Array | undefined> => store.get(tableKey(hyper.followedBatches, u64(number)))

  const take: BatchBook['take'] = async (batch, block) => {
    const wrong = mistakeOf(batch, block)
    if (wrong !== null) return wrong
    const value = encodeBatch(batch)
    const known = await read(BigInt(batch.batch))
    if (known !== undefined) return equalBytes(known, value) ? null : `session batch ${batch.batch} came with another transcript for another lane`
    const number = u64(batch.batch)
    const index = batch.blocks.map((of) => tableKey(hyper.followedBatchByBlock, u64(of.chainId), u64(of.number)))
    // Synced: a block that outlives a power cut without its batch could not be told to the ledger.
    const rows = [{ key: tableKey(hyper.followedBatches, number), value }, ...index.map((key) => ({ key, value: number }))]
    await store.batch(rows.map((row) => ({ type: 'put', ...row })), { sync: true }) // prettier-ignore
    onNew(batch)
    return null
  }

  return {
    take,
    unsealed: async (sealed) => {
      const found = new Map<bigint, FeedBatch>()
      for (const [chainId, number] of sealed) {
        const range = {
          ...tableRange(hyper.followedBatchByBlock, u64(chainId)),
          gte: tableKey(hyper.followedBatchByBlock, u64(chainId), u64(number + 1n)),
        }
        for await (const [, batch] of store.iterate(range)) {
          const value = found.has(readU64(batch)) ? undefined : await read(readU64(batch))
          if (value !== undefined) found.set(readU64(batch), decodeBatch(value))
        }
      }
      return [...found.values()].sort((one, other) => one.batch - other.batch)
    },
    ofBlock: async (chainId, number) => {
      const batch = await store.get(tableKey(hyper.followedBatchByBlock, u64(chainId), u64(number)))
      const value = batch === undefined ? undefined : await read(readU64(batch))
      return value === undefined ? null : decodeBatch(value)
    },
  }
}

function mistakeOf({ batch, blocks, sessions }: FeedBatch, block: { chainId: number; number: bigint; hash: Hash32 }): string | null {
  const own = blocks.find(({ chainId }) => chainId === block.chainId)
  if (own === undefined || own.number !== block.number || !equalBytes(own.hash, block.hash)) return `session batch ${batch} does not name this block`
  if (new Set(blocks.map(({ chainId }) => chainId)).size !== blocks.length) return `session batch ${batch} names a lane twice`
  for (const session of sessions) {
    const missing = [...executedLanes(session)].find((lane) => !blocks.some(({ chainId }) => chainId === lane))
    if (missing !== undefined) return `session batch ${batch} has no block of lane ${missing}, which answered in it`
  }
  return null
}
