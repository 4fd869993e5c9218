// Owns: the codec of the transaction object that calls and unsigned sends carry. Unknown keys are ignored, null counts as absent.
// Does not own: defaults (the lane) or overrides (overrides.ts).
// Called by: the method table.

import type { AccessList, Authorization, CallMessage } from '../../evm-lane/chain-data.js'
import type { Address, Bytes, Hash32 } from '../../primitives.js'
import { equalBytes } from '../../primitives.js'
import type { ParamCodec } from '../method.js'
import { asArray, asObject, invalidParams, quantityFault, readBytes, readFixed, readQuantity } from './hex.js'
import { callSchema } from './schema.js'

type Json = Record<string, unknown>

const struct = 'TransactionArgs'

function addressAt(json: unknown, field: string): Address {
  return readFixed(json, 20, { type: 'common.Address', field })
}

function hashesAt(json: unknown, field: string): Hash32[] {
  return asArray(json, { type: '[]common.Hash', field }).map((item) => readFixed(item, 32, { type: 'common.Hash', field }))
}

function readAccessList(json: unknown, field: string): AccessList {
  return asArray(json, { type: 'types.AccessList', field }).map((item) => {
    const tuple = asObject(item, { type: 'types.AccessTuple', field })
    return {
      address: addressAt(tuple.address, `${field}.address`),
      storageKeys: tuple.storageKeys === undefined || tuple.storageKeys === null ? [] : hashesAt(tuple.storageKeys, `${field}.storageKeys`),
    }
  })
}

function readAuthorization(json: unknown, field: string): Authorization {
  const from = asObject(json, { type: 'types.SetCodeAuthorization', field })
  const uint = (key: string, bits: 64 | 256): bigint => {
    if (from[key] === undefined || from[key] === null) throw invalidParams(`missing required field '${key}' for SetCodeAuthorization`)
    return readQuantity(from[key], bits, { type: bits === 64 ? 'hexutil.Uint64' : 'hexutil.U256', field: `SetCodeAuthorization.${key}` })
  }
  return {
    chainId: uint('chainId', 256),
    address: addressAt(from.address, 'SetCodeAuthorization.address'),
    nonce: uint('nonce', 64),
    yParity: Number(uint('yParity', 64)),
    r: uint('r', 256),
    s: uint('s', 256),
  }
}

/** `type` is not one of geth's fields, so a wrong one must not fail the call; a right one chooses the envelope. */
function readType(json: unknown): number | undefined {
  if (typeof json !== 'string' || quantityFault(json, 64) !== null) return undefined
  const type = Number(BigInt(json))
  return type <= 4 ? type : undefined
}

const quantities = [
  ['gas', 64],
  ['gasPrice', 256],
  ['maxFeePerGas', 256],
  ['maxPriorityFeePerGas', 256],
  ['maxFeePerBlobGas', 256],
  ['value', 256],
  ['nonce', 64],
  ['chainId', 256],
] as const

function readInput(from: Json, onMismatch: 'prefer-input' | 'refuse'): Bytes | undefined {
  const read = (key: 'data' | 'input'): Bytes | undefined =>
    from[key] === undefined || from[key] === null ? undefined : readBytes(from[key], { type: 'hexutil.Bytes', field: `${struct}.${key}` })
  const data = read('data')
  const input = read('input')
  if (onMismatch === 'refuse' && data !== undefined && input !== undefined && !equalBytes(data, input)) {
    throw invalidParams('both "data" and "input" are set and not equal. Please use "input" to pass transaction call data')
  }
  return input ?? data
}

function readMessage(json: unknown, onMismatch: 'prefer-input' | 'refuse'): CallMessage {
  const from = asObject(json, { type: `ethapi.${struct}` })
  const present = (key: string): boolean => from[key] !== undefined && from[key] !== null
  const message: CallMessage = {}
  const type = readType(from.type)
  if (type !== undefined) message.type = type
  if (present('from')) message.from = addressAt(from.from, `${struct}.from`)
  if (present('to')) message.to = addressAt(from.to, `${struct}.to`)
  for (const [key, bits] of quantities) {
    if (present(key))
      message[key] = readQuantity(from[key], bits, { type: bits === 64 ? 'hexutil.Uint64' : 'hexutil.Big', field: `${struct}.${key}` })
  }
  const input = readInput(from, onMismatch)
  if (input !== undefined) message.input = input
  if (present('accessList')) message.accessList = readAccessList(from.accessList, `${struct}.accessList`)
  if (present('blobVersionedHashes')) message.blobVersionedHashes = hashesAt(from.blobVersionedHashes, `${struct}.blobVersionedHashes`)
  if (present('authorizationList')) {
    const list = asArray(from.authorizationList, { type: '[]types.SetCodeAuthorization', field: `${struct}.authorizationList` })
    message.authorizationList = list.map((item) => readAuthorization(item, `${struct}.authorizationList`))
  }
  return message
}

/** For calls: of `data` and `input` the latter wins silently, as in geth. */
export const callMessage: ParamCodec<CallMessage> = {
  name: 'transaction',
  schema: callSchema,
  required: true,
  decode: (json) => readMessage(json, 'prefer-input'),
}

/** For what will be signed: `data` and `input` that differ are refused, as in geth. */
export const sendMessage: ParamCodec<CallMessage> = {
  name: 'transaction',
  schema: callSchema,
  required: true,
  decode: (json) => readMessage(json, 'refuse'),
}
