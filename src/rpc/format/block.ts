// Owns: the JSON of blocks and ommers.
// Does not own: headers (header.ts) or transactions (transaction.ts).
// Called by: handlers/blocks.ts.

import type { BlockData, HeaderData, Withdrawal } from '../../evm-lane/chain-data.js'
import { toHex } from '../../primitives.js'
import { formatHeader, withoutSeal } from './header.js'
import { quantity } from './quantity.js'
import type { Json } from './quantity.js'
import { formatTx, placeOf } from './transaction.js'

export function formatBlock(block: BlockData): Json {
  const out = block.pending ? withoutSeal(formatHeader(block.header)) : formatHeader(block.header)
  out.size = quantity(block.size)
  out.transactions = formatTransactions(block)
  out.uncles = block.uncleHashes.map(toHex)
  if (block.withdrawals !== null) out.withdrawals = block.withdrawals.map(formatWithdrawal)
  if (block.timestampMs !== null) out.timestampMs = quantity(block.timestampMs)
  return out
}

function formatTransactions(block: BlockData): unknown[] {
  const { header, transactions } = block
  if (transactions.kind === 'hashes') return transactions.hashes.map(toHex)
  if (block.pending) return transactions.txs.map((tx) => formatTx(tx, null, 0))
  const place = placeOf({
    blockHash: header.hash,
    blockNumber: header.number,
    blockTimestamp: header.timestamp,
    baseFeePerGas: header.baseFeePerGas ?? null,
  })
  return transactions.txs.map((tx, index) => formatTx(tx, place, index))
}

function formatWithdrawal(item: Withdrawal): Json {
  return { index: quantity(item.index), validatorIndex: quantity(item.validatorIndex), address: toHex(item.address), amount: quantity(item.amount) }
}

/** geth shows an ommer as a block without transactions. */
export function formatUncle(uncle: { header: HeaderData; size: number }): Json {
  return { ...formatHeader(uncle.header), size: quantity(uncle.size), uncles: [] }
}

/** eth_getHeaderBy*: the block's head without its body. */
export function formatBlockHeader(block: BlockData): Json {
  const out = block.pending ? withoutSeal(formatHeader(block.header)) : formatHeader(block.header)
  if (block.timestampMs !== null) out.timestampMs = quantity(block.timestampMs)
  return out
}
