// Owns: writing RLP into one buffer of the right length.
// Does not own: reading it, or transactions and rare things (@ethereumjs/rlp, which concatenates from the inside out and takes twice as long).
// Called by: header.ts, chain/.

import type { Bytes } from '../../primitives.js'

export type Rlp = Bytes | readonly Rlp[]

export function encodeRlp(value: Rlp): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(lengthOf(value))
  write(out, 0, value)
  return out
}

/** A list of items that are RLP already. */
export function rlpList(encoded: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const item of encoded) length += item.length
  const out = new Uint8Array(headLength(length) + length)
  let at = writeHead(out, 0, 0xc0, length)
  for (const item of encoded) {
    out.set(item, at)
    at += item.length
  }
  return out
}

function lengthOf(value: Rlp): number {
  if (value instanceof Uint8Array) return value.length === 1 && (value[0] as number) < 0x80 ? 1 : headLength(value.length) + value.length
  const length = contentLength(value)
  return headLength(length) + length
}

/** Computed again for each level: what is written here is at most a few levels deep. */
function contentLength(items: readonly Rlp[]): number {
  let length = 0
  for (const item of items) length += lengthOf(item)
  return length
}

function write(out: Uint8Array, at: number, value: Rlp): number {
  if (value instanceof Uint8Array) {
    const single = value.length === 1 && (value[0] as number) < 0x80
    const start = single ? at : writeHead(out, at, 0x80, value.length)
    if (value.length <= 32) for (let i = 0; i < value.length; i++) out[start + i] = value[i] as number
    else out.set(value, start)
    return start + value.length
  }
  let next = writeHead(out, at, 0xc0, contentLength(value))
  for (const item of value) next = write(out, next, item)
  return next
}

function headLength(length: number): number {
  return length <= 55 ? 1 : length <= 0xff ? 2 : length <= 0xffff ? 3 : length <= 0xff_ffff ? 4 : 5
}

function writeHead(out: Uint8Array, at: number, base: number, length: number): number {
  const size = headLength(length)
  out[at] = size === 1 ? base + length : base + 54 + size
  for (let i = size - 1, rest = length; i > 0; i--, rest = Math.floor(rest / 256)) out[at + i] = rest % 256
  return at + size
}
