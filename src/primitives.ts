// Owns: the plain value types shared by every layer, and conversions between bytes, hex and bigint.
// Does not own: JSON-RPC encoding (rpc/format) or anything Ethereum-specific beyond widths.
// Called by: everyone; imports nothing.

export type Bytes = Uint8Array
declare const brand: unique symbol
type Brand<T, B extends string> = T & { readonly [brand]?: B }

/** 20 bytes. */
export type Address = Brand<Uint8Array, 'Address'>
/** 32 bytes. */
export type Hash32 = Brand<Uint8Array, 'Hash32'>
/** Height of a block in one lane. */
export type BlockNumber = bigint

const hexOfByte: string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

/** Lower-case hex without prefix. */
export function bareHex(bytes: Bytes): string {
  if (bytes.length > 8) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
  let out = ''
  for (const byte of bytes) out += hexOfByte[byte]
  return out
}

/** Lower-case hex with 0x prefix. */
export function toHex(bytes: Bytes): `0x${string}` {
  return `0x${bareHex(bytes)}`
}

/** Bytes of an even-length hex string, prefix optional. @throws RangeError when the text is not hex. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const bare = hex.startsWith('0x') ? hex.slice(2) : hex
  const buffer = Buffer.from(bare, 'hex')
  if (buffer.length * 2 !== bare.length) throw new RangeError(`not an even-length hex string: ${hex.slice(0, 80)}`)
  const out = new Uint8Array(buffer.length)
  out.set(buffer)
  return out
}

/** Big-endian value of any number of bytes; empty is 0. */
export function bytesToBigint(bytes: Bytes): bigint {
  const { length } = bytes
  if (length > 6) return BigInt(toHex(bytes))
  // Up to 48 bits are exact in a number, and reading text is ten times the work.
  let value = 0
  for (let i = 0; i < length; i++) value = value * 256 + (bytes[i] as number)
  return BigInt(value)
}

/** Big-endian, shortest form; 0 is empty (as RLP wants integers). */
export function bigintToBytes(value: bigint): Uint8Array<ArrayBuffer> {
  if (value === 0n) return new Uint8Array(0)
  if (value > 0n && value <= smallMax) return smallToBytes(Number(value))
  const hex = value.toString(16)
  return fromHex(hex.length % 2 === 0 ? hex : `0${hex}`)
}

const smallMax = 0xffff_ffff_ffffn

function smallToBytes(value: number): Uint8Array<ArrayBuffer> {
  let length = 1
  for (let bound = 256; value >= bound; bound *= 256) length++
  const out = new Uint8Array(length)
  for (let i = length - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) out[i] = rest % 256
  return out
}

/** Big-endian, left-padded. @throws RangeError when the value does not fit the width. */
export function bigintToFixed(value: bigint, width: number): Uint8Array<ArrayBuffer> {
  const short = bigintToBytes(value)
  if (short.length > width) throw new RangeError(`value needs ${short.length} bytes, width is ${width}`)
  const out = new Uint8Array(width)
  out.set(short, width - short.length)
  return out
}

export function equalBytes(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

export function concatBytes(...parts: Bytes[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export function bigintMin(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

export function bigintMax(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
