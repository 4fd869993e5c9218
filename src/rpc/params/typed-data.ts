// Owns: the codec of EIP-712 typed data, as an object or as its JSON text (wallets send both).
// Does not own: hashing it (handlers/signing.ts).
// Called by: the method table.

import type { ParamCodec } from '../method.js'
import { asObject, invalidParams, isObject } from './hex.js'

export type TypedData = {
  types: Record<string, { name: string; type: string }[]>
  primaryType: string
  domain: Record<string, unknown>
  message: Record<string, unknown>
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidParams('typed data is not JSON')
  }
}

function readTypedData(json: unknown): TypedData {
  const { types, primaryType, domain, message } = asObject(typeof json === 'string' ? parse(json) : json, { type: 'apitypes.TypedData' })
  if (!isObject(types) || typeof primaryType !== 'string' || !isObject(message))
    throw invalidParams('typed data needs types, primaryType, domain and message')
  for (const [name, fields] of Object.entries(types)) {
    const right =
      Array.isArray(fields) && fields.every((field) => isObject(field) && typeof field.name === 'string' && typeof field.type === 'string')
    if (!right) throw invalidParams(`typed data type ${JSON.stringify(name)} is not a list of {name, type}`)
  }
  return { types: types as TypedData['types'], primaryType, domain: isObject(domain) ? domain : {}, message }
}

export const typedData: ParamCodec<TypedData> = {
  name: 'typedData',
  schema: { anyOf: [{ type: 'object', required: ['types', 'primaryType', 'domain', 'message'] }, { type: 'string' }] },
  required: true,
  decode: readTypedData,
}
