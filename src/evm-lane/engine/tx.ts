// Owns: a signed transaction inside the lane: decoded once, with its sender, hash and the numbers the pool and the executor ask for.
// Does not own: whether the pool admits it (txpool), or what executing it does (executor).
// Called by: txpool, builder, importer, query (through txData).

import type { Common } from '@ethereumjs/common'
import { Blob4844Tx, createTxFromRLP, isBlob4844Tx } from '@ethereumjs/tx'
import type { TypedTransaction } from '@ethereumjs/tx'
import { Address as LibAddress } from '@ethereumjs/util'
import { AppError } from '../../errors.js'
import { bareHex } from '../../primitives.js'
import type { Address, Bytes, Hash32 } from '../../primitives.js'
import type { AccessList, Authorization, TxData } from '../chain-data.js'
import { keccak256 } from './keccak.js'
import { bytesToBigint } from '../../primitives.js'

export type LaneTx = {
  lib: TypedTransaction
  /** EIP-2718 bytes as they stand in a block (blobs stripped). */
  raw: Bytes
  hash: Hash32
  /** Bare hex of hash and sender: map keys. */
  hashKey: string
  sender: Address
  senderKey: string
  nonce: bigint
  gasLimit: bigint
  /** Most that one gas may cost, wei. */
  feeCap: bigint
  /** Most that the block producer gets per gas, wei. */
  tipCap: bigint
  /** Most that the transaction may cost its sender, wei. */
  cost: bigint
  size: number
}

const secp256k1HalfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Decodes one EIP-2718 transaction. `sender` skips the signature recovery when a pool has done it already.
 * @throws AppError 'tx-malformed', 'tx-type', 'tx-chain', 'tx-sender', 'tx-gas-limit', 'tx-initcode', 'tx-fee-cap'.
 */
export function decodeTx(raw: Bytes, common: Common, sender: Address | null): LaneTx {
  if (raw.length === 0) throw new AppError('tx-malformed', 'typed transaction too short')
  const type = raw[0] as number
  if (type < 0x80 && (type === 0 || type > 4)) throw new AppError('tx-type', 'transaction type not supported')
  let lib: TypedTransaction
  try {
    lib = createTxFromRLP(raw, { common, freeze: false })
  } catch (error) {
    throw malformed(error, common)
  }
  const stored = lib instanceof Blob4844Tx && lib.networkWrapperVersion !== undefined ? stripBlobs(lib) : raw
  return wrapTx(lib, stored, sender)
}

function stripBlobs(tx: Blob4844Tx): Bytes {
  return tx.serialize()
}

/** @throws AppError 'tx-sender' when the signature is no valid one. */
export function wrapTx(lib: TypedTransaction, raw: Bytes, knownSender: Address | null): LaneTx {
  const sender = knownSender ?? recoverSender(lib)
  const address = new LibAddress(sender as Uint8Array<ArrayBuffer>)
  // The library would recover the sender again for every execution.
  Object.assign(lib, { getSenderAddress: () => address })
  const hash = keccak256(raw)
  const feeCap = 'maxFeePerGas' in lib ? lib.maxFeePerGas : lib.gasPrice
  const tipCap = 'maxPriorityFeePerGas' in lib ? lib.maxPriorityFeePerGas : lib.gasPrice
  const blobCost = isBlob4844Tx(lib) ? lib.maxFeePerBlobGas * BigInt(lib.blobVersionedHashes.length) * 131_072n : 0n
  return {
    lib, raw, hash, hashKey: bareHex(hash), sender, senderKey: bareHex(sender), nonce: lib.nonce, gasLimit: lib.gasLimit, feeCap, tipCap,
    cost: lib.value + lib.gasLimit * feeCap + blobCost, size: raw.length,
  }
}

function recoverSender(lib: TypedTransaction): Address {
  if (lib.s === undefined || lib.r === undefined) throw new AppError('tx-sender', 'invalid transaction v, r, s values')
  if (lib.s > secp256k1HalfOrder && lib.common.gteHardfork('homestead')) throw new AppError('tx-sender', 'invalid transaction v, r, s values')
  try {
    return lib.getSenderAddress().bytes
  } catch {
    throw new AppError('tx-sender', 'invalid sender')
  }
}

/** The library's texts mapped to geth's errors, so that tools that match on them understand. */
function malformed(error: unknown, common: Common): AppError {
  const text = error instanceof Error ? error.message : String(error)
  if (/chain ?id/i.test(text)) return new AppError('tx-chain', `invalid chain id for signer: lane has chain id ${common.chainId()}`)
  if (/EIP-7825/.test(text)) return new AppError('tx-gas-limit', 'transaction gas limit too high (cap: 16777216)')
  if (/initcode/i.test(text)) return new AppError('tx-initcode', 'max initcode size exceeded: code size limit 49152')
  if (/maxFeePerGas cannot be less/.test(text)) return new AppError('tx-tip-cap', 'max priority fee per gas higher than max fee per gas')
  if (/exceed MAX_INTEGER/.test(text)) return new AppError('tx-fee-cap', 'max fee per gas higher than 2^256-1')
  if (/not (enabled|activated)/i.test(text)) return new AppError('tx-type', 'transaction type not supported')
  if (/signature|yParity|high-s|[^a-z]s-value|\bv\b/i.test(text)) return new AppError('tx-sender', 'invalid transaction v, r, s values')
  return new AppError('tx-malformed', `rlp: ${text.split('(')[0]?.trim() ?? text}`)
}

/** The plain-data form for readers. */
export function txData(tx: LaneTx): TxData {
  const lib = tx.lib
  const base = {
    hash: tx.hash, from: tx.sender, nonce: lib.nonce, gas: lib.gasLimit, to: lib.to?.bytes ?? null, value: lib.value, input: lib.data,
    v: lib.v ?? 0n, r: lib.r ?? 0n, s: lib.s ?? 0n,
  }
  if ('gasPrice' in lib) {
    if ('accessList' in lib) return { ...base, type: 1, chainId: lib.chainId, gasPrice: lib.gasPrice, accessList: accessListOf(lib.accessList) }
    return { ...base, type: 0, chainId: legacyChainId(lib.v ?? 0n), gasPrice: lib.gasPrice }
  }
  const market = {
    ...base, chainId: lib.chainId, accessList: accessListOf(lib.accessList), maxFeePerGas: lib.maxFeePerGas, maxPriorityFeePerGas: lib.maxPriorityFeePerGas,
  }
  if (isBlob4844Tx(lib)) {
    return { ...market, type: 3, maxFeePerBlobGas: lib.maxFeePerBlobGas, blobVersionedHashes: lib.blobVersionedHashes.map((h) => Uint8Array.from(Buffer.from(h.slice(2), 'hex'))) }
  }
  if ('authorizationList' in lib) return { ...market, type: 4, authorizationList: authorizationsOf(lib.authorizationList) }
  return { ...market, type: 2 }
}

/** EIP-155: v = 35 + 2·chainId + parity; 27 and 28 carry no chain id. */
function legacyChainId(v: bigint): bigint | null {
  return v >= 35n ? (v - 35n) / 2n : null
}

function accessListOf(list: readonly (readonly [Uint8Array, Uint8Array[]])[]): AccessList {
  return list.map(([address, storageKeys]) => ({ address, storageKeys }))
}

function authorizationsOf(list: readonly Uint8Array[][]): Authorization[] {
  return list.map(([chainId, address, nonce, yParity, r, s]) => ({
    chainId: bytesToBigint(chainId as Bytes), address: address as Bytes, nonce: bytesToBigint(nonce as Bytes),
    yParity: Number(bytesToBigint(yParity as Bytes)), r: bytesToBigint(r as Bytes), s: bytesToBigint(s as Bytes),
  }))
}
