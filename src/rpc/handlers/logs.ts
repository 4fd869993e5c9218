// Owns: eth_getLogs, the filter methods, and whether a log range makes sense under the head.
// Does not own: filters between polls (filters.ts) or finding logs (the lane).
// Called by: the method table.

import type { BlockRef, HeadInfo } from '../../evm-lane/chain-data.js'
import type { LogQuery } from '../../evm-lane/protocol.js'
import { filtersOf, pendingLogs } from '../filters.js'
import type { Json } from '../format/quantity.js'
import { formatLog } from '../format/receipt.js'
import type { CallContext } from '../method.js'
import { invalidParams } from '../params/hex.js'
import type { LogFilter } from '../params/log-filter.js'
import { heightOf, latest } from '../tags.js'
import { headOf } from './head.js'

/** @throws AppError with geth's words for a range that is reversed, ahead of the chain, or about pending logs. */
function checkRange(from: BlockRef, to: BlockRef, head: HeadInfo): void {
  if (isPending(from) || isPending(to)) throw pendingLogs()
  const begin = heightOf(from, head)
  const end = heightOf(to, head)
  if (begin === null || end === null) return
  if (from.kind === 'number' && to.kind === 'number' && begin > end) throw invalidParams('invalid block range params')
  if (begin > head.header.number || end > head.header.number) throw invalidParams('block range extends beyond current head block')
  if (begin > end) throw invalidParams('invalid block range params')
}

function isPending(ref: BlockRef): boolean {
  return ref.kind === 'tag' && ref.tag === 'pending'
}

function queryOf(filter: LogFilter, head: HeadInfo): LogQuery {
  const { addresses, topics } = filter
  if (filter.blockHash !== null) return { range: { kind: 'block', hash: filter.blockHash }, addresses, topics }
  const from = filter.fromBlock ?? latest
  const to = filter.toBlock ?? latest
  checkRange(from, to, head)
  return { range: { kind: 'numbers', from, to }, addresses, topics }
}

export async function getLogs(ctx: CallContext, filter: LogFilter): Promise<Json[]> {
  const logs = await ctx.lane.call('logs', queryOf(filter, headOf(ctx.lane)))
  return logs.map(formatLog)
}

export function newFilter(ctx: CallContext, filter: LogFilter): string {
  return filtersOf(ctx.lane, ctx.limits).addLogs(filter)
}

export function newBlockFilter(ctx: CallContext): string {
  return filtersOf(ctx.lane, ctx.limits).addBlocks()
}

export function newPendingTransactionFilter(ctx: CallContext, full: boolean | undefined): Promise<string> {
  return filtersOf(ctx.lane, ctx.limits).addPending(full === true)
}

export function uninstallFilter(ctx: CallContext, id: string): boolean {
  return filtersOf(ctx.lane, ctx.limits).remove(id)
}

export function getFilterChanges(ctx: CallContext, id: string): Promise<unknown[]> {
  return filtersOf(ctx.lane, ctx.limits).changes(id)
}

/** Everything the filter's own range holds, seen before or not. */
export async function getFilterLogs(ctx: CallContext, id: string): Promise<Json[]> {
  return getLogs(ctx, filtersOf(ctx.lane, ctx.limits).logFilter(id))
}
