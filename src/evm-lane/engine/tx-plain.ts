// Owns: decoding the most common transaction, a plain value transfer (legacy or EIP-1559, no data, no access list), without the library.
// Does not own: anything else: it answers null, and the library decodes and judges (tx.ts).
// Called by: tx.ts. Decoding through the library is a fifth of what a transfer costs its lane.

import type { Common } from '@ethereumjs/common'
import type { Address, Bytes } from '../../primitives.js'
import { bytesToBigint } from '../../primitives.js'
import { listItems } from '../rlp-items.js'
import type { Item } from '../rlp-items.js'

export type PlainTransfer = {
  type: 0 | 2
  chainId: bigint
  nonce: bigint
  gasLimit: bigint
  feeCap: bigint
  tipCap: bigint
  to: Address
  value: bigint
  v: bigint
  /** As in the transaction: neither is empty nor begins with zero. */
  r: Bytes
  s: Bytes
}

const legacyFields = 9
const feeMarketFields = 12
const uint64Max = 2n ** 64n - 1n
const wordEnd = 2n ** 256n

/** null unless the bytes are canonical and every field is one that the library would accept too. */
export function decodePlain(raw: Bytes, common: Common): PlainTransfer | null {
  const type = raw[0] === 2 ? 2 : (raw[0] as number) >= 0xc0 ? 0 : null
  if (type === null || !common.isActivatedEIP(1559)) return null
  const items = listItems(raw, type === 2 ? 1 : 0)
  if (items === null || items.length !== (type === 2 ? feeMarketFields : legacyFields)) return null
  const fields: Bytes[] = []
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as Item
    const kind = type === 2 && i === feeMarketFields - 4 ? 'list' : i === (type === 2 ? 5 : 3) ? 'address' : 'integer'
    if (!canonical(raw, item, kind)) return null
    fields.push(raw.subarray(item.data, item.end))
  }
  const tx = type === 2 ? feeMarket(fields, common) : legacy(fields, common)
  return tx !== null && bounded(tx, common) ? tx : null
}

/** Short strings in their shortest form, integers without leading zeros, and the one empty list. */
function canonical(raw: Bytes, { start, data, end }: Item, kind: 'list' | 'address' | 'integer'): boolean {
  const first = raw[start] as number
  if (kind === 'list') return first === 0xc0
  const length = end - data
  if (first >= 0xb8 || length > 32) return false
  if (data > start && length === 1 && (raw[data] as number) < 0x80) return false
  return kind === 'address' || length === 0 || raw[data] !== 0
}

function feeMarket(f: Bytes[], common: Common): PlainTransfer | null {
  const [chainId, nonce, tip, cap, gas, to, value, data, , v, r, s] = f as [
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
  ]
  if (to.length !== 20 || data.length !== 0 || bytesToBigint(chainId) !== common.chainId()) return null
  const parity = bytesToBigint(v)
  if (parity > 1n) return null
  const tx = {
    nonce: bytesToBigint(nonce),
    gasLimit: bytesToBigint(gas),
    feeCap: bytesToBigint(cap),
    tipCap: bytesToBigint(tip),
    value: bytesToBigint(value),
  }
  return tx.tipCap > tx.feeCap ? null : { ...tx, type: 2, chainId: common.chainId(), to, v: parity, r, s }
}

function legacy(f: Bytes[], common: Common): PlainTransfer | null {
  const [nonce, price, gas, to, value, data, v, r, s] = f as [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes]
  if (to.length !== 20 || data.length !== 0) return null
  const full = bytesToBigint(v)
  if (full !== 27n && full !== 28n && (full < 35n || (full - 35n) / 2n !== common.chainId())) return null
  const gasPrice = bytesToBigint(price)
  const tx = { nonce: bytesToBigint(nonce), gasLimit: bytesToBigint(gas), feeCap: gasPrice, tipCap: gasPrice, value: bytesToBigint(value) }
  return { ...tx, type: 0, chainId: common.chainId(), to, v: full, r, s }
}

/** What the library refuses is left to it, so that its words come back. */
function bounded(tx: PlainTransfer, common: Common): boolean {
  if (tx.nonce >= uint64Max || tx.gasLimit > uint64Max || tx.r.length === 0 || tx.s.length === 0) return false
  if (tx.gasLimit * tx.feeCap >= wordEnd) return false
  return !common.isActivatedEIP(7825) || tx.gasLimit <= common.param('maxTransactionGasLimit')
}
