// Owns: finding, in the bytes of a signed transaction, what was signed and the signature; nothing else is decoded.
// Does not own: whether the transaction is valid: the lane decodes it in full and is the judge.
// Called by: sender-recovery-task.ts.

import { bigintToBytes, bytesToBigint, concatBytes, type Bytes } from '../primitives.js'
import { listItems, type Item } from './rlp-items.js'
import { halfOrder } from './secp256k1.js'

export type SignedPayload = { payload: Bytes; signature: Bytes; parity: 0 | 1 }

/** Fields of each EIP-2718 type, signature included. */
const fieldCounts: Record<number, number> = { 1: 11, 2: 12, 3: 14, 4: 13 }
const legacyFieldCount = 9
const legacyUnsignedCount = 6

/** Null when the bytes are no signed transaction of a known kind, or its signature is not in the low half (EIP-2). */
export function signedPayload(raw: Bytes): SignedPayload | null {
  const type = raw[0]
  if (type === undefined) return null
  return type < 0x80 ? typedPayload(raw, type) : legacyPayload(raw)
}

function typedPayload(raw: Bytes, type: number): SignedPayload | null {
  const count = fieldCounts[type]
  if (count === undefined) return null
  let fields = listItems(raw, 1)
  // A blob transaction from the network carries its blobs beside it: [transaction, blobs, commitments, proofs].
  const first = fields?.[0]
  if (type === 3 && fields !== null && first !== undefined && (raw[first.start] as number) >= 0xc0)
    fields = listItems(raw.subarray(0, first.end), first.start)
  if (fields === null || fields.length !== count || hasLeadingZero(raw, fields[0] as Item)) return null
  const [parity, r, s] = fields.slice(-3).map((item) => raw.subarray(item.data, item.end)) as [Bytes, Bytes, Bytes]
  const signature = joinSignature(r, s)
  const bit = parity.length === 0 ? 0 : parity.length === 1 && parity[0] === 1 ? 1 : null
  if (signature === null || bit === null) return null
  const body = raw.subarray((fields[0] as Item).start, (fields[count - 4] as Item).end)
  return { payload: concatBytes(Uint8Array.of(type), listHeader(body.length), body), signature, parity: bit }
}

function legacyPayload(raw: Bytes): SignedPayload | null {
  const fields = listItems(raw, 0)
  if (fields === null || fields.length !== legacyFieldCount) return null
  const [v, r, s] = fields.slice(-3).map((item) => raw.subarray(item.data, item.end)) as [Bytes, Bytes, Bytes]
  const signature = joinSignature(r, s)
  // Eight bytes of v hold every chain id that a lane can have.
  if (signature === null || v.length === 0 || v.length > 8 || v[0] === 0) return null
  const body = raw.subarray((fields[0] as Item).start, (fields[legacyUnsignedCount - 1] as Item).end)
  const value = bytesToBigint(v)
  if (value === 27n || value === 28n) return { payload: concatBytes(listHeader(body.length), body), signature, parity: value === 27n ? 0 : 1 }
  if (value < 35n) return null
  // EIP-155: v = 35 + 2·chainId + parity, and (chainId, 0, 0) is signed with the rest.
  const tail = concatBytes(encodeInteger((value - 35n) / 2n), Uint8Array.of(0x80, 0x80))
  return { payload: concatBytes(listHeader(body.length + tail.length), body, tail), signature, parity: value % 2n === 1n ? 0 : 1 }
}

function hasLeadingZero(raw: Bytes, item: Item): boolean {
  return item.end > item.data && raw[item.data] === 0
}

/** r ‖ s at full width; null when they are longer than that, zero-padded, or s is high. */
function joinSignature(r: Bytes, s: Bytes): Bytes | null {
  if (r.length === 0 || s.length === 0 || r.length > 32 || s.length > 32 || r[0] === 0 || s[0] === 0) return null
  if (s.length === 32 && (s[0] as number) >= 0x7f && bytesToBigint(s) > halfOrder) return null
  const out = new Uint8Array(64)
  out.set(r, 32 - r.length)
  out.set(s, 64 - s.length)
  return out
}

function listHeader(length: number): Bytes {
  if (length <= 55) return Uint8Array.of(0xc0 + length)
  const size = bigintToBytes(BigInt(length))
  return concatBytes(Uint8Array.of(0xf7 + size.length), size)
}

function encodeInteger(value: bigint): Bytes {
  if (value === 0n) return Uint8Array.of(0x80)
  const bytes = bigintToBytes(value)
  return bytes.length === 1 && (bytes[0] as number) < 0x80 ? bytes : concatBytes(Uint8Array.of(0x80 + bytes.length), bytes)
}
