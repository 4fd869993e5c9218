// Owns: methods that sign with the dev accounts, and eth_fillTransaction. The rows of those that sign exist in dev mode only.
// Does not own: digests and encodings (signing.ts), keys (DevAccounts), completing a transaction (the lane).
// Called by: the method table.

import { AppError } from '../../errors.js'
import type { CallMessage } from '../../evm-lane/chain-data.js'
import { toHex } from '../../primitives.js'
import type { Address, Bytes, Hash32 } from '../../primitives.js'
import type { Json } from '../format/quantity.js'
import type { DevAccounts } from '../dev-accounts.js'
import type { CallContext } from '../method.js'
import type { TypedData } from '../params/typed-data.js'
import { checkMessage } from './calls.js'
import { inTurn } from './in-turn.js'
import { waitMined } from './mined.js'
import { complete, formatUnlocated, messageDigest, signedBytes, signingDigest, splitSignature, typedDataDigest, unsignedBytes } from './signing.js'
import { sendWaitMs } from './submit.js'

function devOf(ctx: CallContext): DevAccounts {
  if (ctx.dev === null) throw new AppError('account-unknown', 'unknown account')
  return ctx.dev
}

export function sign(ctx: CallContext, address: Address, data: Bytes): string {
  return toHex(devOf(ctx).sign(address, messageDigest(data)))
}

/** The older order of parameters. */
export function personalSign(ctx: CallContext, data: Bytes, address: Address): string {
  return sign(ctx, address, data)
}

export function signTypedData(ctx: CallContext, address: Address, data: TypedData): string {
  return toHex(devOf(ctx).sign(address, typedDataDigest(data)))
}

/** geth's shape: the transaction with everything filled in, and its encoding without a signature. */
export async function fillTransaction(ctx: CallContext, message: CallMessage): Promise<Json> {
  checkMessage(ctx, message)
  const tx = complete(await ctx.lane.call('fillTransaction', { message }))
  const raw = unsignedBytes(tx)
  return { raw: toHex(raw), tx: formatUnlocated(tx, raw) }
}

function senderOf(ctx: CallContext, message: CallMessage): Address {
  const { from } = message
  if (from === undefined || devOf(ctx).key(from) === undefined) throw new AppError('account-unknown', 'unknown account')
  return from
}

function signComplete(ctx: CallContext, from: Address, message: CallMessage): { raw: Bytes; json: () => Json } {
  const tx = complete(message)
  const signature = splitSignature(devOf(ctx).sign(from, signingDigest(tx)))
  const raw = signedBytes(tx, signature)
  return { raw, json: () => formatUnlocated(tx, raw, signature) }
}

/** The fields geth does not guess before it signs. */
const neededToSign = [
  ['gas', 'gas not specified'],
  ['nonce', 'nonce not specified'],
] as const

export async function signTransaction(ctx: CallContext, message: CallMessage): Promise<Json> {
  for (const [field, text] of neededToSign) if (message[field] === undefined) throw new AppError('tx-rejected', text)
  if (message.gasPrice === undefined && (message.maxFeePerGas === undefined || message.maxPriorityFeePerGas === undefined)) {
    throw new AppError('tx-rejected', 'missing gasPrice or maxFeePerGas/maxPriorityFeePerGas')
  }
  checkMessage(ctx, message)
  const from = senderOf(ctx, message)
  const { raw, json } = signComplete(ctx, from, await ctx.lane.call('fillTransaction', { message }))
  return { raw: toHex(raw), tx: json() }
}

export async function sendTransaction(ctx: CallContext, message: CallMessage): Promise<string> {
  checkMessage(ctx, message)
  const from = senderOf(ctx, message)
  // The nonce is right only until the next transaction of the same sender is admitted, so one goes after the other up to there.
  const hash = await inTurn(ctx.lane, from, () => admit(ctx, from, message))
  const waitMs = sendWaitMs(ctx.lane, ctx.limits)
  if (waitMs > 0) await waitMined(ctx.lane, hash, waitMs)
  return toHex(hash)
}

async function admit(ctx: CallContext, from: Address, message: CallMessage): Promise<Hash32> {
  const { raw } = signComplete(ctx, from, await ctx.lane.call('fillTransaction', { message }))
  const { hash } = await ctx.lane.call('submit', { raw, sender: from, waitMs: 0 })
  return hash
}
