// Owns: the codecs of state overrides and block overrides of calls.
// Does not own: applying them (the lane).
// Called by: the method table.

import type { AccountOverride, BlockOverride } from '../../evm-lane/chain-data.js'
import type { Hash32 } from '../../primitives.js'
import type { ParamCodec } from '../method.js'
import { asObject, invalidParams, readBytes, readFixed, readQuantity } from './hex.js'
import { optional } from './scalars.js'
import { blockOverridesSchema, stateOverridesSchema } from './schema.js'

type Slots = { slot: Hash32; value: Hash32 }[]

function readSlots(json: unknown, field: string): Slots {
  return Object.entries(asObject(json, { type: 'map[common.Hash]common.Hash', field })).map(([slot, value]) => ({
    slot: readFixed(slot, 32, { type: 'common.Hash', field }),
    value: readFixed(value, 32, { type: 'common.Hash', field }),
  }))
}

function readAccount([key, json]: [string, unknown]): AccountOverride {
  const from = asObject(json, { type: 'override.OverrideAccount' })
  const present = (name: string): boolean => from[name] !== undefined && from[name] !== null
  const place = (name: string, type: string): { type: string; field: string } => ({ type, field: `OverrideAccount.${name}` })
  const out: AccountOverride = { address: readFixed(key, 20, { type: 'common.Address' }) }
  if (present('nonce')) out.nonce = readQuantity(from.nonce, 64, place('nonce', 'hexutil.Uint64'))
  if (present('balance')) out.balance = readQuantity(from.balance, 256, place('balance', 'hexutil.Big'))
  if (present('code')) out.code = readBytes(from.code, place('code', 'hexutil.Bytes'))
  if (present('state')) out.state = readSlots(from.state, 'OverrideAccount.state')
  if (present('stateDiff')) out.stateDiff = readSlots(from.stateDiff, 'OverrideAccount.stateDiff')
  if (out.state !== undefined && out.stateDiff !== undefined) throw invalidParams(`account ${key} has both 'state' and 'stateDiff'`)
  if (present('movePrecompileToAddress')) {
    out.movePrecompileTo = readFixed(from.movePrecompileToAddress, 20, place('movePrecompileToAddress', 'common.Address'))
  }
  return out
}

const blockQuantities = [
  ['number', 256],
  ['difficulty', 256],
  ['time', 64],
  ['gasLimit', 64],
  ['baseFeePerGas', 256],
  ['blobBaseFee', 256],
] as const

function readBlock(json: unknown): BlockOverride {
  const from = asObject(json, { type: 'override.BlockOverrides' })
  const out: BlockOverride = {}
  for (const [key, bits] of blockQuantities) {
    if (from[key] === undefined || from[key] === null) continue
    out[key] = readQuantity(from[key], bits, { type: bits === 64 ? 'hexutil.Uint64' : 'hexutil.Big', field: `BlockOverrides.${key}` })
  }
  if (from.feeRecipient !== undefined && from.feeRecipient !== null) {
    out.feeRecipient = readFixed(from.feeRecipient, 20, { type: 'common.Address', field: 'BlockOverrides.feeRecipient' })
  }
  if (from.prevRandao !== undefined && from.prevRandao !== null) {
    out.prevRandao = readFixed(from.prevRandao, 32, { type: 'common.Hash', field: 'BlockOverrides.prevRandao' })
  }
  return out
}

export const stateOverrides: ParamCodec<AccountOverride[] | undefined> = optional({
  name: 'stateOverrides',
  schema: stateOverridesSchema,
  required: false,
  decode: (json) => Object.entries(asObject(json, { type: 'override.StateOverride' })).map(readAccount),
})

export const blockOverrides: ParamCodec<BlockOverride | undefined> = optional({
  name: 'blockOverrides',
  schema: blockOverridesSchema,
  required: false,
  decode: readBlock,
})
