// Owns: Hyper Blocks with their Seals on disk: one synced write per block with all its indexes, and finding them again.
// Does not own: what is in them (core/), when they are written (cycles.ts).
// Called by: sealing.ts, sealing-view.ts, cycles.ts, change-desk.ts.

import { assert } from '../assert.js'
import { decodeEvidence, decodeRecord, encodeEvidence, encodeRecord } from '../buddy/core/codec.js'
import type { Evidence } from '../buddy/core/types.js'
import { AppError } from '../errors.js'
import type { Bytes, Hash32 } from '../primitives.js'
import { hyper, readU64, tableKey, tableRange, u32, u64 } from '../schema.js'
import type { Store, StoreOp } from '../store/store.js'
import type { SignedChange } from './core/hyper-types.js'
import { decodeChange, encodeChange } from './core/hyper-codec.js'
import type { HyperBlock, Sealed } from './hyper-block.js'

/** What holds from a block on: session batches before `batchFloor` are all sealed; `roster`: when the block changed it. */
export type After = { batchFloor: number; roster: Bytes | null }

export type HyperStore = {
  /** Durable when it settles. @throws AppError 'store-failed'. */
  append: (block: HyperBlock, after: After) => Promise<void>
  /** Number of the newest block; 0 when there is none. */
  tip: () => Promise<bigint>
  byNumber: (number: bigint) => Promise<Sealed | null>
  numberOf: (hash: Hash32) => Promise<bigint | null>
  /** Number of the Hyper Block that holds a lane block; null when none does yet. */
  numberOfLaneBlock: (chainId: number, number: bigint) => Promise<bigint | null>
  /** Of blocks `from` and later, oldest first, at most `max`. */
  evidence: (from: bigint, max: number) => Promise<{ number: bigint; evidence: Evidence }[]>
  batchFloor: () => Promise<number>
  /** null while nothing changed the one of the genesis. */
  roster: () => Promise<Bytes | null>
  /** Durable when it settles: a change that was accepted is not forgotten before it is in a block. */
  keepChange: (change: SignedChange) => Promise<void>
  changesWaiting: () => Promise<SignedChange[]>
}

export function createHyperStore(store: Store): HyperStore {
  return {
    append: (block, after) => store.batch(rowsOf(block, after), { sync: true }),
    tip: () => readTip(store),
    byNumber: (number) => readSealed(store, number),
    numberOf: async (hash) => numberIn(await store.get(tableKey(hyper.hyperNumbers, hash))),
    numberOfLaneBlock: (chainId, number) => readLaneTip(store, chainId, number),
    evidence: (from, max) => readEvidence(store, from, max),
    batchFloor: async () => Number(numberIn(await store.get(tableKey(hyper.batchFloor))) ?? 0n),
    roster: async () => (await store.get(tableKey(hyper.roster))) ?? null,
    keepChange: (change) =>
      store.batch([{ type: 'put', key: tableKey(hyper.changesWaiting, u64(change.nonce)), value: encodeChange(change) }], { sync: true }),
    changesWaiting: () => readChanges(store),
  }
}

function rowsOf({ seal, block, hash, header: { number }, body: { lanes, evidence, changes } }: HyperBlock, after: After): StoreOp[] {
  const value = u64(number)
  const tips = lanes.filter(({ from, to }) => to >= from)
  return [
    { type: 'put', key: tableKey(hyper.hyperBlocks, value), value: encodeRecord({ kind: 'decided', height: number, seal, block }) },
    { type: 'put', key: tableKey(hyper.hyperNumbers, hash), value },
    { type: 'put', key: tableKey(hyper.batchFloor), value: u64(after.batchFloor) },
    ...(after.roster === null ? [] : [{ type: 'put' as const, key: tableKey(hyper.roster), value: after.roster }]),
    ...tips.map(({ chainId, to }): StoreOp => ({ type: 'put', key: tableKey(hyper.laneTips, u64(chainId), u64(to)), value })),
    ...evidence.map((item, i): StoreOp => ({ type: 'put', key: tableKey(hyper.hyperEvidence, value, u32(i)), value: encodeEvidence(item) })),
    ...changes.map(({ nonce }): StoreOp => ({ type: 'del', key: tableKey(hyper.changesWaiting, u64(nonce)) })),
  ]
}

async function readTip(store: Store): Promise<bigint> {
  let tip = 0n
  for await (const [key] of store.iterate({ ...tableRange(hyper.hyperBlocks), reverse: true, limit: 1 })) tip = readU64(key, 1)
  return tip
}

async function readSealed(store: Store, number: bigint): Promise<Sealed | null> {
  const bytes = await store.get(tableKey(hyper.hyperBlocks, u64(number)))
  if (bytes === undefined) return null
  const record = decodeRecord(bytes)
  if (record?.kind !== 'decided') throw new AppError('store-corrupt', `Hyper Block ${number} cannot be read`)
  assert(record.height === number, 'a Hyper Block is stored under its number')
  return { seal: record.seal, block: record.block }
}

/** The first tip at or above the block is of the Hyper Block that holds it: tips of a lane rise with the numbers. */
async function readLaneTip(store: Store, chainId: number, number: bigint): Promise<bigint | null> {
  const { lt } = tableRange(hyper.laneTips, u64(chainId))
  const gte = tableKey(hyper.laneTips, u64(chainId), u64(number))
  let found: bigint | null = null
  for await (const [, value] of store.iterate({ gte, ...(lt === undefined ? {} : { lt }), limit: 1 })) found = readU64(value)
  return found
}

async function readEvidence(store: Store, from: bigint, max: number): Promise<{ number: bigint; evidence: Evidence }[]> {
  const found: { number: bigint; evidence: Evidence }[] = []
  const range = { ...tableRange(hyper.hyperEvidence), gte: tableKey(hyper.hyperEvidence, u64(from)), limit: max }
  for await (const [key, value] of store.iterate(range)) {
    const evidence = decodeEvidence(value)
    if (evidence === null) throw new AppError('store-corrupt', `evidence of Hyper Block ${readU64(key, 1)} cannot be read`)
    found.push({ number: readU64(key, 1), evidence })
  }
  return found
}

async function readChanges(store: Store): Promise<SignedChange[]> {
  const found: SignedChange[] = []
  for await (const [key, value] of store.iterate(tableRange(hyper.changesWaiting))) {
    const change = decodeChange(value)
    if (change === null) throw new AppError('store-corrupt', `signed change ${readU64(key, 1)} cannot be read`)
    found.push(change)
  }
  return found
}

function numberIn(bytes: Uint8Array | undefined): bigint | null {
  return bytes === undefined ? null : readU64(bytes)
}
