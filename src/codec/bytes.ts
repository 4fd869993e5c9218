// Owns: byte helpers that need nothing but the language: primitives.ts uses Node's Buffer, which a pure core cannot name.
// Does not own: encodings (rlp.ts).
// Called by: buddy/core, hyper/core and the light verifier.

export type Bytes = Uint8Array

const hexDigits: readonly number[] = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
/** An argument list has an end; longer bytes are turned into text piece by piece. */
const keyPiece = 4_096

/** Map keys: a Uint8Array has identity, its text has value. Character codes first: half the time of joining 32 strings. */
export function keyOf(bytes: Bytes): string {
  if (bytes.length > keyPiece) return keyOf(bytes.subarray(0, keyPiece)) + keyOf(bytes.subarray(keyPiece))
  const codes: number[] = []
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    codes.push(hexDigits[byte >> 4] as number, hexDigits[byte & 15] as number)
  }
  return String.fromCharCode(...codes)
}

export function sameBytes(a: Bytes, b: Bytes): boolean {
  return compareBytes(a, b) === 0
}

/** Lexicographic; a prefix comes first. */
export function compareBytes(a: Bytes, b: Bytes): number {
  const common = Math.min(a.length, b.length)
  for (let i = 0; i < common; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

export function joinBytes(...parts: readonly Bytes[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export function ascii(text: string): Bytes {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}

/** Big-endian, shortest form; 0 is empty (as RLP wants integers). */
export function uintBytes(value: bigint): Bytes {
  const length = lengthOf(value)
  const out = new Uint8Array(length)
  // Numbers where they suffice: heights and views are small, and BigInt costs an allocation per byte.
  if (length <= 6) for (let rest = Number(value), i = length - 1; i >= 0; i--, rest = Math.floor(rest / 256)) out[i] = rest % 256
  else for (let rest = value, i = length - 1; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 0xffn)
  return out
}

function lengthOf(value: bigint): number {
  if (value < 0x100n) return value === 0n ? 0 : 1
  let length = 0
  for (let rest = value; rest > 0n; rest >>= 8n) length++
  return length
}

export function uintOf(bytes: Bytes): bigint {
  if (bytes.length > 6) return BigInt(`0x${keyOf(bytes)}`)
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  return BigInt(value)
}
