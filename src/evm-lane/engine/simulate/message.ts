// Owns: a call message with every default filled in, as geth's CallDefaults and ToMessage fill it.
// Does not own: whether it can be applied (checks.ts) or applying it (apply-message.ts).
// Called by: run-message, estimate-gas, fill-transaction.

import { AppError } from '../../../errors.js'
import { bigintMin } from '../../../primitives.js'
import type { Address, Bytes, Hash32 } from '../../../primitives.js'
import type { AccessList, Authorization, CallMessage } from '../../chain-data.js'
import type { BlockEnv } from '../block-env.js'

export type Message = {
  from: Address
  /** null creates a contract. */
  to: Address | null
  gas: bigint
  value: bigint
  input: Bytes
  /** Wei per gas really paid: 0 when the caller named no fee. */
  gasPrice: bigint
  feeCap: bigint
  tipCap: bigint
  /** null without blobs. */
  blobFeeCap: bigint | null
  accessList: AccessList
  blobHashes: Hash32[] | null
  authorizations: Authorization[] | null
}

const zeroAddress: Address = new Uint8Array(20)
const empty: Bytes = new Uint8Array(0)

export function toMessage(call: CallMessage, gas: bigint, env: BlockEnv): Message {
  return {
    from: call.from ?? zeroAddress,
    to: call.to ?? null,
    gas,
    value: call.value ?? 0n,
    input: call.input ?? empty,
    ...fees(call, env.baseFee),
    blobFeeCap: call.maxFeePerBlobGas ?? (call.blobVersionedHashes === undefined ? null : 0n),
    accessList: call.accessList ?? [],
    blobHashes: call.blobVersionedHashes ?? null,
    authorizations: call.authorizationList ?? null,
  }
}

/** @throws AppError 'tx-rejected'. */
export function checkFeeStyle(call: CallMessage): void {
  if (call.gasPrice !== undefined && (call.maxFeePerGas !== undefined || call.maxPriorityFeePerGas !== undefined)) {
    throw new AppError('tx-rejected', 'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified')
  }
}

/** @throws AppError 'tx-rejected'. */
export function checkChainId(call: CallMessage, chainId: bigint): void {
  if (call.chainId !== undefined && call.chainId !== chainId) {
    throw new AppError('tx-rejected', `chainId does not match node's (have=${call.chainId}, want=${chainId})`)
  }
}

function fees(call: CallMessage, baseFee: bigint | null): Pick<Message, 'gasPrice' | 'feeCap' | 'tipCap'> {
  if (call.gasPrice !== undefined || baseFee === null) {
    const price = call.gasPrice ?? 0n
    return { gasPrice: price, feeCap: price, tipCap: price }
  }
  const feeCap = call.maxFeePerGas ?? 0n
  const tipCap = call.maxPriorityFeePerGas ?? 0n
  const gasPrice = feeCap === 0n && tipCap === 0n ? 0n : bigintMin(tipCap + baseFee, feeCap)
  return { gasPrice, feeCap, tipCap }
}

/** What the EVM sees: BASEFEE and BLOBBASEFEE are 0 where the message offers nothing, so that a contract never sees a price below the base fee. */
export function envSeenBy(message: Message, env: BlockEnv): BlockEnv {
  const freeGas = message.gasPrice === 0n && env.baseFee !== null && env.baseFee !== 0n
  const freeBlobs = message.blobFeeCap === 0n
  if (!freeGas && !freeBlobs) return env
  return { ...env, ...(freeGas ? { baseFee: 0n } : {}), ...(freeBlobs ? { blobBaseFee: 0n } : {}) }
}
