// Owns: the durable records of sessions: written and synced before any lane commits, which is the commit point (S11).
// Does not own: when that is (core/atomic.ts), messages (outbox.ts adds its rows to the same write).
// Called by: coordinator.ts, reader.ts.

import type { SealedBlock, TranscriptOfSession } from '../evm-lane/session-protocol.js'
import type { Hash32 } from '../primitives.js'
import { hyper, readU32, readU64, tableKey, tableRange, u32, u64 } from '../schema.js'
import type { Store, StoreOp } from '../store/store.js'
import { positionOf } from './core/batch.js'
import type { BatchRecord, BlockPosition, SessionRecord } from './core/types.js'
import { decodeValue, encodeValue } from './journal-codec.js'

/** What stays of a batch when every lane has its block. */
export type StoredBatch = Omit<BatchRecord, 'blocks'> & { blocks: BlockPosition[] }
export type StoredSession = { batch: number; place: number; blocks: BlockPosition[]; record: SessionRecord }

export type Journal = {
  /** Durable when it settles; `more` becomes so with it. @throws AppError 'store-failed': then nobody knows whether it is. */
  write: (record: BatchRecord, more: StoreOp[]) => Promise<void>
  /** After a failed write: durable that it is not there. */
  erase: (record: BatchRecord, more: StoreOp[]) => Promise<void>
  /** Every lane has its blocks of these batches on disk: their bytes are not needed any more. */
  complete: (batches: readonly number[]) => Promise<void>
  incomplete: () => Promise<BatchRecord[]>
  nextBatch: () => Promise<number>
  /** Batches of this number and later, in order. */
  since: (batch: number) => Promise<StoredBatch[]>
  session: (id: Hash32) => Promise<StoredSession | null>
  /** The batch that made a lane's block; null for a block of the lane's own. */
  batchOfBlock: (chainId: number, number: bigint) => Promise<StoredBatch | null>
  /** Of all sessions of a batch, in order (S12). */
  transcripts: (batch: number) => Promise<TranscriptOfSession[] | null>
}

export function createJournal(store: Store): Journal {
  return {
    write: (record, more) => store.batch([...rowsOf(record), ...more], { sync: true }),
    erase: (record, more) => store.batch([...rowsOf(record).map(({ key }): StoreOp => ({ type: 'del', key })), ...more], { sync: true }),
    // Not synced: a record that still has its blocks is only offered to the lanes once more.
    complete: (batches) => store.batch(batches.map((batch) => ({ type: 'del', key: tableKey(hyper.sealedBlocks, u64(batch)) }))),
    incomplete: () => readIncomplete(store),
    nextBatch: () => readNextBatch(store),
    since: (batch) => readSince(store, batch),
    batchOfBlock: async (chainId, number) => {
      const batch = await store.get(tableKey(hyper.batchByBlock, u64(chainId), u64(number)))
      return batch === undefined ? null : readBatch(store, Number(readU64(batch)))
    },
    transcripts: async (batch) => {
      const stored = await readBatch(store, batch)
      return stored === null ? null : stored.sessions.map(({ id, transcript }) => ({ id, events: transcript }))
    },
    session: async (id) => {
      const place = await store.get(tableKey(hyper.sessionById, id))
      return place === undefined ? null : readSession(store, place)
    },
  }
}

function rowsOf(record: BatchRecord): Extract<StoreOp, { type: 'put' }>[] {
  const batch = u64(record.batch)
  const blocks = record.blocks.map(positionOf)
  const stored: StoredBatch = { ...record, blocks }
  return [
    { type: 'put', key: tableKey(hyper.sessionBatches, batch), value: encodeValue(stored) },
    { type: 'put', key: tableKey(hyper.sealedBlocks, batch), value: encodeValue(record.blocks) },
    ...blocks.map(({ chainId, number }) => ({ type: 'put' as const, key: tableKey(hyper.batchByBlock, u64(chainId), u64(number)), value: batch })),
    ...record.sessions.map(({ id }, i) => ({
      type: 'put' as const,
      key: tableKey(hyper.sessionById, id),
      value: new Uint8Array([...batch, ...u32(i)]),
    })),
  ]
}

async function readIncomplete(store: Store): Promise<BatchRecord[]> {
  const records: BatchRecord[] = []
  for await (const [key, value] of store.iterate(tableRange(hyper.sealedBlocks))) {
    const batch = Number(readU64(key, 1))
    const stored = await readBatch(store, batch)
    if (stored !== null) records.push({ ...stored, blocks: decodeValue<SealedBlock[]>(value) })
  }
  return records
}

async function readNextBatch(store: Store): Promise<number> {
  let next = 1
  for await (const [key] of store.iterate({ ...tableRange(hyper.sessionBatches), reverse: true, limit: 1 })) next = Number(readU64(key, 1)) + 1
  return next
}

async function readSince(store: Store, batch: number): Promise<StoredBatch[]> {
  const found: StoredBatch[] = []
  const range = { ...tableRange(hyper.sessionBatches), gte: tableKey(hyper.sessionBatches, u64(batch)) }
  for await (const [, value] of store.iterate(range)) found.push(decodeValue<StoredBatch>(value))
  return found
}

async function readBatch(store: Store, batch: number): Promise<StoredBatch | null> {
  const value = await store.get(tableKey(hyper.sessionBatches, u64(batch)))
  return value === undefined ? null : decodeValue<StoredBatch>(value)
}

async function readSession(store: Store, where: Uint8Array): Promise<StoredSession | null> {
  const place = readU32(where, 8)
  const stored = await readBatch(store, Number(readU64(where)))
  const record = stored?.sessions[place]
  return stored === null || record === undefined ? null : { batch: stored.batch, place, blocks: stored.blocks, record }
}
