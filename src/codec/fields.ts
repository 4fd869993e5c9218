// Owns: two-way field codecs from which the cores build every message and record; each bounds what it accepts, both ways.
// Does not own: RLP's form (rlp.ts).
// Called by: buddy/core/codec.ts, hyper/core.

import { assert } from '../assert.js'
import { ascii, uintBytes, uintOf } from './bytes.js'
import type { Bytes } from './bytes.js'
import { CodecError, decodeRlp } from './rlp.js'
import type { Rlp } from './rlp.js'

export type Codec<T> = { put: (value: T) => Rlp; take: (item: Rlp) => T }

/** Pair assertion: what the decoder of the other side would refuse is not written. */
function check(condition: boolean, what: string): void {
  assert(condition, `cannot encode: ${what}`)
}

function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new CodecError(what)
}

function bytesOf(item: Rlp): Bytes {
  expect(item instanceof Uint8Array, 'a list where bytes belong')
  return item
}

function listOf(item: Rlp): readonly Rlp[] {
  expect(!(item instanceof Uint8Array), 'bytes where a list belongs')
  return item
}

export function fixed(length: number): Codec<Bytes> {
  return {
    put: (value) => (check(value.length === length, `${value.length} bytes, not ${length}`), value),
    take: (item) => {
      const value = bytesOf(item)
      expect(value.length === length, `${value.length} bytes, not ${length}`)
      return value
    },
  }
}

export function blob(bytesMax: number): Codec<Bytes> {
  return {
    put: (value) => (check(value.length <= bytesMax, `${value.length} bytes`), value),
    take: (item) => {
      const value = bytesOf(item)
      expect(value.length <= bytesMax, `${value.length} bytes, at most ${bytesMax}`)
      return value
    },
  }
}

export const uint64: Codec<bigint> = uint(8)
/** Sums of wei. */
export const uint256: Codec<bigint> = uint(32)

export function small(max: number): Codec<number> {
  return {
    put: (value) => (check(Number.isInteger(value) && value >= 0 && value <= max, `${value}`), uintBytes(BigInt(value))),
    take: (item) => {
      const value = uint64.take(item)
      expect(value <= BigInt(max), `${value} exceeds ${max}`)
      return Number(value)
    },
  }
}

/** Printable ASCII. */
export function text(lengthMax: number): Codec<string> {
  const printable = /^[ -~]*$/
  return {
    put: (value) => (check(value.length <= lengthMax && printable.test(value), `text '${value.slice(0, 80)}'`), ascii(value)),
    take: (item) => {
      const bytes = bytesOf(item)
      expect(bytes.length <= lengthMax, `${bytes.length} characters, at most ${lengthMax}`)
      const value = String.fromCharCode(...bytes)
      expect(printable.test(value), 'not printable ASCII')
      return value
    },
  }
}

/** One of the words; its place in the list is what is written, so words are only ever appended. */
export function word<W extends string>(words: readonly W[]): Codec<W> {
  const index = small(words.length - 1)
  return { put: (value) => index.put(words.indexOf(value)), take: (item) => words[index.take(item)] as W }
}

export const flag: Codec<boolean> = { put: (value) => uintBytes(value ? 1n : 0n), take: (item) => small(1).take(item) === 1 }

export function array<T>(of: Codec<T>, lengthMax: number): Codec<readonly T[]> {
  return {
    put: (values) => (check(values.length <= lengthMax, `${values.length} items`), values.map(of.put)),
    take: (item) => {
      const items = listOf(item)
      expect(items.length <= lengthMax, `${items.length} items, at most ${lengthMax}`)
      return items.map(of.take)
    },
  }
}

/** A list of none or one. */
export function optional<T>(of: Codec<T>): Codec<T | null> {
  return {
    put: (value) => (value === null ? [] : [of.put(value)]),
    take: (item) => {
      const [first, ...more] = listOf(item)
      expect(more.length === 0, 'more than one item')
      return first === undefined ? null : of.take(first)
    },
  }
}

/** Ascending indexes as a bit set without a trailing zero byte: bit i is byte i/8, bit i mod 8. */
export function indexSet(max: number): Codec<readonly number[]> {
  return {
    put: (indexes) => {
      const out = new Uint8Array(indexes.length === 0 ? 0 : ((indexes.at(-1) as number) >> 3) + 1)
      for (const [i, index] of indexes.entries()) {
        check(index >= 0 && index < max && (i === 0 || index > (indexes[i - 1] as number)), 'indexes out of order')
        out[index >> 3] = (out[index >> 3] as number) | (1 << (index & 7))
      }
      return out
    },
    take: (item) => {
      const bits = bytesOf(item)
      expect(bits.length * 8 <= max && (bits.length === 0 || bits.at(-1) !== 0), 'not a shortest bit set')
      const indexes: number[] = []
      for (let i = 0; i < bits.length * 8; i++) if (((bits[i >> 3] as number) >> (i & 7)) & 1) indexes.push(i)
      return indexes
    },
  }
}

type Fields<T> = { [K in keyof T]-?: Codec<T[K]> }

/** A list with exactly these fields in this order. */
export function record<T extends object>(fields: Fields<T>): Codec<T> {
  const names = Object.keys(fields) as (keyof T)[]
  return {
    put: (value) => names.map((name) => fields[name].put(value[name])),
    take: (item) => {
      const items = listOf(item)
      expect(items.length === names.length, `${items.length} fields, not ${names.length}`)
      const out: Partial<T> = {}
      for (let i = 0; i < names.length; i++) {
        const name = names[i] as keyof T
        out[name] = fields[name].take(items[i] as Rlp)
      }
      return out as T
    },
  }
}

/** The fields of the members of U that may be of kind K; one member may serve several kinds. */
type FieldsOf<U, K> = U extends { kind: infer J } ? (K extends J ? Omit<U, 'kind'> : never) : never

/** [number of the kind, fields ...]; kinds are only ever appended. */
export function union<U extends { kind: string }>(cases: { [K in U['kind']]: Codec<FieldsOf<U, K>> }): Codec<U> {
  const kinds = Object.keys(cases) as U['kind'][]
  const index = small(kinds.length - 1)
  // The compiler cannot follow that a kind picks its own codec.
  const all = cases as unknown as Record<string, Codec<object>>
  return {
    put: (value) => [index.put(kinds.indexOf(value.kind)), (all[value.kind] as Codec<object>).put(value)],
    take: (item) => {
      const [number, fields, ...more] = listOf(item)
      expect(number !== undefined && fields !== undefined && more.length === 0, 'not a kind and its fields')
      const kind = kinds[index.take(number)] as U['kind']
      return { kind, ...(all[kind] as Codec<object>).take(fields) } as U
    },
  }
}

/** The value in these bytes; null for bytes that the codec would not have written. */
export function decodeWith<T>(codec: Codec<T>, bytes: Bytes, bytesMax: number): T | null {
  if (bytes.length > bytesMax) return null
  try {
    return codec.take(decodeRlp(bytes))
  } catch (error) {
    // Garbage from a peer is its own affair; anything else is a mistake of ours.
    if (error instanceof CodecError) return null
    throw error
  }
}

function uint(width: number): Codec<bigint> {
  return {
    put: (value) => (check(value >= 0n && value >> BigInt(8 * width) === 0n, `${value}`), uintBytes(value)),
    take: (item) => {
      const value = bytesOf(item)
      expect(value.length <= width && value[0] !== 0, `not a shortest ${8 * width}-bit integer`)
      return uintOf(value)
    },
  }
}
