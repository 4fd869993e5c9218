// Owns: finding the blocks that may hold a log: postings by address and by topic at its position, so that a rare one is found without scanning.
// Does not own: reading the logs (log-query.ts).
// Called by: chain-store (ops), log-query.

import { lane, readU64, tableKey, u64 } from '../../../schema.js'
import type { Table } from '../../../schema.js'
import type { Store, StoreOp } from '../../../store/store.js'
import type { ReceiptData } from '../../chain-data.js'
import { bareHex } from '../../../primitives.js'
import type { Bytes } from '../../../primitives.js'
import type { LogQuery } from '../../protocol.js'

const empty = new Uint8Array(0)

export function logIndexOps(number: bigint, receipts: ReceiptData[], ops: StoreOp[]): void {
  const seen = new Set<string>()
  const put = (table: Table, key: Uint8Array): void => {
    const text = `${table.prefix}${bareHex(key)}`
    if (seen.has(text)) return
    seen.add(text)
    ops.push({ type: 'put', key: tableKey(table, key, u64(number)), value: empty })
  }
  for (const receipt of receipts) {
    for (const log of receipt.logs) {
      put(lane.logAddress, log.address)
      log.topics.forEach((topic, position) => put(lane.logTopic, topicKey(position, topic)))
    }
  }
}

function topicKey(position: number, topic: Bytes): Uint8Array {
  const key = new Uint8Array(33)
  key[0] = position
  key.set(topic, 1)
  return key
}

/**
 * A condition met by more blocks than this is not worth intersecting; the logs themselves are checked anyway. The small bound is tried first:
 * beside a rare condition nobody need read the postings of a common one.
 */
const postingsMax = [256, 20_000] as const

/** One condition of a query: any of these keys in this table. */
type Condition = { table: Table; keys: Uint8Array[] }

function conditions(query: LogQuery): Condition[] {
  const out: Condition[] = []
  if (query.addresses.length > 0) out.push({ table: lane.logAddress, keys: query.addresses })
  query.topics.forEach((any, position) => {
    if (any !== null && any.length > 0) out.push({ table: lane.logTopic, keys: any.map((topic) => topicKey(position, topic)) })
  })
  return out
}

/**
 * Numbers of blocks in [from, to], ascending, outside of which no log matches; null when the index cannot narrow the range
 * (no condition, or every condition is met almost everywhere).
 */
export async function candidateBlocks(store: Store, query: LogQuery, from: bigint, to: bigint): Promise<bigint[] | null> {
  for (const max of postingsMax) {
    let found: Set<bigint> | null = null
    for (const condition of conditions(query)) {
      const blocks = await postings(store, condition, { from, to, max })
      if (blocks === null) continue
      found = intersection(found, blocks)
      if (found.size === 0) return []
    }
    if (found !== null) return [...found].sort((a, b) => (a < b ? -1 : 1))
  }
  return null
}

function intersection(a: Set<bigint> | null, b: Set<bigint>): Set<bigint> {
  return a === null ? b : new Set([...a].filter((number) => b.has(number)))
}

/** null: in more blocks than `max`. */
async function postings(
  store: Store,
  { table, keys }: Condition,
  { from, to, max }: { from: bigint; to: bigint; max: number },
): Promise<Set<bigint> | null> {
  const blocks = new Set<bigint>()
  for (const key of keys) {
    const range = { gte: tableKey(table, key, u64(from)), lte: tableKey(table, key, u64(to)), limit: max + 1 }
    for await (const [entry] of store.iterate(range)) {
      blocks.add(readU64(entry, entry.length - 8))
      if (blocks.size > max) return null
    }
  }
  return blocks
}
