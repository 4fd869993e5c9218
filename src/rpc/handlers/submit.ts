// Owns: methods that take signed transactions.
// Does not own: admission (the lane) or sender recovery (a wrapper around the lane client).
// Called by: the method table.

import { AppError } from '../../errors.js'
import type { LaneClient } from '../../evm-lane/client.js'
import { toHex } from '../../primitives.js'
import type { Bytes } from '../../primitives.js'
import { JsonRpcError, rpcCodes } from '../errors.js'
import { quantity } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import { formatReceipt } from '../format/receipt.js'
import type { RpcLimits } from '../limits.js'
import type { CallContext } from '../method.js'
import { everywhere } from './hyper.js'

/** How long a send waits for its block: L3 on instant lanes; elsewhere the answer comes at admission (L4). */
export function sendWaitMs(lane: LaneClient, limits: RpcLimits): number {
  return lane.spec.production.kind === 'instant' ? limits.sendWaitMs : 0
}

export async function sendRawTransaction(ctx: CallContext, raw: Bytes): Promise<string> {
  const { hash } = await ctx.lane.call('submit', { raw, sender: null, waitMs: sendWaitMs(ctx.lane, ctx.limits) })
  return toHex(hash)
}

/** EIP-7966. A wish over the maximum gets the maximum, 0 the default. */
export async function sendRawTransactionSync(ctx: CallContext, raw: Bytes, wishMs: number | undefined): Promise<Json> {
  const timeoutMs = wishMs === undefined || wishMs === 0 ? ctx.limits.sendSyncMs : Math.min(wishMs, ctx.limits.sendSyncMaxMs)
  try {
    return await receiptOf(ctx, raw, timeoutMs)
  } catch (error) {
    if (error instanceof AppError && error.code === 'tx-nonce-high') throw nonceGap(error)
    throw error
  }
}

async function receiptOf(ctx: CallContext, raw: Bytes, timeoutMs: number): Promise<Json> {
  const receipt = await ctx.lane.call('submitSync', { raw, sender: null, timeoutMs })
  await everywhere(ctx, [receipt])
  return formatReceipt(receipt)
}

/** EIP-7966: the data of a nonce gap is the nonce that is missing. */
function nonceGap(error: AppError): JsonRpcError {
  const expected = error.data?.expected
  return new JsonRpcError(
    rpcCodes.sendNonceGap,
    error.message,
    typeof expected === 'bigint' || typeof expected === 'number' ? quantity(expected) : undefined,
  )
}

/** MegaETH's spelling waits longer by default and has its own error. */
const realtimeMs = 10_000

export async function sendRealtimeTransaction(ctx: CallContext, raw: Bytes): Promise<Json> {
  try {
    return await receiptOf(ctx, raw, Math.min(realtimeMs, ctx.limits.sendSyncMaxMs))
  } catch (error) {
    if (error instanceof AppError && error.code === 'tx-not-mined') throw new JsonRpcError(rpcCodes.server, 'realtime transaction expired')
    throw error
  }
}
