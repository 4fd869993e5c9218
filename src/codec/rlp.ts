// Owns: canonical RLP: one encoding per value, and a decoder that accepts no other.
// Does not own: what the items mean (fields.ts and the codecs made of them).
// Called by: fields.ts, the codecs and signing.ts of the cores, the engine for what each block writes.

import { assert } from '../assert.js'
import type { Bytes } from './bytes.js'

export type Rlp = Bytes | readonly Rlp[]

/** Deeper input is refused; a Seal in a message needs seven. */
const depthMax = 16

export class CodecError extends Error {
  override readonly name = 'CodecError'
}

/** Two passes, lengths first: concatenating inside out was a third of the simulator's time. */
export function encodeRlp(value: Rlp): Bytes {
  const lengths: number[] = []
  const out = new Uint8Array(measure(value, lengths))
  write(value, { out, at: 0, lengths, next: 0 })
  return out
}

/** The list of items that are RLP already. */
export function encodedList(items: readonly Bytes[]): Bytes {
  let length = 0
  for (const one of items) length += one.length
  const to = { out: new Uint8Array(headLength(length) + length), at: 0 }
  head(to, 0xc0, length)
  for (const one of items) {
    to.out.set(one, to.at)
    to.at += one.length
  }
  return to.out
}

/** @throws CodecError for anything that `encodeRlp` would not have written. */
export function decodeRlp(bytes: Bytes): Rlp {
  const { value, end } = item(bytes, { at: 0, limit: bytes.length, depth: 0 })
  if (end !== bytes.length) throw new CodecError('bytes after the end')
  return value
}

/** Content lengths of all lists, outermost first; answers the length of the whole. */
function measure(value: Rlp, lengths: number[]): number {
  if (value instanceof Uint8Array) return isOwnForm(value) ? 1 : headLength(value.length) + value.length
  const place = lengths.push(0) - 1
  let length = 0
  for (const inner of value) length += measure(inner, lengths)
  lengths[place] = length
  return headLength(length) + length
}

function write(value: Rlp, to: { out: Bytes; at: number; lengths: readonly number[]; next: number }): void {
  if (value instanceof Uint8Array) {
    if (!isOwnForm(value)) head(to, 0x80, value.length)
    to.out.set(value, to.at)
    to.at += value.length
    return
  }
  head(to, 0xc0, to.lengths[to.next++] as number)
  for (const inner of value) write(inner, to)
}

function head(to: { out: Bytes; at: number }, base: number, length: number): void {
  const size = headLength(length)
  to.out[to.at] = size === 1 ? base + length : base + 54 + size
  for (let i = size - 1, rest = length; i > 0; i--, rest = Math.floor(rest / 256)) to.out[to.at + i] = rest % 256
  to.at += size
}

/** A byte below 0x80 stands for itself. */
function isOwnForm(value: Bytes): boolean {
  return value.length === 1 && (value[0] as number) < 0x80
}

function headLength(length: number): number {
  assert(length <= 0xffff_ffff, 'an RLP item of more than 4 GiB')
  return length <= 55 ? 1 : length <= 0xff ? 2 : length <= 0xffff ? 3 : length <= 0xff_ffff ? 4 : 5
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
