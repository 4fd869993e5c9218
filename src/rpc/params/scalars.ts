// Owns: the codecs of single values: addresses, hashes, bytes, quantities, booleans, plain texts; and how a codec becomes optional.
// Does not own: blocks, calls, filters, overrides (beside this file).
// Called by: the method table.

import type { Address, Bytes, Hash32 } from '../../primitives.js'
import type { ParamCodec } from '../method.js'
import { invalidParams, jsonTypeOf, readBytes, readFixed, readQuantity, wrongText } from './hex.js'
import { addressSchema, boolSchema, bytesSchema, hashSchema, textSchema, uintSchema } from './schema.js'

/** The same codec for a parameter that may be left out; null counts as left out, as in geth. */
export function optional<T>(codec: ParamCodec<T>): ParamCodec<T | undefined> {
  return { ...codec, required: false, decode: (json) => (json === undefined || json === null ? undefined : codec.decode(json)) }
}

export function address(name = 'address'): ParamCodec<Address> {
  return { name, schema: addressSchema, required: true, decode: (json) => readFixed(json, 20, { type: 'common.Address' }) }
}

export function hash(name = 'hash'): ParamCodec<Hash32> {
  return { name, schema: hashSchema, required: true, decode: (json) => readFixed(json, 32, { type: 'common.Hash' }) }
}

export function bytes(name = 'data'): ParamCodec<Bytes> {
  return { name, schema: bytesSchema, required: true, decode: (json) => readBytes(json, { type: 'hexutil.Bytes' }) }
}

/** A position in a list: 64 bits on the wire; beyond the safe integers there is no such item anyway. */
export function index(name = 'index'): ParamCodec<number> {
  return { name, schema: uintSchema, required: true, decode: (json) => Number(readQuantity(json, 64, { type: 'hexutil.Uint' })) }
}

/** A number of up to 64 bits. */
export function uint(name: string): ParamCodec<bigint> {
  return { name, schema: uintSchema, required: true, decode: (json) => readQuantity(json, 64, { type: 'hexutil.Uint64' }) }
}

export function bool(name: string): ParamCodec<boolean> {
  return {
    name,
    schema: boolSchema,
    required: true,
    decode: (json) => {
      if (typeof json !== 'boolean') throw wrongText(jsonTypeOf(json), { type: 'bool' })
      return json
    },
  }
}

export function text(name: string): ParamCodec<string> {
  return {
    name,
    schema: textSchema,
    required: true,
    decode: (json) => {
      if (typeof json !== 'string') throw wrongText(jsonTypeOf(json), { type: 'string' })
      return json
    },
  }
}

/** Milliseconds as a JSON number or a QUANTITY (EIP-7966 clients send both). */
export function milliseconds(name: string): ParamCodec<number> {
  return {
    name,
    schema: { anyOf: [{ type: 'integer', minimum: 0 }, uintSchema] },
    required: true,
    decode: (json) => {
      if (typeof json !== 'number') return Number(readQuantity(json, 64, { type: 'uint64' }))
      if (!Number.isSafeInteger(json) || json < 0) throw invalidParams(`json: cannot unmarshal number ${json} into Go value of type uint64`)
      return json
    },
  }
}
