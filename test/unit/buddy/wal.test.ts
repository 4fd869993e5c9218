// The log of a Buddy: what is kept, what goes, and what is refused.

import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '../../../src/errors.js'
import type { ErrorCode } from '../../../src/errors.js'
import type { Sealed } from '../../../src/buddy/app.js'
import type { WalRecord } from '../../../src/buddy/core/types.js'
import { openBuddyStore } from '../../../src/buddy/wal.js'
import type { BuddyStore, WalOptions } from '../../../src/buddy/wal.js'
import { buddy, tableKey, tableRange, u64 } from '../../../src/schema.js'
import { MemoryStore } from '../../../src/store/memory-store.js'
import { setOf } from '../../fixtures/buddy-bench.js'
import { createCluster, genesisHash } from '../../fixtures/buddy-cluster.js'
import { FaultyStore } from '../../fixtures/faulty-store.js'

const set = setOf([1n])
const options: WalOptions = { genesis: { hash: genesisHash, set }, key: set[0]?.key as Uint8Array, sync: true, keepHeights: null }
const high = (height: bigint, view: number): WalRecord => ({ kind: 'view', height, view, tc: null })
const decided = ({ seal, block }: Sealed): WalRecord => ({ kind: 'decided', height: seal.qc.height, seal, block })
const refusedWith = (code: ErrorCode) => (error: unknown) => error instanceof AppError && error.code === code

/** Real Seals of a set of one. */
async function someSealed(count: bigint): Promise<Sealed[]> {
  const cluster = createCluster(1)
  await cluster.start(0)
  for (let height = 1n; height <= count; height++) await cluster.seal(height, [0])
  await cluster.stopAll()
  return cluster.seats[0]?.app.sealed ?? []
}

async function rowsOf(store: MemoryStore): Promise<number> {
  let rows = 0
  for await (const _ of store.iterate(tableRange(buddy.buddyRecords))) rows++
  return rows
}

test('records come back in their order; those of a height go when it is decided', async () => {
  const [first, second] = await someSealed(2n)
  assert.ok(first !== undefined && second !== undefined)
  const disk = new MemoryStore()
  const wal = await openBuddyStore(disk, options)
  await wal.append([high(1n, 1), high(1n, 2)])
  await wal.append([high(1n, 3)])
  const again = await openBuddyStore(disk, options)
  assert.deepEqual(await again.records(), { start: { set, height: 1n, parentHash: genesisHash }, records: [high(1n, 1), high(1n, 2), high(1n, 3)] })
  await again.append([high(1n, 4), decided(first), high(2n, 1)])
  assert.equal(await rowsOf(disk), 1)
  await again.append([decided(second)])
  assert.equal(await rowsOf(disk), 0)
  const last = await openBuddyStore(disk, options)
  const { start, records } = await last.records()
  assert.equal(start.height, 3n)
  assert.deepEqual(records, [])
  assert.deepEqual(await last.sealed(1n), first)
  assert.deepEqual(await last.sealed(2n), second)
  assert.equal(await last.sealed(3n), null)
})

test('blocks beyond those that are kept go', async () => {
  const sealed = await someSealed(5n)
  const wal = await openBuddyStore(new MemoryStore(), { ...options, keepHeights: 2 })
  for (const one of sealed) await wal.append([decided(one)])
  assert.deepEqual(await held(wal, 5n), [4n, 5n])
})

test('a write that fails changes nothing of what is handed out', async () => {
  const disk = new MemoryStore()
  await openBuddyStore(disk, options)
  const wal = await openBuddyStore(new FaultyStore(disk, { atBatch: 1, kind: 'fail' }), options)
  await assert.rejects(wal.append([high(1n, 1)]), refusedWith('store-failed'))
  await wal.append([high(1n, 2)])
  assert.deepEqual((await (await openBuddyStore(disk, options)).records()).records, [high(1n, 2)])
})

test('the log of another network or another key is refused', async () => {
  const disk = new MemoryStore()
  await openBuddyStore(disk, options)
  const elsewhere = { ...options, genesis: { hash: new Uint8Array(32), set } }
  await assert.rejects(openBuddyStore(await copyOf(disk), elsewhere), refusedWith('genesis-mismatch'))
  await assert.rejects(openBuddyStore(await copyOf(disk), { ...options, key: new Uint8Array(32) }), refusedWith('genesis-mismatch'))
})

test('a damaged log is refused', async () => {
  const sealed = await someSealed(2n)
  const disk = new MemoryStore()
  const wal = await openBuddyStore(disk, options)
  for (const one of sealed) await wal.append([decided(one)])
  await wal.append([high(3n, 1), high(3n, 2), high(3n, 3)])
  const refuses = async (harm: (disk: MemoryStore) => Promise<void>): Promise<void> => {
    const copy = await copyOf(disk)
    await harm(copy)
    await assert.rejects(openBuddyStore(copy, options), refusedWith('store-corrupt'))
    await assert.rejects(copy.get(Uint8Array.of(0)), 'the store is closed')
  }
  const put = (key: Uint8Array, value: Uint8Array) => (store: MemoryStore) => store.batch([{ type: 'put', key, value }])
  const del = (key: Uint8Array) => (store: MemoryStore) => store.batch([{ type: 'del', key }])
  await refuses(put(tableKey(buddy.buddyRecords, u64(1)), Uint8Array.of(1, 2, 3)))
  await refuses(del(tableKey(buddy.buddyRecords, u64(1))))
  await refuses(put(tableKey(buddy.buddyStart), Uint8Array.of(0xc0)))
  await refuses(del(tableKey(buddy.buddyStart)))
  await refuses(del(tableKey(buddy.buddySeals, u64(2))))
  await refuses(async (store) => {
    const value = await store.get(tableKey(buddy.buddySeals, u64(1)))
    await put(tableKey(buddy.buddySeals, u64(2)), value as Uint8Array)(store)
  })
  await refuses(del(tableKey(buddy.buddyOwner)))
  await refuses(put(tableKey(buddy.buddyOwner), Uint8Array.of(9)))
  const copy = await copyOf(disk)
  await put(tableKey(buddy.buddySeals, u64(1)), Uint8Array.of(1))(copy)
  await assert.rejects((await openBuddyStore(copy, options)).sealed(1n), refusedWith('store-corrupt'))
})

async function copyOf(disk: MemoryStore): Promise<MemoryStore> {
  const copy = new MemoryStore()
  for await (const [key, value] of disk.iterate({})) await copy.batch([{ type: 'put', key, value }])
  return copy
}

async function held(wal: BuddyStore, upTo: bigint): Promise<bigint[]> {
  const heights: bigint[] = []
  for (let height = 1n; height <= upTo; height++) if ((await wal.sealed(height)) !== null) heights.push(height)
  return heights
}
