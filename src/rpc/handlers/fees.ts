// Owns: methods about what a transaction costs now and cost lately.
// Called by: the method table.

import type { BlockRef } from '../../evm-lane/chain-data.js'
import { bigintMin } from '../../primitives.js'
import { JsonRpcError, rpcCodes } from '../errors.js'
import { formatFeeHistory } from '../format/fee-history.js'
import { quantity, quantityOrNull } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import type { CallContext } from '../method.js'
import { percentilesMax } from '../params/fee-history.js'

export async function gasPrice(ctx: CallContext): Promise<string> {
  return quantity((await ctx.lane.call('fees', {})).gasPrice)
}

export async function maxPriorityFeePerGas(ctx: CallContext): Promise<string> {
  return quantity((await ctx.lane.call('fees', {})).maxPriorityFeePerGas)
}

export async function baseFee(ctx: CallContext): Promise<string | null> {
  return quantityOrNull((await ctx.lane.call('fees', {})).baseFeeNext)
}

export async function blobBaseFee(ctx: CallContext): Promise<string> {
  return quantity((await ctx.lane.call('fees', {})).blobBaseFee)
}

/** What geth answers when nothing was asked for. */
const noHistory: Json = { oldestBlock: '0x0', gasUsedRatio: null }

export async function feeHistory(ctx: CallContext, count: bigint, newest: BlockRef, percentiles: number[] | undefined): Promise<Json> {
  if (count < 1n) return noHistory
  if (percentiles !== undefined) checkPercentiles(percentiles)
  const blockCount = Number(bigintMin(count, BigInt(ctx.lane.spec.limits.feeHistoryBlocksMax)))
  // geth tells rewards only where percentiles were named.
  const wanted = percentiles === undefined || percentiles.length === 0 ? null : percentiles
  return formatFeeHistory(await ctx.lane.call('feeHistory', { blockCount, newest, percentiles: wanted }))
}

/** Texts are geth's; it answers them with its general code, not as invalid parameters. */
function checkPercentiles(list: number[]): void {
  const refuse = (detail: string): JsonRpcError => new JsonRpcError(rpcCodes.server, `invalid reward percentile: ${detail}`)
  if (list.length > percentilesMax) throw refuse(`over the query limit ${percentilesMax}`)
  list.forEach((value, i) => {
    const before = list[i - 1]
    if (!(value >= 0 && value <= 100)) throw refuse(value.toFixed(6))
    if (before !== undefined && value <= before) throw refuse(`#${i - 1}:${before.toFixed(6)} >= #${i}:${value.toFixed(6)}`)
  })
}
