// Owns: methods that find transactions and receipts.
// Called by: the method table.

import type { BlockRef } from '../../evm-lane/chain-data.js'
import { toHex } from '../../primitives.js'
import type { Hash32 } from '../../primitives.js'
import { formatPoolTx } from '../format/pool.js'
import type { Json } from '../format/quantity.js'
import { formatReceipt } from '../format/receipt.js'
import { formatLocatedTx } from '../format/transaction.js'
import type { CallContext } from '../method.js'
import { byHash } from './blocks.js'
import { everywhere } from './hyper.js'

export async function getTransactionByHash(ctx: CallContext, hash: Hash32): Promise<Json | null> {
  const located = await ctx.lane.call('transaction', { hash })
  return located === null ? null : formatLocatedTx(located)
}

export async function getTransactionByNumberAndIndex(ctx: CallContext, at: BlockRef, index: number): Promise<Json | null> {
  const located = await ctx.lane.call('transactionAt', { at, index })
  return located === null ? null : formatLocatedTx(located)
}

export function getTransactionByBlockHashAndIndex(ctx: CallContext, hash: Hash32, index: number): Promise<Json | null> {
  return getTransactionByNumberAndIndex(ctx, byHash(hash), index)
}

/** `0x` for a transaction that is not there, as from geth. */
export async function getRawTransactionByHash(ctx: CallContext, hash: Hash32): Promise<string> {
  const raw = await ctx.lane.call('rawTransaction', { hash })
  return raw === null ? '0x' : toHex(raw)
}

export async function getRawTransactionByNumberAndIndex(ctx: CallContext, at: BlockRef, index: number): Promise<string> {
  const raw = await ctx.lane.call('rawTransaction', { at, index })
  return raw === null ? '0x' : toHex(raw)
}

export function getRawTransactionByBlockHashAndIndex(ctx: CallContext, hash: Hash32, index: number): Promise<string> {
  return getRawTransactionByNumberAndIndex(ctx, byHash(hash), index)
}

export async function getTransactionReceipt(ctx: CallContext, hash: Hash32): Promise<Json | null> {
  const receipt = await ctx.lane.call('receipt', { hash })
  if (receipt === null) return null
  await everywhere(ctx, [receipt])
  return formatReceipt(receipt)
}

/** Pooled transactions of the accounts that this server signs for: geth's meaning of the method. */
export async function pendingTransactions(ctx: CallContext): Promise<Json[]> {
  const { dev } = ctx
  if (dev === null) return []
  const { pending } = await ctx.lane.call('poolContent', { from: null })
  return pending.filter((item) => dev.key(item.sender) !== undefined).map(formatPoolTx)
}
