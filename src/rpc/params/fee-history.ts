// Owns: the codecs of eth_feeHistory's block count and percentiles.
// Does not own: bounds that depend on the lane (handlers/fees.ts).
// Called by: the method table.

import type { ParamCodec } from '../method.js'
import { asArray, invalidParams, jsonTypeOf, quantityFault, wrongText } from './hex.js'
import { uintSchema } from './schema.js'

/** Percentiles in one request, as geth's bound. */
export const percentilesMax = 100

/** A hex or decimal text, or a number: geth takes all three here. */
function readCount(json: unknown): bigint {
  if (typeof json === 'number' && Number.isSafeInteger(json) && json >= 0) return BigInt(json)
  if (typeof json === 'string') {
    if (/^[0-9]+$/.test(json)) return BigInt(json)
    // Leading zeros are fine in this one place: geth parses it with its decimal-or-hex reader.
    if (/^0[xX]/.test(json) && /^[0-9a-fA-F]{1,16}$/.test(json.slice(2))) return BigInt(json)
    const fault = quantityFault(json, 64)
    throw invalidParams(`invalid hex or decimal integer ${JSON.stringify(json)}${fault === null ? '' : `: ${fault}`}`)
  }
  throw wrongText(jsonTypeOf(json), { type: 'math.HexOrDecimal64' })
}

export const blockCount: ParamCodec<bigint> = {
  name: 'blockCount',
  schema: { anyOf: [uintSchema, { type: 'integer', minimum: 0 }] },
  required: true,
  decode: readCount,
}

export const percentiles: ParamCodec<number[] | undefined> = {
  name: 'rewardPercentiles',
  required: false,
  schema: { type: 'array', maxItems: percentilesMax, items: { type: 'number', minimum: 0, maximum: 100 } },
  decode: (json) => {
    if (json === undefined || json === null) return undefined
    return asArray(json, { type: '[]float64' }).map((item) => {
      if (typeof item !== 'number') throw wrongText(jsonTypeOf(item), { type: 'float64' })
      return item
    })
  },
}
