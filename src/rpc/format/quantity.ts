// Owns: QUANTITY texts and the plain-JSON type of answers.
// Called by: every formatter and handler.

import { bytesToBigint, toHex } from '../../primitives.js'
import type { Bytes } from '../../primitives.js'

export type Json = Record<string, unknown>

/** Shortest hex, as QUANTITY wants it. */
export function quantity(value: bigint | number): string {
  return `0x${value.toString(16)}`
}

export function quantityOrNull(value: bigint | number | null): string | null {
  return value === null ? null : quantity(value)
}

/** Bytes read as a number. */
export function quantityOfBytes(bytes: Bytes): string {
  return quantity(bytesToBigint(bytes))
}

const emptyBloom = new Uint8Array(256)
const emptyBloomHex = toHex(emptyBloom)

/** Most receipts have no log: one shared text for them instead of 514 characters each. */
export function bloomHex(bloom: Bytes): string {
  return isEmptyBloom(bloom) ? emptyBloomHex : toHex(bloom)
}

export function isEmptyBloom(bloom: Bytes): boolean {
  return Buffer.compare(bloom, emptyBloom) === 0
}
