// Owns: methods that describe the chain as a whole: its height, its forks, what of its history is there.
// Called by: the method table.

import { bigintMax, toHex } from '../../primitives.js'
import { formatForkConfig } from '../format/fork-config.js'
import { quantity } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import type { CallContext } from '../method.js'
import { headOf } from './head.js'

/** Answered from the head event: the lane tells of a block before it answers anything that knows the block. */
export function blockNumber(ctx: CallContext): string {
  return quantity(headOf(ctx.lane).header.number)
}

export async function forkConfig(ctx: CallContext): Promise<Json> {
  const { current, next, last } = await ctx.lane.call('forkConfig', {})
  return { current: formatForkConfig(current), next: formatForkConfig(next), last: formatForkConfig(last) }
}

export function capabilities(ctx: CallContext): Json {
  const { header } = headOf(ctx.lane)
  const { historyBlocks } = ctx.lane.spec
  const whole = { disabled: false, oldestBlock: '0x0' }
  const state =
    historyBlocks === null
      ? whole
      : {
          disabled: false,
          oldestBlock: quantity(bigintMax(0n, header.number - BigInt(historyBlocks))),
          deleteStrategy: { type: 'window', retentionBlocks: quantity(historyBlocks) },
        }
  return {
    head: { number: quantity(header.number), hash: toHex(header.hash) },
    state,
    tx: whole,
    logs: whole,
    receipts: whole,
    blocks: whole,
    stateproofs: state,
  }
}
