// Owns: the txpool_* methods.
// Called by: the method table.

import type { Address } from '../../primitives.js'
import { byNonce, bySender, describePoolTx, formatPoolTx } from '../format/pool.js'
import { quantity } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import type { CallContext } from '../method.js'

export async function content(ctx: CallContext): Promise<Json> {
  const { pending, queued } = await ctx.lane.call('poolContent', { from: null })
  return { pending: bySender(pending, formatPoolTx), queued: bySender(queued, formatPoolTx) }
}

export async function contentFrom(ctx: CallContext, from: Address): Promise<Json> {
  const { pending, queued } = await ctx.lane.call('poolContent', { from })
  return { pending: byNonce(pending, formatPoolTx), queued: byNonce(queued, formatPoolTx) }
}

export async function inspect(ctx: CallContext): Promise<Json> {
  const { pending, queued } = await ctx.lane.call('poolContent', { from: null })
  return { pending: bySender(pending, describePoolTx), queued: bySender(queued, describePoolTx) }
}

export async function status(ctx: CallContext): Promise<Json> {
  const { pending, queued } = await ctx.lane.call('poolStatus', {})
  return { pending: quantity(pending), queued: quantity(queued) }
}
