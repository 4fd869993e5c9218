// Owns: whether a log satisfies a filter's addresses and topics, decided on the texts that are sent anyway.
// Does not own: searching the chain (the lane's index does that).
// Called by: block-feed.ts.

import { toHex } from '../primitives.js'
import type { LogFilter } from './params/log-filter.js'

export type LogTexts = { address: string; topics: string[] }
export type LogMatcher = (log: LogTexts) => boolean

export function logMatcher({ addresses, topics }: Pick<LogFilter, 'addresses' | 'topics'>): LogMatcher {
  const wantedAddresses = addresses.length === 0 ? null : new Set<string>(addresses.map(toHex))
  const wantedTopics = topics.map((place) => (place === null ? null : new Set<string>(place.map(toHex))))
  return (log) => {
    if (wantedAddresses !== null && !wantedAddresses.has(log.address)) return false
    // A filter with more places than the log has topics does not match, wildcard or not: geth's rule.
    if (wantedTopics.length > log.topics.length) return false
    return wantedTopics.every((wanted, i) => wanted === null || wanted.has(log.topics[i] ?? ''))
  }
}
