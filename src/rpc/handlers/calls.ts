// Owns: methods that execute without changing anything.
// Called by: the method table.

import { AppError } from '../../errors.js'
import type { AccountOverride, BlockOverride, BlockRef, CallMessage } from '../../evm-lane/chain-data.js'
import type { CallRequest } from '../../evm-lane/protocol.js'
import { toHex } from '../../primitives.js'
import { quantity } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import { formatAccessList } from '../format/transaction.js'
import type { CallContext } from '../method.js'
import { latest } from '../tags.js'

/** The checks that geth makes on the fields alone. */
export function checkMessage(ctx: CallContext, message: CallMessage): void {
  if (message.gasPrice !== undefined && (message.maxFeePerGas !== undefined || message.maxPriorityFeePerGas !== undefined)) {
    throw new AppError('tx-rejected', 'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified')
  }
  const have = ctx.lane.spec.chainId
  if (message.chainId !== undefined && message.chainId !== BigInt(have)) {
    throw new AppError('tx-chain', `chainId does not match node's (have=${message.chainId}, want=${have})`)
  }
}

function requestOf(
  ctx: CallContext,
  message: CallMessage,
  at: BlockRef | undefined,
  stateOverrides: AccountOverride[] | undefined,
  blockOverrides?: BlockOverride,
): CallRequest {
  checkMessage(ctx, message)
  return { message, at: at ?? latest, stateOverrides: stateOverrides ?? [], blockOverrides: blockOverrides ?? null }
}

export async function call(
  ctx: CallContext,
  message: CallMessage,
  at?: BlockRef,
  stateOverrides?: AccountOverride[],
  blockOverrides?: BlockOverride,
): Promise<string> {
  const { returnData } = await ctx.lane.call('call', requestOf(ctx, message, at, stateOverrides, blockOverrides))
  return toHex(returnData)
}

export async function estimateGas(
  ctx: CallContext,
  message: CallMessage,
  at?: BlockRef,
  stateOverrides?: AccountOverride[],
  blockOverrides?: BlockOverride,
): Promise<string> {
  return quantity(await ctx.lane.call('estimateGas', requestOf(ctx, message, at, stateOverrides, blockOverrides)))
}

export async function createAccessList(ctx: CallContext, message: CallMessage, at?: BlockRef, stateOverrides?: AccountOverride[]): Promise<Json> {
  const { accessList, gasUsed, error } = await ctx.lane.call('createAccessList', requestOf(ctx, message, at, stateOverrides))
  const out: Json = { accessList: formatAccessList(accessList), gasUsed: quantity(gasUsed) }
  if (error !== null) out.error = error
  return out
}
