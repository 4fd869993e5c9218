// Owns: the codecs of storage keys, which geth reads more loosely than other hex: short and odd ones are padded on the left.
// Called by: the method table.

import type { Address, Hash32 } from '../../primitives.js'
import { fromHex } from '../../primitives.js'
import type { ParamCodec } from '../method.js'
import { asArray, asObject, invalidParams, jsonTypeOf, readFixed, wrongText } from './hex.js'
import { addressSchema, bytesSchema, hashSchema } from './schema.js'

/** A slot and how many bytes the caller spelt: eth_getProof echoes short keys as quantities. */
export type StorageKey = { slot: Hash32; width: number }
export type StorageRequest = { key: string; address: Address; slots: Hash32[] }

/** Slots in one eth_getProof or eth_getStorageValues. */
const storageKeysMax = 1_024

export function readStorageKey(json: unknown): StorageKey {
  if (typeof json !== 'string') throw wrongText(jsonTypeOf(json), { type: 'string' })
  const bare = /^0[xX]/.test(json) ? json.slice(2) : json
  const even = bare.length % 2 === 1 ? `0${bare}` : bare
  if (even.length > 64) throw invalidParams(`storage key too long (want at most 32 bytes): ${JSON.stringify(json)}`)
  if (!/^[0-9a-fA-F]*$/.test(even)) throw invalidParams(`invalid hex in storage key: ${JSON.stringify(json)}`)
  return { slot: fromHex(even.padStart(64, '0')), width: even.length / 2 }
}

export const storageKey: ParamCodec<StorageKey> = { name: 'storageSlot', schema: bytesSchema, required: true, decode: readStorageKey }

export const storageKeys: ParamCodec<StorageKey[]> = {
  name: 'storageKeys',
  schema: { type: 'array', items: bytesSchema },
  required: true,
  decode: (json) => {
    const list = asArray(json, { type: '[]string' })
    if (list.length > storageKeysMax) throw invalidParams(`too many keys (max ${storageKeysMax})`)
    return list.map(readStorageKey)
  },
}

export const storageRequests: ParamCodec<StorageRequest[]> = {
  name: 'requests',
  required: true,
  schema: { type: 'object', propertyNames: addressSchema, additionalProperties: { type: 'array', items: hashSchema } },
  decode: (json) => {
    const entries = Object.entries(asObject(json, { type: 'map[common.Address][]common.Hash' }))
    if (entries.length === 0) throw invalidParams('empty request')
    let count = 0
    return entries.map(([key, list]) => {
      const slots = asArray(list, { type: '[]common.Hash' }).map((item) => readFixed(item, 32, { type: 'common.Hash' }))
      count += slots.length
      if (count > storageKeysMax) throw invalidParams(`too many slots (max ${storageKeysMax})`)
      return { key: key.toLowerCase(), address: readFixed(key, 20, { type: 'common.Address' }), slots }
    })
  },
}
