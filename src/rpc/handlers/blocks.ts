// Owns: methods that answer with blocks, headers, ommers, counts, and the receipts of a block.
// Called by: the method table.

import type { BlockRef } from '../../evm-lane/chain-data.js'
import { latest } from '../tags.js'
import { formatBlock, formatBlockHeader, formatUncle } from '../format/block.js'
import { quantity } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import { formatReceipt } from '../format/receipt.js'
import type { Hash32 } from '../../primitives.js'
import type { CallContext } from '../method.js'
import { everywhere } from './hyper.js'

export function byHash(hash: Hash32): BlockRef {
  return { kind: 'hash', hash }
}

export async function getBlockByNumber(ctx: CallContext, at: BlockRef, full: boolean): Promise<Json | null> {
  const block = await ctx.lane.call('block', { at, full })
  return block === null ? null : formatBlock(block)
}

export function getBlockByHash(ctx: CallContext, hash: Hash32, full: boolean): Promise<Json | null> {
  return getBlockByNumber(ctx, byHash(hash), full)
}

export async function getHeaderByNumber(ctx: CallContext, at: BlockRef): Promise<Json | null> {
  const block = await ctx.lane.call('block', { at, full: false })
  return block === null ? null : formatBlockHeader(block)
}

export function getHeaderByHash(ctx: CallContext, hash: Hash32): Promise<Json | null> {
  return getHeaderByNumber(ctx, byHash(hash))
}

export async function getTransactionCountByNumber(ctx: CallContext, at: BlockRef): Promise<string | null> {
  const count = await ctx.lane.call('blockTxCount', { at })
  return count === null ? null : quantity(count.txs)
}

export function getTransactionCountByHash(ctx: CallContext, hash: Hash32): Promise<string | null> {
  return getTransactionCountByNumber(ctx, byHash(hash))
}

export async function getUncleCountByNumber(ctx: CallContext, at: BlockRef): Promise<string | null> {
  const count = await ctx.lane.call('blockTxCount', { at })
  return count === null ? null : quantity(count.uncles)
}

export function getUncleCountByHash(ctx: CallContext, hash: Hash32): Promise<string | null> {
  return getUncleCountByNumber(ctx, byHash(hash))
}

export async function getUncleByNumber(ctx: CallContext, at: BlockRef, index: number): Promise<Json | null> {
  const uncle = await ctx.lane.call('uncle', { at, index })
  return uncle === null ? null : formatUncle(uncle)
}

export function getUncleByHash(ctx: CallContext, hash: Hash32, index: number): Promise<Json | null> {
  return getUncleByNumber(ctx, byHash(hash), index)
}

export async function getBlockReceipts(ctx: CallContext, at: BlockRef = latest): Promise<Json[] | null> {
  const receipts = await ctx.lane.call('blockReceipts', { at })
  if (receipts === null) return null
  await everywhere(ctx, receipts)
  return receipts.map(formatReceipt)
}
