// Owns: the JSON schemas of parameter values, as the execution-apis specification words them.
// Does not own: the schemas of results (format/schema.ts) or decoding.
// Called by: codecs in params/, format/schema.ts, the method table.

import type { JsonSchema } from '../method.js'

export const uintSchema: JsonSchema = { title: 'hex encoded unsigned integer', type: 'string', pattern: '^0x(0|[1-9a-f][0-9a-f]*)$' }
export const bytesSchema: JsonSchema = { title: 'hex encoded bytes', type: 'string', pattern: '^0x[0-9a-f]*$' }
export const addressSchema: JsonSchema = { title: 'hex encoded address', type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' }
export const hashSchema: JsonSchema = { title: '32 byte hex value', type: 'string', pattern: '^0x[0-9a-f]{64}$' }
export const boolSchema: JsonSchema = { type: 'boolean' }
export const textSchema: JsonSchema = { type: 'string' }

const blockTagSchema: JsonSchema = { title: 'Block tag', type: 'string', enum: ['earliest', 'finalized', 'safe', 'latest', 'pending'] }
export const blockNumberSchema: JsonSchema = { title: 'Block number or tag', anyOf: [uintSchema, blockTagSchema] }
export const blockIdSchema: JsonSchema = {
  title: 'Block number, tag, or block hash',
  anyOf: [
    uintSchema,
    blockTagSchema,
    hashSchema,
    { type: 'object', properties: { blockNumber: uintSchema } },
    { type: 'object', properties: { blockHash: hashSchema, requireCanonical: boolSchema } },
  ],
}

export const accessListSchema: JsonSchema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['address', 'storageKeys'],
    properties: { address: addressSchema, storageKeys: { type: 'array', items: hashSchema } },
  },
}
export const authorizationListSchema: JsonSchema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['chainId', 'nonce', 'address', 'yParity', 'r', 's'],
    properties: { chainId: uintSchema, nonce: uintSchema, address: addressSchema, yParity: uintSchema, r: uintSchema, s: uintSchema },
  },
}

export const callSchema: JsonSchema = {
  title: 'Transaction object generic to all types',
  type: 'object',
  properties: {
    type: uintSchema,
    from: addressSchema,
    to: { anyOf: [addressSchema, { type: 'null' }] },
    gas: uintSchema,
    gasPrice: uintSchema,
    maxFeePerGas: uintSchema,
    maxPriorityFeePerGas: uintSchema,
    maxFeePerBlobGas: uintSchema,
    value: uintSchema,
    nonce: uintSchema,
    input: bytesSchema,
    data: bytesSchema,
    accessList: accessListSchema,
    blobVersionedHashes: { type: 'array', items: hashSchema },
    authorizationList: authorizationListSchema,
    chainId: uintSchema,
  },
}

const slotsSchema: JsonSchema = { type: 'object', additionalProperties: hashSchema }
export const stateOverridesSchema: JsonSchema = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    properties: {
      nonce: uintSchema,
      balance: uintSchema,
      code: bytesSchema,
      state: slotsSchema,
      stateDiff: slotsSchema,
      movePrecompileToAddress: addressSchema,
    },
  },
}
export const blockOverridesSchema: JsonSchema = {
  type: 'object',
  properties: {
    number: uintSchema,
    difficulty: uintSchema,
    time: uintSchema,
    gasLimit: uintSchema,
    feeRecipient: addressSchema,
    prevRandao: hashSchema,
    baseFeePerGas: uintSchema,
    blobBaseFee: uintSchema,
  },
}

export const logFilterSchema: JsonSchema = {
  title: 'filter',
  type: 'object',
  properties: {
    fromBlock: blockNumberSchema,
    toBlock: blockNumberSchema,
    blockHash: hashSchema,
    address: { anyOf: [{ type: 'null' }, addressSchema, { type: 'array', items: addressSchema }] },
    topics: { type: 'array', maxItems: 4, items: { anyOf: [{ type: 'null' }, hashSchema, { type: 'array', items: hashSchema }] } },
  },
}
