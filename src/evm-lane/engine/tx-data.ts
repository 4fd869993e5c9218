// Owns: a transaction as plain data for readers.
// Called by: query.ts, handlers.ts, engine.ts.

import { isBlob4844Tx } from '@ethereumjs/tx'
import type { Bytes } from '../../primitives.js'
import { bytesToBigint, fromHex } from '../../primitives.js'
import type { AccessList, Authorization, TxData } from '../chain-data.js'
import type { LaneTx, SystemFields } from './tx.js'
import type { PlainTransfer } from './tx-plain.js'

const noInput = new Uint8Array(0)

export function txData(tx: LaneTx): TxData {
  if (tx.plain !== null) return plainData(tx, tx.plain)
  if (tx.system !== undefined) return systemData(tx, tx.system)
  const lib = tx.lib()
  const base = {
    ...commonFields(tx),
    input: lib.data,
    v: lib.v ?? 0n,
    r: lib.r ?? 0n,
    s: lib.s ?? 0n,
  }
  if ('gasPrice' in lib) {
    if ('accessList' in lib) return { ...base, type: 1, chainId: lib.chainId, gasPrice: lib.gasPrice, accessList: accessListOf(lib.accessList) }
    return { ...base, type: 0, chainId: legacyChainId(base.v), gasPrice: lib.gasPrice }
  }
  const market = {
    ...base,
    chainId: lib.chainId,
    accessList: accessListOf(lib.accessList),
    maxFeePerGas: lib.maxFeePerGas,
    maxPriorityFeePerGas: lib.maxPriorityFeePerGas,
  }
  if (isBlob4844Tx(lib))
    return { ...market, type: 3, maxFeePerBlobGas: lib.maxFeePerBlobGas, blobVersionedHashes: lib.blobVersionedHashes.map(fromHex) }
  if ('authorizationList' in lib) return { ...market, type: 4, authorizationList: authorizationsOf(lib.authorizationList) }
  return { ...market, type: 2 }
}

function commonFields({ hash, sender, nonce, gasLimit, to, value }: LaneTx): Pick<TxData, 'hash' | 'from' | 'nonce' | 'gas' | 'to' | 'value'> {
  return { hash, from: sender, nonce, gas: gasLimit, to, value }
}

function plainData(tx: LaneTx, { v, rAt, rEnd, sAt, sEnd, feeCap, tipCap, chainId }: PlainTransfer): TxData {
  const base = {
    ...commonFields(tx),
    input: noInput,
    v,
    r: bytesToBigint(tx.raw.subarray(rAt, rEnd)),
    s: bytesToBigint(tx.raw.subarray(sAt, sEnd)),
  }
  if (tx.type === 0) return { ...base, type: 0, chainId: legacyChainId(v), gasPrice: feeCap }
  return { ...base, type: 2, chainId, accessList: [], maxFeePerGas: feeCap, maxPriorityFeePerGas: tipCap }
}

function systemData(tx: LaneTx, { sourceHash, mint, data }: SystemFields): TxData {
  const base = { ...commonFields(tx), input: data }
  return { ...base, type: 0x7e, sourceHash, mint, isSystemTx: false }
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
    chainId: bytesToBigint(chainId as Bytes),
    address: address as Bytes,
    nonce: bytesToBigint(nonce as Bytes),
    yParity: Number(bytesToBigint(yParity as Bytes)),
    r: bytesToBigint(r as Bytes),
    s: bytesToBigint(s as Bytes),
  }))
}
