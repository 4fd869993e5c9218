// Owns: canonical RLP: one encoding per value, and a decoder that accepts no other.
// Does not own: what the items mean (fields.ts, codec.ts).
// Called by: fields.ts, signing.ts.

import { assert } from '../../assert.js'
import { joinBytes } from './bytes.js'
import type { Bytes } from './bytes.js'

export type Rlp = Bytes | readonly Rlp[]

/** Deeper input is refused; a Seal in a message needs seven. */
const depthMax = 16

export class CodecError extends Error {
  override readonly name = 'CodecError'
}

export function encodeRlp(value: Rlp): Bytes {
  if (value instanceof Uint8Array) {
    return value.length === 1 && (value[0] as number) < 0x80 ? value : joinBytes(prefix(0x80, value.length), value)
  }
  const parts = value.map(encodeRlp)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return joinBytes(prefix(0xc0, length), ...parts)
}

/** @throws CodecError for anything that `encodeRlp` would not have written. */
export function decodeRlp(bytes: Bytes): Rlp {
  const { value, end } = item(bytes, { at: 0, limit: bytes.length, depth: 0 })
  if (end !== bytes.length) throw new CodecError('bytes after the end')
  return value
}

function prefix(base: number, length: number): Bytes {
  if (length <= 55) return Uint8Array.of(base + length)
  const digits: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  assert(digits.length <= 4, 'an RLP item of more than 4 GiB')
  return Uint8Array.of(base + 55 + digits.length, ...digits)
}

function item(bytes: Bytes, place: { at: number; limit: number; depth: number }): { value: Rlp; end: number } {
  const { at, limit, depth } = place
  if (at >= limit || depth > depthMax) throw new CodecError('truncated or too deep')
  const first = bytes[at] as number
  if (first < 0x80) return { value: bytes.slice(at, at + 1), end: at + 1 }
  const { start, end } = span(bytes, at, limit)
  if (first < 0xc0) {
    if (end - start === 1 && (bytes[start] as number) < 0x80) throw new CodecError('a single byte has its own form')
    return { value: bytes.slice(start, end), end }
  }
  const items: Rlp[] = []
  for (let next = start; next < end;) {
    const inner = item(bytes, { at: next, limit: end, depth: depth + 1 })
    items.push(inner.value)
    next = inner.end
  }
  return { value: items, end }
}

function span(bytes: Bytes, at: number, limit: number): { start: number; end: number } {
  const first = bytes[at] as number
  const short = first - (first < 0xc0 ? 0x80 : 0xc0)
  const digits = short > 55 ? short - 55 : 0
  const start = at + 1 + digits
  if (digits > 4 || start > limit) throw new CodecError('truncated length')
  let length = digits === 0 ? short : 0
  for (let i = at + 1; i < start; i++) length = length * 256 + (bytes[i] as number)
  if (digits > 0 && (length <= 55 || bytes[at + 1] === 0)) throw new CodecError('length is not in its shortest form')
  if (start + length > limit) throw new CodecError('truncated')
  return { start, end: start + length }
}
