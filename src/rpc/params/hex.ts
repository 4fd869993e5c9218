// Owns: reading hex texts out of JSON exactly as strictly as geth does, with geth's words for what is wrong.
// Does not own: what the value means (the codecs beside this file).
// Called by: every codec in params/.

import { AppError } from '../../errors.js'
import type { Bytes } from '../../primitives.js'

/** Where a value stands, for the message: the type geth decodes into and, inside an object, `Struct.field`. */
export type Place = { type: string; field?: string }

export function invalidParams(message: string): AppError {
  return new AppError('invalid-params', message)
}

export function wrongText(why: string, place: Place): AppError {
  const into = place.field === undefined ? 'Go value' : `Go struct field ${place.field}`
  return invalidParams(`json: cannot unmarshal ${why} into ${into} of type ${place.type}`)
}

/** JSON's own name of a value's type, as Go's decoder says it. */
export function jsonTypeOf(json: unknown): string {
  if (json === null || json === undefined) return 'null'
  if (Array.isArray(json)) return 'array'
  return typeof json === 'boolean' ? 'bool' : typeof json
}

export function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

export function asObject(json: unknown, place: Place): Record<string, unknown> {
  if (!isObject(json)) throw wrongText(jsonTypeOf(json), place)
  return json
}

export function asArray(json: unknown, place: Place): unknown[] {
  if (!Array.isArray(json)) throw wrongText(jsonTypeOf(json), place)
  return json
}

function hasPrefix(text: string): boolean {
  return text.charCodeAt(0) === 0x30 && (text.charCodeAt(1) | 0x20) === 0x78
}

/** What is wrong with a QUANTITY text, or null. Upper case and `0X` are fine, as in geth. */
export function quantityFault(text: string, bits: 64 | 256): string | null {
  if (text === '') return 'empty hex string'
  if (!hasPrefix(text)) return 'hex string without 0x prefix'
  if (text.length === 2) return 'hex string "0x"'
  if (text.length > 3 && text.charCodeAt(2) === 0x30) return 'hex number with leading zero digits'
  if (text.length - 2 > bits / 4) return `hex number > ${bits} bits`
  return /^[0-9a-fA-F]+$/.test(text.slice(2)) ? null : 'invalid hex string'
}

export function readQuantity(json: unknown, bits: 64 | 256, place: Place): bigint {
  if (typeof json !== 'string') throw wrongText('non-string', place)
  const fault = quantityFault(json, bits)
  if (fault !== null) throw wrongText(fault, place)
  return BigInt(json)
}

/** Bytes of a DATA text; `0x` is empty. */
export function readBytes(json: unknown, place: Place): Bytes {
  if (typeof json !== 'string') throw wrongText('non-string', place)
  if (json === '') throw wrongText('empty hex string', place)
  if (!hasPrefix(json)) throw wrongText('hex string without 0x prefix', place)
  if (json.length % 2 === 1) throw wrongText('hex string of odd length', place)
  return hexBody(json, place)
}

/** Bytes of a DATA text of exactly `width` bytes. */
export function readFixed(json: unknown, width: number, place: Place): Bytes {
  if (typeof json !== 'string') throw wrongText('non-string', place)
  if (json === '') throw wrongText('empty hex string', place)
  if (!hasPrefix(json)) throw wrongText('hex string without 0x prefix', place)
  if (json.length !== 2 + 2 * width) {
    throw wrongText(json.length % 2 === 1 ? 'hex string of odd length' : `hex string has length ${json.length - 2}, want ${2 * width}`, place)
  }
  return hexBody(json, place)
}

function hexBody(text: string, place: Place): Bytes {
  const width = (text.length - 2) / 2
  const out = new Uint8Array(width)
  // The runtime's own decoder stops at the first digit that is none, so the count tells whether all of them were.
  const written = Buffer.from(out.buffer).write(text.slice(2), 'hex')
  if (written !== width) throw wrongText('invalid hex string', place)
  return out
}
