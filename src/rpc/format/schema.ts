// Owns: the JSON schemas of results, for OpenRPC.
// Does not own: the schemas of parameters (params/schema.ts).
// Called by: the method table.

import type { JsonSchema } from '../method.js'
import { accessListSchema, addressSchema, authorizationListSchema, bytesSchema, hashSchema, textSchema, uintSchema } from '../params/schema.js'

export function orNull(schema: JsonSchema): JsonSchema {
  return { oneOf: [{ type: 'null' }, schema] }
}

export function listOf(schema: JsonSchema): JsonSchema {
  return { type: 'array', items: schema }
}

const headerProperties: Record<string, JsonSchema> = {
  number: uintSchema,
  hash: orNull(hashSchema),
  parentHash: hashSchema,
  nonce: orNull(bytesSchema),
  mixHash: hashSchema,
  sha3Uncles: hashSchema,
  logsBloom: bytesSchema,
  stateRoot: hashSchema,
  miner: orNull(addressSchema),
  difficulty: uintSchema,
  extraData: bytesSchema,
  gasLimit: uintSchema,
  gasUsed: uintSchema,
  timestamp: uintSchema,
  transactionsRoot: hashSchema,
  receiptsRoot: hashSchema,
  baseFeePerGas: uintSchema,
  withdrawalsRoot: hashSchema,
  blobGasUsed: uintSchema,
  excessBlobGas: uintSchema,
  parentBeaconBlockRoot: hashSchema,
  requestsHash: hashSchema,
  timestampMs: { ...uintSchema, description: 'Wall-clock milliseconds of production; an extra of this server.' },
}
const headerRequired = [
  'number',
  'hash',
  'parentHash',
  'nonce',
  'mixHash',
  'sha3Uncles',
  'logsBloom',
  'stateRoot',
  'miner',
  'difficulty',
  'extraData',
  'gasLimit',
  'gasUsed',
  'timestamp',
  'transactionsRoot',
  'receiptsRoot',
]
export const headerSchema: JsonSchema = { title: 'Block header', type: 'object', required: headerRequired, properties: headerProperties }

export const transactionSchema: JsonSchema = {
  title: 'Transaction',
  type: 'object',
  required: ['blockHash', 'blockNumber', 'from', 'gas', 'hash', 'input', 'nonce', 'to', 'transactionIndex', 'value', 'type'],
  properties: {
    blockHash: orNull(hashSchema),
    blockNumber: orNull(uintSchema),
    blockTimestamp: orNull(uintSchema),
    from: addressSchema,
    gas: uintSchema,
    gasPrice: uintSchema,
    maxFeePerGas: uintSchema,
    maxPriorityFeePerGas: uintSchema,
    maxFeePerBlobGas: uintSchema,
    hash: hashSchema,
    input: bytesSchema,
    nonce: uintSchema,
    to: orNull(addressSchema),
    transactionIndex: orNull(uintSchema),
    value: uintSchema,
    type: uintSchema,
    accessList: accessListSchema,
    chainId: uintSchema,
    blobVersionedHashes: listOf(hashSchema),
    authorizationList: authorizationListSchema,
    v: uintSchema,
    r: uintSchema,
    s: uintSchema,
    yParity: uintSchema,
    sourceHash: hashSchema,
    mint: uintSchema,
    isSystemTx: { type: 'boolean' },
  },
}

const withdrawalSchema: JsonSchema = {
  type: 'object',
  required: ['index', 'validatorIndex', 'address', 'amount'],
  properties: { index: uintSchema, validatorIndex: uintSchema, address: addressSchema, amount: uintSchema },
}

export const blockSchema: JsonSchema = {
  title: 'Block',
  type: 'object',
  required: [...headerRequired, 'size', 'transactions', 'uncles'],
  properties: {
    ...headerProperties,
    size: uintSchema,
    transactions: { anyOf: [listOf(hashSchema), listOf(transactionSchema)] },
    uncles: listOf(hashSchema),
    withdrawals: listOf(withdrawalSchema),
  },
}

export const uncleSchema: JsonSchema = {
  title: 'Ommer',
  type: 'object',
  required: headerRequired,
  properties: { ...headerProperties, size: uintSchema, uncles: listOf(hashSchema) },
}

export const logSchema: JsonSchema = {
  title: 'Log',
  type: 'object',
  required: ['address', 'topics', 'data', 'blockNumber', 'transactionHash', 'transactionIndex', 'blockHash', 'logIndex', 'removed'],
  properties: {
    address: addressSchema,
    topics: listOf(hashSchema),
    data: bytesSchema,
    blockNumber: uintSchema,
    blockTimestamp: uintSchema,
    transactionHash: hashSchema,
    transactionIndex: uintSchema,
    blockHash: hashSchema,
    logIndex: uintSchema,
    removed: { type: 'boolean' },
  },
}

export const receiptSchema: JsonSchema = {
  title: 'Receipt',
  type: 'object',
  required: [
    'blockHash',
    'blockNumber',
    'contractAddress',
    'cumulativeGasUsed',
    'effectiveGasPrice',
    'from',
    'gasUsed',
    'logs',
    'logsBloom',
    'to',
    'transactionHash',
    'transactionIndex',
    'type',
  ],
  properties: {
    blockHash: hashSchema,
    blockNumber: uintSchema,
    contractAddress: orNull(addressSchema),
    cumulativeGasUsed: uintSchema,
    effectiveGasPrice: uintSchema,
    from: addressSchema,
    gasUsed: uintSchema,
    logs: listOf(logSchema),
    logsBloom: bytesSchema,
    to: orNull(addressSchema),
    transactionHash: hashSchema,
    transactionIndex: uintSchema,
    type: uintSchema,
    status: uintSchema,
    root: hashSchema,
    blobGasUsed: uintSchema,
    blobGasPrice: uintSchema,
  },
}

export const proofSchema: JsonSchema = {
  type: 'object',
  required: ['address', 'accountProof', 'balance', 'codeHash', 'nonce', 'storageHash', 'storageProof'],
  properties: {
    address: addressSchema,
    accountProof: listOf(bytesSchema),
    balance: uintSchema,
    codeHash: hashSchema,
    nonce: uintSchema,
    storageHash: hashSchema,
    storageProof: listOf({
      type: 'object',
      required: ['key', 'value', 'proof'],
      properties: { key: bytesSchema, value: uintSchema, proof: listOf(bytesSchema) },
    }),
  },
}

export const accessListResultSchema: JsonSchema = {
  type: 'object',
  required: ['accessList', 'gasUsed'],
  properties: { accessList: accessListSchema, error: { type: 'string' }, gasUsed: uintSchema },
}

export const feeHistorySchema: JsonSchema = {
  type: 'object',
  required: ['oldestBlock', 'gasUsedRatio'],
  properties: {
    oldestBlock: uintSchema,
    baseFeePerGas: listOf(uintSchema),
    gasUsedRatio: orNull(listOf({ type: 'number' })),
    baseFeePerBlobGas: listOf(uintSchema),
    blobGasUsedRatio: listOf({ type: 'number' }),
    reward: listOf(listOf(uintSchema)),
  },
}

export const objectSchema: JsonSchema = { type: 'object' }
export const filledSchema: JsonSchema = { type: 'object', required: ['raw', 'tx'], properties: { raw: bytesSchema, tx: objectSchema } }
export const poolSchema: JsonSchema = { type: 'object', required: ['pending', 'queued'], properties: { pending: objectSchema, queued: objectSchema } }
export const poolStatusSchema: JsonSchema = {
  type: 'object',
  required: ['pending', 'queued'],
  properties: { pending: uintSchema, queued: uintSchema },
}
export const forkConfigSchema: JsonSchema = {
  type: 'object',
  required: ['current', 'next', 'last'],
  properties: { current: objectSchema, next: orNull(objectSchema), last: orNull(objectSchema) },
}
const capabilitySchema: JsonSchema = {
  type: 'object',
  required: ['disabled'],
  properties: { disabled: { type: 'boolean' }, oldestBlock: uintSchema, deleteStrategy: objectSchema },
}
export const capabilitiesSchema: JsonSchema = {
  type: 'object',
  required: ['head', 'state', 'tx', 'logs', 'receipts', 'blocks', 'stateproofs'],
  properties: {
    head: { type: 'object', required: ['number', 'hash'], properties: { number: uintSchema, hash: hashSchema } },
    state: capabilitySchema,
    tx: capabilitySchema,
    logs: capabilitySchema,
    receipts: capabilitySchema,
    blocks: capabilitySchema,
    stateproofs: capabilitySchema,
  },
}
const partsSchema: JsonSchema = listOf({
  type: 'object',
  required: ['chainId', 'transactionHash'],
  properties: { chainId: uintSchema, transactionHash: hashSchema },
})
export const followingSchema: JsonSchema = {
  title: 'Following a gateway',
  type: 'object',
  required: ['gateway', 'connected', 'lanes', 'refusals'],
  properties: {
    gateway: textSchema,
    connected: { type: 'boolean' },
    lanes: listOf({
      type: 'object',
      properties: {
        chainId: uintSchema,
        standing: { enum: ['gateway', 'blocks', 'seal', 'lane', 'executing', 'refused'] },
        head: uintSchema,
        fetched: uintSchema,
        executed: uintSchema,
        error: orNull(textSchema),
      },
    }),
    refusals: listOf({
      type: 'object',
      properties: {
        chainId: uintSchema,
        number: uintSchema,
        hash: orNull(hashSchema),
        reason: textSchema,
        sinceMs: uintSchema,
        times: uintSchema,
      },
    }),
  },
}
/** hyper/feed/genesis-json.ts */
export const laneSourceSchema: JsonSchema = {
  title: 'What a lane began as',
  type: 'object',
  required: ['chainId', 'name', 'genesis', 'head'],
  properties: { chainId: uintSchema, name: textSchema, genesis: objectSchema, head: uintSchema },
}
/** hyper/feed/feed-json.ts */
export const laneBlockSchema: JsonSchema = {
  title: 'A block of a lane, to be executed again',
  type: 'object',
  required: ['rlp', 'timestampMs', 'links', 'peers', 'batch', 'batchBlocks', 'sessions'],
  properties: {
    rlp: bytesSchema,
    timestampMs: uintSchema,
    links: { type: 'array' },
    peers: listOf(uintSchema),
    batch: orNull(uintSchema),
    batchBlocks: orNull(listOf({ type: 'object', properties: { chainId: uintSchema, number: uintSchema, hash: hashSchema } })),
    sessions: orNull(bytesSchema),
  },
}
export const sessionSchema: JsonSchema = {
  title: 'Session',
  type: 'object',
  required: ['session', 'status', 'kind'],
  properties: {
    session: hashSchema,
    status: { enum: ['committed', 'waiting', 'failed'] },
    kind: { enum: ['transaction', 'bundle', 'delivery'] },
    batch: uintSchema,
    index: uintSchema,
    transactions: partsSchema,
    legs: partsSchema,
    blocks: listOf({ type: 'object', properties: { chainId: uintSchema, number: uintSchema, hash: hashSchema } }),
    refused: orNull(textSchema),
    crossCalls: uintSchema,
    reason: textSchema,
  },
}
export const bundleSchema: JsonSchema = {
  title: 'Bundle',
  type: 'object',
  required: ['session', 'transactions', 'status'],
  properties: { session: hashSchema, transactions: partsSchema, status: { enum: ['committed', 'waiting', 'failed'] }, reason: textSchema },
}
export const messageSchema: JsonSchema = {
  title: 'Message',
  type: 'object',
  required: ['messageId', 'from', 'to', 'value', 'gasLimit', 'data', 'status'],
  properties: {
    messageId: hashSchema,
    from: objectSchema,
    to: objectSchema,
    value: uintSchema,
    gasLimit: uintSchema,
    data: bytesSchema,
    status: { enum: ['waiting', 'delivered', 'failed'] },
    session: hashSchema,
    deliveryTransactionHash: hashSchema,
  },
}
export const replaySchema: JsonSchema = {
  title: 'Replay',
  type: 'object',
  required: ['chainId', 'blockNumber', 'reproduced', 'reason'],
  properties: { chainId: uintSchema, blockNumber: uintSchema, reproduced: { type: 'boolean' }, reason: orNull(textSchema) },
}
