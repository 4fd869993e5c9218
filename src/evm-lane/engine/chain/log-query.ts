// Owns: eth_getLogs: candidate blocks from the index, then the logs themselves, in order, within bounds.
// Called by: query handlers.

import type { Store } from '../../../store/store.js'
import type { LocatedLog } from '../../chain-data.js'
import { AppError } from '../../../errors.js'
import { equalBytes } from '../../../primitives.js'
import type { LogQuery } from '../../protocol.js'
import type { LaneLimits } from '../../lane-spec.js'
import type { BlockEntry, ChainStore } from './chain-store.js'
import { candidateBlocks } from './log-index.js'

/** @throws AppError 'range-too-large' when the answer or the scan would pass its bound. */
export async function findLogs(
  parts: { store: Store; chain: ChainStore; limits: LaneLimits },
  query: LogQuery,
  from: bigint,
  to: bigint,
): Promise<LocatedLog[]> {
  const { store, chain, limits } = parts
  const logs: LocatedLog[] = []
  const visit = async (number: bigint): Promise<void> => {
    const entry = await chain.entry(number)
    if (entry !== undefined) collect(entry, query, logs)
    if (logs.length > limits.logsMax) {
      throw new AppError(
        'range-too-large',
        `query returned more than ${limits.logsMax} results. Try with this block range [0x${from.toString(16)}, 0x${(number - 1n).toString(16)}].`,
      )
    }
  }
  const candidates = from === to ? [from] : await candidateBlocks(store, query, from, to)
  if (candidates !== null) {
    for (const number of candidates) await visit(number)
    return logs
  }
  if (to - from >= BigInt(limits.logScanBlocksMax)) {
    throw new AppError('range-too-large', `exceed maximum block range: ${limits.logScanBlocksMax}`)
  }
  for (let number = from; number <= to; number++) await visit(number)
  return logs
}

function collect(entry: BlockEntry, query: LogQuery, out: LocatedLog[]): void {
  const { header } = entry.block
  let logIndex = 0
  entry.receipts.forEach((receipt, transactionIndex) => {
    for (const log of receipt.logs) {
      const index = logIndex++
      if (!matches(query, log.address, log.topics)) continue
      const transactionHash = entry.txs[transactionIndex]?.hash as Uint8Array
      out.push({
        log,
        blockHash: header.hash,
        blockNumber: header.number,
        blockTimestamp: header.timestamp,
        transactionHash,
        transactionIndex,
        logIndex: index,
      })
    }
  })
}

function matches(query: LogQuery, address: Uint8Array, topics: Uint8Array[]): boolean {
  if (query.addresses.length > 0 && !query.addresses.some((a) => equalBytes(a, address))) return false
  if (query.topics.length > topics.length) return false
  return query.topics.every((any, i) => any === null || any.length === 0 || any.some((topic) => equalBytes(topic, topics[i] as Uint8Array)))
}
