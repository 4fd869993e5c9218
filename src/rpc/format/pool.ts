// Owns: the JSON of txpool_* answers: by sender (EIP-55, as geth writes map keys) and nonce (decimal).
// Called by: handlers/pool.ts.

import type { PoolTx } from '../../evm-lane/protocol.js'
import { toHex } from '../../primitives.js'
import { checksumAddress } from './checksum.js'
import type { Json } from './quantity.js'
import { formatTx, gasPriceOf } from './transaction.js'

export function formatPoolTx(item: PoolTx): Json {
  return formatTx(item.tx, null, 0)
}

/** geth's one-line summary of a transaction. */
export function describePoolTx({ tx }: PoolTx): string {
  const target = tx.to === null ? 'contract creation' : checksumAddress(tx.to)
  return `${target}: ${tx.value} wei + ${tx.gas} gas × ${gasPriceOf(tx, null)} wei`
}

export function byNonce<T>(list: PoolTx[], show: (item: PoolTx) => T): Record<string, T> {
  return Object.fromEntries(list.map((item) => [item.nonce.toString(), show(item)]))
}

export function bySender<T>(list: PoolTx[], show: (item: PoolTx) => T): Record<string, Record<string, T>> {
  const senders = new Map<string, PoolTx[]>()
  for (const item of list) {
    const key = toHex(item.sender)
    const group = senders.get(key)
    if (group === undefined) senders.set(key, [item])
    else group.push(item)
  }
  const out: Record<string, Record<string, T>> = {}
  for (const group of senders.values()) {
    const [first] = group
    if (first !== undefined) out[checksumAddress(first.sender)] = byNonce(group, show)
  }
  return out
}
