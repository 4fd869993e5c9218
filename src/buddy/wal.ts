// Owns: what a Buddy must not forget (B3): the records of the height in work, the chain of Seals with their blocks, where it goes on.
// Does not own: when a record is written (runner.ts), its bytes (core/codec.ts).
// Called by: the runner, through BuddyStore. The only writer of the database `buddy`.

import { assert } from '../assert.js'
import { AppError } from '../errors.js'
import { buddy, readU64, tableKey, tableRange, u64 } from '../schema.js'
import type { Store, StoreOp } from '../store/store.js'
import type { Sealed } from './app.js'
import { joinBytes, keyOf, sameBytes } from '../codec/bytes.js'
import { decodeRecord, encodeRecord } from './core/codec.js'
import { headerHashOf } from './core/signing.js'
import type { Start } from './core/state.js'
import type { Hash, Key, ValidatorSet, WalRecord } from './core/types.js'
import { decodeStart, encodeStart } from './wal-start.js'

export interface BuddyStore {
  /** Durable when it settles. One `append` at a time. @throws AppError 'store-failed': then nobody knows what is on disk. */
  append(records: readonly WalRecord[]): Promise<void>
  /** Where the height in work begins, and its records in the order in which they were written. @throws AppError 'store-corrupt' */
  records(): Promise<{ start: Start; records: WalRecord[] }>
  sealed(height: bigint): Promise<Sealed | null>
  close(): Promise<void>
}

export type WalOptions = {
  genesis: { hash: Hash; set: ValidatorSet }
  key: Key
  /** False: what was written survives the process, but not a loss of power. Only for Buddies that share one process and one disk. */
  sync: boolean
  /** Heights whose blocks are kept; null is all. Peers that lag further, and the app, are served from elsewhere. */
  keepHeights: number | null
}

const version = 1

/**
 * Closes the store when it refuses.
 * @throws AppError 'genesis-mismatch' for the log of another network or Buddy, 'store-corrupt' for a damaged one.
 */
export async function openBuddyStore(store: Store, options: WalOptions): Promise<BuddyStore> {
  try {
    await claim(store, options)
    return new Wal(store, await readStart(store, options.genesis), options, await readRecords(store))
  } catch (error) {
    await store.close()
    throw error
  }
}

class Wal implements BuddyStore {
  readonly #store: Store
  readonly #options: WalOptions
  #start: Start
  /** Numbers of the records of the height in work: [first, next). */
  #first: bigint
  #next: bigint

  constructor(store: Store, start: Start, options: WalOptions, { first, records }: Stored) {
    for (const record of records) if (heightOf(record) !== start.height) throw damaged(`a record of height ${heightOf(record)}`)
    this.#store = store
    this.#options = options
    this.#start = start
    this.#first = first
    this.#next = first + BigInt(records.length)
  }

  async append(records: readonly WalRecord[]): Promise<void> {
    let fresh: { key: Uint8Array; value: Uint8Array }[] = []
    const ops: StoreOp[] = []
    let [start, first, next] = [this.#start, this.#first, this.#next]
    for (const record of records) {
      if (record.kind !== 'decided') {
        fresh.push({ key: tableKey(buddy.buddyRecords, u64(next++)), value: encodeRecord(record) })
        continue
      }
      assert(record.height === start.height, `height ${record.height} is decided, but ${start.height} is in work`)
      // The height is done: its records go in the write that seals it.
      for (let number = first; number < this.#next; number++) ops.push({ type: 'del', key: tableKey(buddy.buddyRecords, u64(number)) })
      fresh = []
      first = next
      start = startAfter(start, record)
      ops.push({ type: 'put', key: tableKey(buddy.buddySeals, u64(record.height)), value: encodeRecord(record) }, ...this.#outdated(record.height))
    }
    if (start !== this.#start) ops.push({ type: 'put', key: tableKey(buddy.buddyStart), value: encodeStart(start) })
    for (const { key, value } of fresh) ops.push({ type: 'put', key, value })
    await this.#store.batch(ops, { sync: this.#options.sync })
    this.#start = start
    this.#first = first
    this.#next = next
  }

  async records(): Promise<{ start: Start; records: WalRecord[] }> {
    const { records } = await readRecords(this.#store)
    return { start: this.#start, records }
  }

  async sealed(height: bigint): Promise<Sealed | null> {
    const value = height < 1n ? undefined : await this.#store.get(tableKey(buddy.buddySeals, u64(height)))
    if (value === undefined) return null
    const record = decodeRecord(value)
    if (record?.kind !== 'decided' || record.height !== height) throw damaged(`the Seal of height ${height} cannot be read`)
    return { seal: record.seal, block: record.block }
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  #outdated(height: bigint): StoreOp[] {
    const { keepHeights } = this.#options
    if (keepHeights === null || height <= BigInt(keepHeights)) return []
    return [{ type: 'del', key: tableKey(buddy.buddySeals, u64(height - BigInt(keepHeights))) }]
  }
}

type Stored = { first: bigint; records: WalRecord[] }

/** A key whose log is not at hand might vote twice, so a log is of one key and one network for good. */
async function claim(store: Store, { genesis, key }: WalOptions): Promise<void> {
  const owner = joinBytes(Uint8Array.of(version), genesis.hash, key)
  const known = await store.get(tableKey(buddy.buddyOwner))
  if (known === undefined) {
    let entries = 0
    for await (const _ of store.iterate({ limit: 1 })) entries++
    if (entries > 0) throw damaged('it has entries but no owner')
    const start: Start = { set: genesis.set, height: 1n, parentHash: genesis.hash }
    return store.batch(
      [
        { type: 'put', key: tableKey(buddy.buddyOwner), value: owner },
        { type: 'put', key: tableKey(buddy.buddyStart), value: encodeStart(start) },
      ],
      { sync: true },
    )
  }
  if (known[0] !== version || known.length < 33) throw damaged(`version ${known[0]}; this program reads ${version}`)
  const of = known.subarray(1, 1 + genesis.hash.length)
  if (!sameBytes(of, genesis.hash)) {
    throw new AppError('genesis-mismatch', `the Buddy log belongs to the network ${keyOf(of)}, not ${keyOf(genesis.hash)}`)
  }
  if (!sameBytes(known, owner)) throw new AppError('genesis-mismatch', `the Buddy log belongs to another key than ${keyOf(key)}`)
}

async function readStart(store: Store, genesis: WalOptions['genesis']): Promise<Start> {
  const value = await store.get(tableKey(buddy.buddyStart))
  const start = value === undefined ? null : decodeStart(value)
  if (start === null) throw damaged('where it goes on cannot be read')
  const before = start.height === 1n ? null : await store.get(tableKey(buddy.buddySeals, u64(start.height - 1n)))
  if (before === undefined) throw damaged(`the Seal of height ${start.height - 1n} is gone`)
  const last = before === null ? null : decodeRecord(before)
  const parent = last === null ? (before === null ? genesis.hash : null) : last.kind === 'decided' ? headerHashOf(last.seal.qc.digest) : null
  if (parent === null || !sameBytes(parent, start.parentHash)) throw damaged(`height ${start.height} does not follow what was sealed before it`)
  return start
}

async function readRecords(store: Store): Promise<Stored> {
  const records: WalRecord[] = []
  let first = 0n
  for await (const [key, value] of store.iterate(tableRange(buddy.buddyRecords))) {
    const number = readU64(key, 1)
    if (records.length === 0) first = number
    const record = decodeRecord(value)
    if (record === null || number !== first + BigInt(records.length)) throw damaged(`record ${number} cannot be read, or one before it is gone`)
    records.push(record)
  }
  return { first, records }
}

function startAfter(start: Start, { height, seal, block }: Extract<WalRecord, { kind: 'decided' }>): Start {
  return { set: block.nextSet ?? start.set, height: height + 1n, parentHash: headerHashOf(seal.qc.digest) }
}

function heightOf(record: WalRecord): bigint {
  return record.kind === 'accepted' ? record.propose.height : record.height
}

function damaged(what: string): AppError {
  return new AppError('store-corrupt', `the Buddy log is damaged: ${what}`)
}
