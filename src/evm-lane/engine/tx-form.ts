// Owns: saying what is wrong with the form of a transaction's bytes, in the words of geth, on which tools match.
// Does not own: decoding (tx.ts, tx-plain.ts); it is asked only about bytes that were refused.
// Called by: tx.ts.

import type { Bytes } from '../../primitives.js'

type Field = readonly [name: string, type: string]
type Shape = { name: string; fields: readonly Field[] }
type Item = { isList: boolean; data: number; end: number }

const listTypes: Readonly<Record<string, string>> = {
  AccessList: 'types.AccessList',
  BlobHashes: '[]common.Hash',
  AuthList: '[]types.SetCodeAuthorization',
}

const shapes: Readonly<Record<number, Shape>> = {
  0: shape('types.LegacyTx', '*big.Int', '', 'GasPrice', '*common.Address', '', 'V R S'),
  1: shape('types.AccessListTx', '*big.Int', 'ChainID', 'GasPrice', '*common.Address', 'AccessList', 'V R S'),
  2: shape('types.DynamicFeeTx', '*big.Int', 'ChainID', 'GasTipCap GasFeeCap', '*common.Address', 'AccessList', 'V R S'),
  3: shape('types.BlobTx', '*uint256.Int', 'ChainID', 'GasTipCap GasFeeCap', 'common.Address', 'AccessList', 'BlobFeeCap BlobHashes V R S'),
  4: shape('types.SetCodeTx', '*uint256.Int', 'ChainID', 'GasTipCap GasFeeCap', 'common.Address', 'AccessList', 'AuthList V R S'),
}

function shape(name: string, number: string, ...[chain, prices, to, access, tail]: [string, string, string, string, string]): Shape {
  const typed = (names: string): Field[] => names.split(' ').flatMap((field) => (field === '' ? [] : [[field, listTypes[field] ?? number] as const]))
  const middle: Field[] = [
    ['To', to],
    ['Value', number],
    ['Data', '[]uint8'],
  ]
  return { name, fields: [...typed(chain), ['Nonce', 'uint64'], ...typed(prices), ['Gas', 'uint64'], ...middle, ...typed(access), ...typed(tail)] }
}

/** null: the form is right as far as the fields go; what is wrong lies in their values. */
export function formFault(raw: Bytes): string | null {
  const first = raw[0] ?? 0
  const found = shapes[first < 0x80 ? first : 0]
  if (found === undefined) return null
  const outer = item(raw, first < 0x80 ? 1 : 0, raw.length)
  if (outer === 'too large') return 'rlp: value size exceeds available input length'
  if (outer === 'not canonical') return `rlp: non-canonical size information for ${found.name}`
  if (!outer.isList) return `rlp: expected input list for ${found.name}`
  return listFault(raw, outer, found) ?? (outer.end < raw.length ? 'rlp: input contains more than one value' : null)
}

function listFault(raw: Bytes, outer: Item, { name, fields }: Shape): string | null {
  let at = outer.data
  for (const [field, type] of fields) {
    if (at >= outer.end) return `rlp: too few elements for ${name}`
    const found = item(raw, at, outer.end)
    if (found === 'too large') return 'rlp: element is larger than containing list'
    const fault = found === 'not canonical' ? 'non-canonical size information' : fieldFault(raw, found, type)
    if (fault !== null) return `rlp: ${fault} for ${type.replace('*common', 'common')}, decoding into (${name}).${field}`
    at = (found as Item).end
  }
  return at < outer.end ? `rlp: input list has too many elements for ${name}` : null
}

function fieldFault(raw: Bytes, { isList, data, end }: Item, type: string): string | null {
  const length = end - data
  const wantsList = type.startsWith('[]common') || type.includes('types.')
  if (wantsList) return isList ? null : 'expected input list'
  if (isList) return 'expected input string or byte'
  if (type === '[]uint8') return null
  if (type.endsWith('common.Address')) {
    const creates = length === 0 && type.startsWith('*')
    return length === 20 || creates ? null : length < 20 ? 'input string too short' : 'input string too long'
  }
  if (length > (type === 'uint64' ? 8 : 32)) return 'input string too long'
  return length > 0 && raw[data] === 0 ? 'non-canonical integer (leading zero bytes)' : null
}

/** One RLP item that begins at `at` and must end by `limit`. */
function item(raw: Bytes, at: number, limit: number): Item | 'too large' | 'not canonical' {
  const first = raw[at] ?? 0
  if (first < 0x80) return { isList: false, data: at, end: at + 1 }
  const isList = first >= 0xc0
  const short = first - (isList ? 0xc0 : 0x80)
  const sizeBytes = Math.max(0, short - 55)
  const data = at + 1 + sizeBytes
  if (data > limit) return 'too large'
  let size = sizeBytes === 0 ? short : 0
  for (let i = at + 1; i < data; i++) size = size * 256 + (raw[i] ?? 0)
  if (sizeBytes > 0 && (raw[at + 1] === 0 || size < 56)) return 'not canonical'
  if (data + size > limit) return 'too large'
  return !isList && size === 1 && (raw[data] ?? 0) < 0x80 ? 'not canonical' : { isList, data, end: data + size }
}
