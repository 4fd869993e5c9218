// Owns: byte helpers that need nothing but the language: primitives.ts uses Node's Buffer, which a pure core cannot name.
// Does not own: encodings (rlp.ts).
// Called by: buddy/core, hyper/core and the light verifier.

export type Bytes = Uint8Array

const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

/** Map keys: a Uint8Array has identity, its text has value. */
export function keyOf(bytes: Bytes): string {
  let out = ''
  for (const byte of bytes) out += hexOfByte[byte]
  return out
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
  const digits: number[] = []
  for (let rest = value; rest > 0n; rest >>= 8n) digits.push(Number(rest & 0xffn))
  return Uint8Array.from(digits.reverse())
}

export function uintOf(bytes: Bytes): bigint {
  if (bytes.length > 6) return BigInt(`0x${keyOf(bytes)}`)
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  return BigInt(value)
}
