// Owns: what is signed: message and typed-data digests, and the bytes and JSON of transactions before and after signing.
// Does not own: keys (DevAccounts) or which accounts may sign (wallet.ts).
// Called by: handlers/wallet.ts.

import { hashMessage, hashTypedData, keccak256, serializeTransaction, toRlp } from 'viem/utils'
import type { TransactionSerializable } from 'viem'
import { AppError } from '../../errors.js'
import type { CallMessage } from '../../evm-lane/chain-data.js'
import { bytesToBigint, fromHex, toHex } from '../../primitives.js'
import type { Bytes, Hash32 } from '../../primitives.js'
import { quantity } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import { formatAccessList, formatAuthorization } from '../format/transaction.js'
import type { TypedData } from '../params/typed-data.js'

export type Signature = { r: bigint; s: bigint; yParity: number }

/** What a complete transaction has; fees depend on the type. */
type Filled = Required<Pick<CallMessage, 'type' | 'gas' | 'value' | 'nonce' | 'input' | 'chainId'>> & CallMessage

const unsigned: Signature = { r: 0n, s: 0n, yParity: 0 }

/** EIP-191, as eth_sign and personal_sign hash. */
export function messageDigest(data: Bytes): Hash32 {
  return fromHex(hashMessage({ raw: data }))
}

/** EIP-712. @throws AppError 'invalid-params' where the message does not fit its types. */
export function typedDataDigest(data: TypedData): Hash32 {
  try {
    return fromHex(hashTypedData(data as Parameters<typeof hashTypedData>[0]))
  } catch (error) {
    throw new AppError('invalid-params', `typed data: ${firstLine(error)}`)
  }
}

/** r ‖ s ‖ v, v 27 or 28. */
export function splitSignature(signature: Bytes): Signature {
  return { r: bytesToBigint(signature.subarray(0, 32)), s: bytesToBigint(signature.subarray(32, 64)), yParity: (signature[64] ?? 27) - 27 }
}

/** @throws AppError 'tx-malformed' when the lane left a field open. */
export function complete(message: CallMessage): Filled {
  const { type, gas, value, nonce, input, chainId } = message
  if (type === undefined || gas === undefined || nonce === undefined || chainId === undefined)
    throw new AppError('tx-malformed', 'transaction is not complete')
  return { ...message, type, gas, value: value ?? 0n, nonce, input: input ?? new Uint8Array(0), chainId }
}

/** The digest that a sender signs. */
export function signingDigest(tx: Filled): Hash32 {
  return fromHex(keccak256(serialize(tx, null)))
}

export function signedBytes(tx: Filled, signature: Signature): Bytes {
  return fromHex(serialize(tx, signature))
}

/** As geth encodes a transaction that nobody signed: with a signature of zeros. */
export function unsignedBytes(tx: Filled): Bytes {
  if (tx.type !== 0) return signedBytes(tx, unsigned)
  const fields = [tx.nonce, tx.gasPrice ?? 0n, tx.gas].map(integer)
  return fromHex(toRlp([...fields, tx.to === undefined ? '0x' : toHex(tx.to), integer(tx.value), toHex(tx.input), '0x', '0x', '0x']))
}

function integer(value: bigint): `0x${string}` {
  if (value === 0n) return '0x'
  const digits = value.toString(16)
  return `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`
}

function serialize(tx: Filled, signature: Signature | null): `0x${string}` {
  try {
    const plain = serializable(tx)
    if (signature === null) return serializeTransaction(plain)
    const { r, s, yParity } = signature
    return serializeTransaction(plain, { r: integer32(r), s: integer32(s), yParity, v: BigInt(27 + yParity) })
  } catch (error) {
    throw new AppError('tx-malformed', firstLine(error))
  }
}

function integer32(value: bigint): `0x${string}` {
  return value === 0n ? '0x00' : `0x${value.toString(16).padStart(64, '0')}`
}

/** viem's form of a transaction. Nonces and chain ids of a lane are safe integers. */
function serializable(tx: Filled): TransactionSerializable {
  const base = {
    nonce: Number(tx.nonce),
    gas: tx.gas,
    value: tx.value,
    data: toHex(tx.input),
    chainId: Number(tx.chainId),
    ...(tx.to === undefined ? {} : { to: toHex(tx.to) }),
  }
  if (tx.type === 0) return { type: 'legacy', ...base, gasPrice: tx.gasPrice ?? 0n }
  const accessList = (tx.accessList ?? []).map(({ address, storageKeys }) => ({ address: toHex(address), storageKeys: storageKeys.map(toHex) }))
  if (tx.type === 1) return { type: 'eip2930', ...base, accessList, gasPrice: tx.gasPrice ?? 0n }
  const feeMarket = { ...base, accessList, maxFeePerGas: tx.maxFeePerGas ?? 0n, maxPriorityFeePerGas: tx.maxPriorityFeePerGas ?? 0n }
  switch (tx.type) {
    case 2:
      return { type: 'eip1559', ...feeMarket }
    case 3:
      return {
        type: 'eip4844',
        ...feeMarket,
        to: tx.to === undefined ? null : toHex(tx.to),
        maxFeePerBlobGas: tx.maxFeePerBlobGas ?? 0n,
        blobVersionedHashes: (tx.blobVersionedHashes ?? []).map(toHex),
      }
    case 4:
      return { type: 'eip7702', ...feeMarket, authorizationList: (tx.authorizationList ?? []).map(authorization) }
    default:
      throw new AppError('tx-type', 'transaction type not supported')
  }
}

function authorization(item: NonNullable<CallMessage['authorizationList']>[number]) {
  return {
    chainId: Number(item.chainId),
    address: toHex(item.address),
    nonce: Number(item.nonce),
    r: integer32(item.r),
    s: integer32(item.s),
    yParity: item.yParity,
  }
}

/** geth's JSON of a transaction object on its own: fields of other types are null where geth writes them so. */
export function formatUnlocated(tx: Filled, raw: Bytes, signature: Signature = unsigned): Json {
  const dynamic = tx.type >= 2
  const isSigned = signature !== unsigned
  const v = tx.type === 0 ? (isSigned ? tx.chainId * 2n + 35n + BigInt(signature.yParity) : 0n) : BigInt(signature.yParity)
  const out: Json = {
    type: quantity(tx.type),
    chainId: quantity(tx.chainId),
    nonce: quantity(tx.nonce),
    to: tx.to === undefined ? null : toHex(tx.to),
    gas: quantity(tx.gas),
    gasPrice: dynamic ? null : quantity(tx.gasPrice ?? 0n),
    maxPriorityFeePerGas: dynamic ? quantity(tx.maxPriorityFeePerGas ?? 0n) : null,
    maxFeePerGas: dynamic ? quantity(tx.maxFeePerGas ?? 0n) : null,
    value: quantity(tx.value),
    input: toHex(tx.input),
    v: quantity(v),
    r: quantity(signature.r),
    s: quantity(signature.s),
    hash: keccak256(raw),
  }
  if (tx.type >= 1) {
    out.accessList = formatAccessList(tx.accessList ?? [])
    out.yParity = quantity(signature.yParity)
  }
  if (tx.type === 3) {
    out.maxFeePerBlobGas = quantity(tx.maxFeePerBlobGas ?? 0n)
    out.blobVersionedHashes = (tx.blobVersionedHashes ?? []).map(toHex)
  }
  if (tx.type === 4) out.authorizationList = (tx.authorizationList ?? []).map(formatAuthorization)
  return out
}

/** viem's messages have many lines; the first says what is wrong. */
function firstLine(error: unknown): string {
  if (error instanceof AppError) throw error
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.message) : String(error)
}
