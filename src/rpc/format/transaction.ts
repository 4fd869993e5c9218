// Owns: the JSON of transactions by type, mined or pooled, and of access and authorization lists.
// Does not own: receipts (receipt.ts) or unsigned transactions (handlers/signing.ts).
// Called by: format/block.ts, format/pool.ts, handlers.

import type { AccessList, Authorization, LocatedTx, TxData, TxPosition } from '../../evm-lane/chain-data.js'
import { unreachable } from '../../assert.js'
import { bigintMin, toHex } from '../../primitives.js'
import { quantity } from './quantity.js'
import type { Json } from './quantity.js'

/** Where a transaction stands, already as text: one block's transactions share it. */
export type TxPlace = { blockHash: string; blockNumber: string; blockTimestamp: string; baseFeePerGas: bigint | null }

export function placeOf(position: Omit<TxPosition, 'index'>): TxPlace {
  return {
    blockHash: toHex(position.blockHash),
    blockNumber: quantity(position.blockNumber),
    blockTimestamp: quantity(position.blockTimestamp),
    baseFeePerGas: position.baseFeePerGas,
  }
}

export function formatLocatedTx(located: LocatedTx): Json {
  const { tx, position } = located
  return position === null ? formatTx(tx, null, 0) : formatTx(tx, placeOf(position), position.index)
}

/** place null: not in a block (pool, pending block). */
export function formatTx(tx: TxData, place: TxPlace | null, index: number): Json {
  const out: Json = {
    blockHash: place === null ? null : place.blockHash,
    blockNumber: place === null ? null : place.blockNumber,
    blockTimestamp: place === null ? null : place.blockTimestamp,
    from: toHex(tx.from),
    gas: quantity(tx.gas),
    gasPrice: quantity(gasPriceOf(tx, place === null ? null : place.baseFeePerGas)),
    hash: toHex(tx.hash),
    input: toHex(tx.input),
    nonce: quantity(tx.nonce),
    to: tx.to === null ? null : toHex(tx.to),
    transactionIndex: place === null ? null : quantity(index),
    value: quantity(tx.value),
    type: quantity(tx.type),
  }
  addTypeFields(out, tx)
  return out
}

function addTypeFields(out: Json, tx: TxData): void {
  switch (tx.type) {
    case 0:
      if (tx.chainId !== null) out.chainId = quantity(tx.chainId)
      addSignature(out, tx)
      return
    case 1:
      out.accessList = formatAccessList(tx.accessList)
      out.chainId = quantity(tx.chainId)
      break
    case 2:
      addFeeMarket(out, tx)
      break
    case 3:
      addFeeMarket(out, tx)
      out.maxFeePerBlobGas = quantity(tx.maxFeePerBlobGas)
      out.blobVersionedHashes = tx.blobVersionedHashes.map(toHex)
      break
    case 4:
      addFeeMarket(out, tx)
      out.authorizationList = tx.authorizationList.map(formatAuthorization)
      break
    case 0x7e:
      addSystemFields(out, tx)
      return
    default:
      unreachable(tx)
  }
  addSignature(out, tx)
  out.yParity = quantity(tx.v)
}

/** L6: spelt as OP-stack nodes spell deposits; they leave out a zero mint and a false isSystemTx. */
function addSystemFields(out: Json, tx: TxData & { type: 0x7e }): void {
  out.sourceHash = toHex(tx.sourceHash)
  if (tx.mint !== 0n) out.mint = quantity(tx.mint)
  if (tx.isSystemTx) out.isSystemTx = true
  out.v = '0x0'
  out.r = '0x0'
  out.s = '0x0'
}

function addSignature(out: Json, tx: { v: bigint; r: bigint; s: bigint }): void {
  out.v = quantity(tx.v)
  out.r = quantity(tx.r)
  out.s = quantity(tx.s)
}

function addFeeMarket(out: Json, tx: { chainId: bigint; accessList: AccessList; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }): void {
  out.maxFeePerGas = quantity(tx.maxFeePerGas)
  out.maxPriorityFeePerGas = quantity(tx.maxPriorityFeePerGas)
  out.accessList = formatAccessList(tx.accessList)
  out.chainId = quantity(tx.chainId)
}

/** What the sender pays per gas in its block, or would pay at most. */
export function gasPriceOf(tx: TxData, baseFeePerGas: bigint | null): bigint {
  if (tx.type === 0x7e) return 0n
  if (tx.type === 0 || tx.type === 1) return tx.gasPrice
  return baseFeePerGas === null ? tx.maxFeePerGas : bigintMin(tx.maxFeePerGas, baseFeePerGas + tx.maxPriorityFeePerGas)
}

export function formatAccessList(list: AccessList): Json[] {
  return list.map(({ address, storageKeys }) => ({ address: toHex(address), storageKeys: storageKeys.map(toHex) }))
}

export function formatAuthorization(item: Authorization): Json {
  return {
    chainId: quantity(item.chainId),
    address: toHex(item.address),
    nonce: quantity(item.nonce),
    yParity: quantity(item.yParity),
    r: quantity(item.r),
    s: quantity(item.s),
  }
}
