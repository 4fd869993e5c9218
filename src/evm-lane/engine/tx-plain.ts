// Owns: decoding the most common transaction, a plain value transfer (legacy or EIP-1559, no data, no access list), without the library.
// Does not own: anything else: it answers null, and the library decodes and judges (tx.ts).
// Called by: tx.ts. Decoding through the library is a fifth of what a transfer costs its lane.

import type { Common } from '@ethereumjs/common'
import type { Address, Bytes } from '../../primitives.js'
import { bytesToBigint } from '../../primitives.js'
import { halfOrder } from '../secp256k1.js'

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
  /** Where r and s lie in the bytes; neither is empty nor begins with zero, and s is in the low half (EIP-2). */
  rAt: number
  rEnd: number
  sAt: number
  sEnd: number
}

const legacyFields = 9
const feeMarketFields = 12
/** Chain id, nonce and gas 9 bytes each, fees, value, r and s 33, the recipient 21, data, access list and parity 1. */
const listBytesMax = 0xff
const uint64Max = 2n ** 64n - 1n
const wordEnd = 2n ** 256n

/**
 * Content of each item of the list that was looked at last. Objects and views for twelve items were a tenth of what a lane allocates for a transfer.
 */
const dataAt = new Int32Array(feeMarketFields)
const endAt = new Int32Array(feeMarketFields)

/** null unless the bytes are canonical and every field is one that the library would accept too. */
export function decodePlain(raw: Bytes, common: Common): PlainTransfer | null {
  const type = raw[0] === 2 ? 2 : (raw[0] as number) >= 0xc0 ? 0 : null
  if (type === null || !common.isActivatedEIP(1559) || !findItems(raw, type)) return null
  const tx = type === 2 ? feeMarket(raw, common) : legacy(raw, common)
  return tx !== null && bounded(tx, common) && !hasHighS(raw, tx) ? tx : null
}

/** Fills dataAt and endAt. False unless the list has the fields of its type, each a short string in its shortest form, an integer without leading zeros, or the one empty list. */
function findItems(raw: Bytes, type: 0 | 2): boolean {
  const count = type === 2 ? feeMarketFields : legacyFields
  let at = listStart(raw, type === 2 ? 1 : 0)
  for (let i = 0; i < count; i++) {
    const first = raw[at]
    if (first === undefined) return false
    const list = type === 2 && i === feeMarketFields - 4
    if (list ? first !== 0xc0 : first >= 0xa1) return false
    const data = first < 0x80 ? at : at + 1
    const length = list ? 0 : first < 0x80 ? 1 : first - 0x80
    const lead = raw[data] as number
    if (data > at && length === 1 && lead < 0x80) return false
    const address = i === (type === 2 ? 5 : 3)
    if (length > 0 && lead === 0 && !address) return false
    dataAt[i] = data
    endAt[i] = data + length
    at = data + length
  }
  return at === raw.length
}

/** Where the first item begins; past the end for what is no list that fills the bytes, or longer than a transfer's. */
function listStart(raw: Bytes, at: number): number {
  const first = raw[at] ?? 0
  const start = first > 0xf7 ? at + 2 : at + 1
  const length = first > 0xf7 ? (raw[at + 1] ?? 0) : first - 0xc0
  const shortest = first === 0xf8 ? length > 55 && length <= listBytesMax : first >= 0xc0 && first < 0xf8
  return shortest && start + length === raw.length ? start : raw.length
}

function bytesAt(raw: Bytes, i: number): Bytes {
  return raw.subarray(dataAt[i], endAt[i])
}

function lengthOf(i: number): number {
  return (endAt[i] as number) - (dataAt[i] as number)
}

function integerAt(raw: Bytes, i: number): bigint {
  const end = endAt[i] as number
  let at = dataAt[i] as number
  if (end - at > 6) return bytesToBigint(raw.subarray(at, end))
  let value = 0
  for (; at < end; at++) value = value * 256 + (raw[at] as number)
  return BigInt(value)
}

function feeMarket(raw: Bytes, common: Common): PlainTransfer | null {
  if (lengthOf(5) !== 20 || lengthOf(7) !== 0 || integerAt(raw, 0) !== common.chainId()) return null
  const parity = integerAt(raw, 9)
  const tipCap = integerAt(raw, 2)
  const feeCap = integerAt(raw, 3)
  if (parity > 1n || tipCap > feeCap) return null
  return {
    type: 2,
    chainId: common.chainId(),
    nonce: integerAt(raw, 1),
    gasLimit: integerAt(raw, 4),
    feeCap,
    tipCap,
    to: bytesAt(raw, 5),
    value: integerAt(raw, 6),
    v: parity,
    ...signatureFrom(10),
  }
}

function legacy(raw: Bytes, common: Common): PlainTransfer | null {
  if (lengthOf(3) !== 20 || lengthOf(5) !== 0) return null
  const v = integerAt(raw, 6)
  if (v !== 27n && v !== 28n && (v < 35n || (v - 35n) / 2n !== common.chainId())) return null
  const gasPrice = integerAt(raw, 1)
  return {
    type: 0,
    chainId: common.chainId(),
    nonce: integerAt(raw, 0),
    gasLimit: integerAt(raw, 2),
    feeCap: gasPrice,
    tipCap: gasPrice,
    to: bytesAt(raw, 3),
    value: integerAt(raw, 4),
    v,
    ...signatureFrom(7),
  }
}

function signatureFrom(i: number): Pick<PlainTransfer, 'rAt' | 'rEnd' | 'sAt' | 'sEnd'> {
  return { rAt: dataAt[i] as number, rEnd: endAt[i] as number, sAt: dataAt[i + 1] as number, sEnd: endAt[i + 1] as number }
}

/** What the library refuses is left to it, so that its words come back. */
function bounded(tx: PlainTransfer, common: Common): boolean {
  if (tx.nonce >= uint64Max || tx.gasLimit > uint64Max || tx.rEnd === tx.rAt || tx.sEnd === tx.sAt) return false
  if (tx.gasLimit * tx.feeCap >= wordEnd) return false
  return !common.isActivatedEIP(7825) || tx.gasLimit <= common.param('maxTransactionGasLimit')
}

function hasHighS(raw: Bytes, { sAt, sEnd }: PlainTransfer): boolean {
  return sEnd - sAt === 32 && (raw[sAt] as number) >= 0x7f && bytesToBigint(raw.subarray(sAt, sEnd)) > halfOrder
}
