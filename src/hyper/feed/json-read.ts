// Owns: reading fields of JSON that somebody else wrote; each failure names the field.
// Does not own: what the fields mean.
// Called by: feed-json.ts, genesis-json.ts, gateway-feed.ts.

import { AppError } from '../../errors.js'
import { fromHex, type Bytes } from '../../primitives.js'

export type Fields = Readonly<Record<string, unknown>>

export function invalid(what: string): AppError {
  return new AppError('gateway-invalid', `the gateway's answer is wrong: ${what}`)
}

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} is no object`)
  return value as Fields
}

export function listOf<T>(value: unknown, what: string, of: (item: unknown) => T): T[] {
  if (!Array.isArray(value)) throw invalid(`${what} is no list`)
  return value.map(of)
}

export function orNull<T>(value: unknown, of: (item: unknown) => T): T | null {
  return value === null || value === undefined ? null : of(value)
}

export function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw invalid(`${what} is no text`)
  return value
}

export function bytesOf(value: unknown, what: string, length?: number): Bytes {
  const text = textOf(value, what)
  if (!/^0x([0-9a-fA-F]{2})*$/.test(text)) throw invalid(`${what} is no hex`)
  if (length !== undefined && text.length !== 2 + 2 * length) throw invalid(`${what} is not of ${length} bytes`)
  return fromHex(text)
}

export function bigintOf(value: unknown, what: string): bigint {
  const text = textOf(value, what)
  if (!/^0x(0|[1-9a-f][0-9a-f]{0,63})$/.test(text)) throw invalid(`${what} is no QUANTITY`)
  return BigInt(text)
}

export function numberOf(value: unknown, what: string): number {
  const number = Number(bigintOf(value, what))
  if (!Number.isSafeInteger(number)) throw invalid(`${what} is too large`)
  return number
}
