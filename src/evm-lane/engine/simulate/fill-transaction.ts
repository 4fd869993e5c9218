// Owns: completing a transaction that is to be signed: nonce, gas, fees, chain id, type (geth's eth_fillTransaction).
// Does not own: the pending nonce, the suggested tip or the estimate: they are handed in.
// Called by: simulator.

import { AppError } from '../../../errors.js'
import type { CallMessage } from '../../chain-data.js'
import type { FeeState } from '../../protocol.js'
import { checkChainId, checkFeeStyle } from './message.js'

/** EIP-7594. */
const blobsPerTxMax = 6

export type FillContext = {
  chainId: bigint
  /** Next nonce of the sender, pooled transactions counted (L5). */
  nonce: bigint
  fees: FeeState
  /** null before London. */
  baseFeeHead: bigint | null
  estimate: (message: CallMessage) => Promise<bigint>
}

/** @throws AppError 'tx-rejected' when fields contradict each other, and what the estimate throws. */
export async function fillTransaction(message: CallMessage, context: FillContext): Promise<CallMessage> {
  checkKind(message)
  checkChainId(message, context.chainId)
  const priced: CallMessage = {
    ...message,
    ...feesFor(message, context),
    chainId: context.chainId,
    nonce: message.nonce ?? context.nonce,
    value: message.value ?? 0n,
    input: message.input ?? new Uint8Array(0),
  }
  const gas = message.gas ?? (await context.estimate(priced))
  return { ...priced, gas, type: typeOf(priced) }
}

function refuse(text: string): AppError {
  return new AppError('tx-rejected', text)
}

function checkKind({ to, input, blobVersionedHashes: blobs, maxFeePerBlobGas }: CallMessage): void {
  if (maxFeePerBlobGas === 0n) throw refuse('maxFeePerBlobGas, if specified, must be non-zero')
  if (blobs !== undefined && blobs.length === 0) throw refuse('need at least 1 blob for a blob transaction')
  if (blobs !== undefined && blobs.length > blobsPerTxMax) throw refuse(`too many blobs in transaction (have=${blobs.length}, max=${blobsPerTxMax})`)
  if (to !== undefined) return
  if (blobs !== undefined) throw refuse('missing "to" in blob transaction')
  if ((input?.length ?? 0) === 0) throw refuse('contract creation without any data provided')
}

type Fees = Pick<CallMessage, 'gasPrice' | 'maxFeePerGas' | 'maxPriorityFeePerGas' | 'maxFeePerBlobGas'>

function feesFor(message: CallMessage, { fees, baseFeeHead }: FillContext): Fees {
  checkFeeStyle(message)
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas, blobVersionedHashes, maxFeePerBlobGas } = message
  const blobs: Fees = blobVersionedHashes !== undefined && maxFeePerBlobGas === undefined ? { maxFeePerBlobGas: 2n * fees.blobBaseFee } : {}
  if (gasPrice !== undefined) {
    if (gasPrice === 0n && baseFeeHead !== null) throw refuse('gasPrice must be non-zero after london fork')
    return blobs
  }
  if (baseFeeHead === null) {
    if (maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined)
      throw refuse('maxFeePerGas and maxPriorityFeePerGas are not valid before London is active')
    return { ...blobs, gasPrice: fees.gasPrice }
  }
  if (maxFeePerGas === 0n && maxPriorityFeePerGas !== undefined) throw refuse('maxFeePerGas must be non-zero')
  const tip = maxPriorityFeePerGas ?? fees.maxPriorityFeePerGas
  // Room for six full blocks in a row, as wallets do.
  const cap = maxFeePerGas ?? 2n * baseFeeHead + tip
  if (cap < tip) throw refuse(`maxFeePerGas (0x${cap.toString(16)}) < maxPriorityFeePerGas (0x${tip.toString(16)})`)
  return { ...blobs, maxFeePerGas: cap, maxPriorityFeePerGas: tip }
}

function typeOf({ gasPrice, accessList, blobVersionedHashes, authorizationList }: CallMessage): number {
  if (authorizationList !== undefined) return 4
  if (blobVersionedHashes !== undefined) return 3
  if (gasPrice === undefined) return 2
  return accessList === undefined ? 0 : 1
}
