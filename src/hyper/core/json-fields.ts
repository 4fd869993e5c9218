// Owns: reading fields of parsed JSON from elsewhere; each says which field is wrong.
// Does not own: what the fields mean (genesis.ts, hyper-json.ts).
// Called by: genesis.ts, and who reads such files.

import type { Bytes } from '../../codec/bytes.js'
import { bytesOfHex } from '../../codec/hex.js'

export class JsonMistake extends Error {
  override readonly name = 'JsonMistake'
}

export type JsonFields = Readonly<Record<string, unknown>>

export function fieldsOf(value: unknown, what: string): JsonFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new JsonMistake(`${what}: not an object`)
  return value as JsonFields
}

export function arrayAt(fields: JsonFields, name: string, lengthMax: number): readonly unknown[] {
  const value = fields[name]
  if (!Array.isArray(value) || value.length > lengthMax) throw new JsonMistake(`${name}: not a list of at most ${lengthMax}`)
  return value
}

/** `length` null: any. */
export function bytesAt(fields: JsonFields, name: string, length: number | null): Bytes {
  const value = fields[name]
  const bytes = typeof value === 'string' ? bytesOfHex(value) : null
  if (bytes === null || (length !== null && bytes.length !== length)) throw new JsonMistake(`${name}: not ${length ?? 'any number of'} bytes in hex`)
  return bytes
}

export function textAt(fields: JsonFields, name: string, lengthMax: number): string {
  const value = fields[name]
  if (typeof value !== 'string' || value.length > lengthMax || !/^[ -~]*$/.test(value)) {
    throw new JsonMistake(`${name}: not printable ASCII of at most ${lengthMax} characters`)
  }
  return value
}

/** A JSON number that is a safe integer, not negative. */
export function wholeAt(fields: JsonFields, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new JsonMistake(`${name}: not a whole number`)
  return value
}

/** A decimal or 0x integer as text, which keeps what a JSON number would round. */
export function integerAt(fields: JsonFields, name: string, bytesMax: number): bigint {
  const value = fields[name]
  const read = typeof value === 'string' && /^(0x[0-9a-fA-F]{1,64}|[0-9]{1,78})$/.test(value) ? BigInt(value) : null
  if (read === null || read >> BigInt(8 * bytesMax) !== 0n) throw new JsonMistake(`${name}: not an integer of at most ${bytesMax} bytes, as text`)
  return read
}
