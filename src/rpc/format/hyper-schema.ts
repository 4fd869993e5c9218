// Owns: the JSON schemas of Hyper Blocks and what belongs to them, for OpenRPC.
// Called by: the method table.

import type { JsonSchema } from '../method.js'
import { addressSchema, boolSchema, bytesSchema, hashSchema, textSchema, uintSchema } from '../params/schema.js'
import { listOf, objectSchema, orNull } from './schema.js'

function record(properties: Record<string, JsonSchema>, title?: string): JsonSchema {
  return { ...(title === undefined ? {} : { title }), type: 'object', required: Object.keys(properties), properties }
}

const memberProperties = { index: uintSchema, key: bytesSchema, weight: uintSchema }
const setSchema = listOf(record(memberProperties))

const headProperties: Record<string, JsonSchema> = {
  number: uintSchema,
  hash: hashSchema,
  parentHash: hashSchema,
  version: uintSchema,
  genesisHash: hashSchema,
  timestampMs: uintSchema,
  view: uintSchema,
  proposer: uintSchema,
  setHash: hashSchema,
  nextSetHash: hashSchema,
  lanesRoot: hashSchema,
  sessionsRoot: hashSchema,
  messagesRoot: hashSchema,
  supplyRoot: hashSchema,
  evidenceRoot: hashSchema,
  changesRoot: hashSchema,
  laneBlockCount: uintSchema,
  paramsHash: hashSchema,
  seal: record({ view: uintSchema, signers: listOf(uintSchema), nextSet: orNull(setSchema) }),
  headerRlp: bytesSchema,
  sealRlp: bytesSchema,
}

const laneEntrySchema = record(
  {
    chainId: uintSchema,
    from: uintSchema,
    to: uintSchema,
    tipHash: hashSchema,
    stateRoot: hashSchema,
    blocksRoot: hashSchema,
    configHash: hashSchema,
    txCount: uintSchema,
    gasUsed: uintSchema,
    supply: uintSchema,
    burned: uintSchema,
    bridgedIn: uintSchema,
    bridgedOut: uintSchema,
  },
  'Lane entry',
)

const evidenceProperties = { rule: { enum: ['E1', 'E2', 'E3', 'E4', 'E5'] }, number: uintSchema, culprit: uintSchema }

export const hyperBlockSchema: JsonSchema = record(
  {
    ...headProperties,
    lanes: listOf(laneEntrySchema),
    sessions: listOf(record({ session: hashSchema, transcriptHash: hashSchema, batch: uintSchema, index: uintSchema })),
    messages: listOf(
      record({ kind: { enum: ['sent', 'delivered'] }, messageId: hashSchema, chainId: uintSchema, blockNumber: uintSchema, success: boolSchema }),
    ),
    supply: listOf(record({ currency: textSchema, lanes: uintSchema, inFlight: uintSchema, burned: uintSchema, destroyed: uintSchema })),
    evidence: listOf(record(evidenceProperties)),
    changes: listOf(objectSchema),
    bodyRlp: bytesSchema,
  },
  'Hyper Block',
)

export const hyperLaneSchema: JsonSchema = record(
  {
    chainId: uintSchema,
    name: textSchema,
    state: { enum: ['starting', 'ready', 'restarting', 'stopped', 'failed', 'absent'] },
    head: orNull(uintSchema),
    safe: orNull(uintSchema),
    finalized: uintSchema,
    unsealed: uintSchema,
    genesisHash: hashSchema,
    genesisStateRoot: hashSchema,
    configHash: hashSchema,
    currency: textSchema,
    genesisSupply: uintSchema,
  },
  'Lane of the network',
)

export const evidenceSchema: JsonSchema = record({ blockNumber: uintSchema, ...evidenceProperties }, 'Evidence')

const onchainSchema = record({ address: addressSchema, binding: bytesSchema })

export const validatorsSchema: JsonSchema = record(
  {
    since: uintSchema,
    validators: listOf(record({ ...memberProperties, onchain: orNull(onchainSchema) })),
    weight: uintSchema,
    quorum: uintSchema,
    nextNonce: uintSchema,
  },
  'Validators',
)

export const onchainSealSchema: JsonSchema = record(
  {
    genesisHash: hashSchema,
    number: uintSchema,
    hash: hashSchema,
    setHash: hashSchema,
    digest: hashSchema,
    signatures: listOf(record({ key: bytesSchema, address: addressSchema, binding: bytesSchema, signature: bytesSchema })),
  },
  'Seal for contracts',
)

export const trustSchema: JsonSchema = record(
  {
    model: { enum: ['single-operator', 'separate'] },
    byzantine: boolSchema,
    buddies: uintSchema,
    quorum: uintSchema,
    weight: uintSchema,
    reexecuted: boolSchema,
    text: textSchema,
    running: listOf(record({ key: bytesSchema, state: { enum: ['running', 'stopped', 'failed'] }, number: uintSchema, view: uintSchema })),
    viewChanges: uintSchema,
  },
  'Trust model',
)

/** As the file `hyper-genesis.json`; numbers and texts as people write them. */
export const laneProofSchema: JsonSchema = record(
  {
    hyperNumber: uintSchema,
    hyperHash: hashSchema,
    chainId: uintSchema,
    blockNumber: uintSchema,
    blockHash: hashSchema,
    stateRoot: hashSchema,
    headerRlp: bytesSchema,
    sealRlp: bytesSchema,
    proofRlp: bytesSchema,
  },
  'Lane proof',
)

export const genesisSchema: JsonSchema = {
  title: 'Hyper genesis',
  type: 'object',
  required: ['version', 'hash', 'timestampMs', 'lanes', 'set', 'params', 'rlp'],
  properties: { version: { type: 'integer' }, hash: hashSchema, timestampMs: { type: 'integer' }, lanes: listOf(objectSchema), rlp: bytesSchema },
}
