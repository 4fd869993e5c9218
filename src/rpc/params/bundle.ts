// Owns: the codec of hyper_sendBundle's parameter.
// Called by: the method table.

import type { Bytes } from '../../primitives.js'
import type { ParamCodec } from '../method.js'
import { asArray, asObject, invalidParams, readBytes, readQuantity } from './hex.js'
import { bytesSchema, uintSchema } from './schema.js'

/** The coordinator's own bound is lower; this one keeps the decoding short. */
const itemsMax = 1_024

export const bundle: ParamCodec<{ chainId: number; raw: Bytes }[]> = {
  name: 'bundle',
  required: true,
  schema: {
    type: 'array',
    items: {
      type: 'object',
      properties: { chainId: { anyOf: [uintSchema, { type: 'integer' }] }, rawTransaction: bytesSchema },
      required: ['chainId', 'rawTransaction'],
    },
  },
  decode: (json) => {
    const items = asArray(json, { type: 'bundle' })
    if (items.length > itemsMax) throw invalidParams(`a bundle has at most ${itemsMax} transactions`)
    return items.map((item, i) => {
      const { chainId, rawTransaction } = asObject(item, { type: 'bundle', field: `[${i}]` })
      return { chainId: readChainId(chainId, i), raw: readBytes(rawTransaction, { type: 'hexutil.Bytes', field: `[${i}].rawTransaction` }) }
    })
  },
}

/** People write chain ids as numbers, tools as QUANTITY. */
function readChainId(json: unknown, i: number): number {
  if (typeof json === 'number' && Number.isSafeInteger(json) && json > 0) return json
  return Number(readQuantity(json, 64, { type: 'hexutil.Uint64', field: `[${i}].chainId` }))
}
