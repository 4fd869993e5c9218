// Owns: methods about what happens between lanes: bundles, sessions, messages.
// Does not own: any of it (hyper/); this file only asks.
// Called by: the method table.

import type { LocatedReceipt } from '../../evm-lane/chain-data.js'
import type { HyperReader } from '../../hyper/reader.js'
import { AppError } from '../../errors.js'
import type { Bytes, Hash32 } from '../../primitives.js'
import { formatBundle, formatMessage, formatSessionView } from '../format/hyper.js'
import { quantity } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import type { CallContext } from '../method.js'

/** @throws AppError 'unsupported' where lanes are served without a coordinator. */
export function hyperOf(ctx: Pick<CallContext, 'hyper'>): HyperReader {
  if (ctx.hyper === null) throw new AppError('unsupported', 'this server has no coordinator: its lanes do not reach each other')
  return ctx.hyper
}

/** Who holds a receipt of a session may ask its other lanes at once for what it did there. */
export async function everywhere({ hyper }: Pick<CallContext, 'hyper'>, receipts: readonly LocatedReceipt[]): Promise<void> {
  if (hyper === null) return
  await Promise.all(receipts.flatMap((located) => (located.hyper === undefined ? [] : [hyper.everywhere(located.hyper.session)])))
}

export async function sendBundle(ctx: CallContext, items: { chainId: number; raw: Bytes }[]): Promise<Json> {
  return formatBundle(await hyperOf(ctx).sendBundle(items, ctx.limits.sendWaitMs))
}

export async function getSession(ctx: CallContext, id: Hash32): Promise<Json | null> {
  const view = await hyperOf(ctx).getSession(id)
  return view === null ? null : formatSessionView(view)
}

/** Each lane executes its part again, alone, with the recorded answers of the others in their place. */
export async function replaySession(ctx: CallContext, id: Hash32): Promise<Json[] | null> {
  const lanes = await hyperOf(ctx).replaySession(id)
  if (lanes === null) return null
  return lanes.map(({ chainId, block, reproduced, reason }) => ({ chainId: quantity(chainId), blockNumber: quantity(block), reproduced, reason }))
}

export async function getMessage(ctx: CallContext, id: Hash32): Promise<Json | null> {
  const message = await hyperOf(ctx).getMessage(id)
  return message === null ? null : formatMessage(message)
}

/** Messages that a transaction of the request's lane sent. */
export async function getMessagesByTransaction(ctx: CallContext, hash: Hash32): Promise<Json[]> {
  return (await hyperOf(ctx).getMessagesByTransaction(ctx.lane.spec.chainId, hash)).map(formatMessage)
}
