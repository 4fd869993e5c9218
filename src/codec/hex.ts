// Owns: 0x-prefixed hex text of bytes, with nothing but the language: primitives.ts uses Node's Buffer, which a browser has not.
// Does not own: Ethereum's quantities (rpc/format).
// Called by: hyper/core's documents and the light verifier.

import { keyOf } from './bytes.js'
import type { Bytes } from './bytes.js'

export function hexOf(bytes: Bytes): `0x${string}` {
  return `0x${keyOf(bytes)}`
}

/** Null for text that is not an even number of hex digits after 0x. */
export function bytesOfHex(text: string): Bytes | null {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(text)) return null
  const out = new Uint8Array(text.length / 2 - 1)
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i + 2, 2 * i + 4), 16)
  return out
}
