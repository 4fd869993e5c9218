// Owns: the codec of log filters (eth_getLogs, eth_newFilter, the logs subscription).
// Does not own: whether the range makes sense under the head (handlers/logs.ts).
// Called by: the method table, filters.ts, subscriptions.ts, log-matcher.ts.

import type { BlockRef } from '../../evm-lane/chain-data.js'
import type { Address, Hash32 } from '../../primitives.js'
import type { ParamCodec } from '../method.js'
import { readBlockNumber } from './block.js'
import { asArray, asObject, invalidParams, readFixed } from './hex.js'
import { logFilterSchema } from './schema.js'

/** Bounds are as asked; null where the caller named none. */
export type LogFilter = {
  blockHash: Hash32 | null
  fromBlock: BlockRef | null
  toBlock: BlockRef | null
  addresses: Address[]
  topics: (Hash32[] | null)[]
}

/** A log has four topics at most. */
const topicsMax = 4
/** Alternatives in one place of the filter, as geth's default. */
const alternativesMax = 1_000

function isAbsent(json: unknown): json is null | undefined {
  return json === undefined || json === null
}

function readAddresses(json: unknown): Address[] {
  if (isAbsent(json)) return []
  const list = Array.isArray(json) ? json : [json]
  if (list.length > alternativesMax) throw invalidParams('exceed max addresses or topics per search position')
  return list.map((item, i) => {
    if (typeof item !== 'string') throw invalidParams(Array.isArray(json) ? `non-string address at index ${i}` : 'invalid addresses in query')
    return readFixed(item, 20, { type: 'common.Address' })
  })
}

function readTopic(json: unknown): Hash32 {
  if (typeof json !== 'string') throw invalidParams('invalid topic(s)')
  return readFixed(json, 32, { type: 'common.Hash' })
}

/** null and the empty list match anything; so does a list that contains null. */
function readTopicPlace(json: unknown): Hash32[] | null {
  if (isAbsent(json)) return null
  if (!Array.isArray(json)) return [readTopic(json)]
  if (json.length > alternativesMax) throw invalidParams('exceed max addresses or topics per search position')
  if (json.length === 0 || json.some(isAbsent)) return null
  return json.map(readTopic)
}

export function readLogFilter(json: unknown): LogFilter {
  const from = asObject(json, { type: 'filters.input' })
  const hasRange = !isAbsent(from.fromBlock) || !isAbsent(from.toBlock)
  if (!isAbsent(from.blockHash) && hasRange) throw invalidParams('cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other')
  const topics = isAbsent(from.topics) ? [] : asArray(from.topics, { type: '[]interface {}', field: 'input.topics' })
  if (topics.length > topicsMax) throw invalidParams('exceed max topics')
  return {
    blockHash: isAbsent(from.blockHash) ? null : readFixed(from.blockHash, 32, { type: 'common.Hash', field: 'input.blockHash' }),
    fromBlock: isAbsent(from.fromBlock) ? null : readBlockNumber(from.fromBlock),
    toBlock: isAbsent(from.toBlock) ? null : readBlockNumber(from.toBlock),
    addresses: readAddresses(from.address),
    topics: topics.map(readTopicPlace),
  }
}

export const logFilter: ParamCodec<LogFilter> = { name: 'filter', schema: logFilterSchema, required: true, decode: readLogFilter }
