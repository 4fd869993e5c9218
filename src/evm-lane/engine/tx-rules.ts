// Owns: the checks of a transaction that need no other transaction: against the fork's rules, the block limits and the sender's account.
// Does not own: nonce queues, replacement and eviction (txpool.ts).
// Called by: txpool (admission), handlers (size). Messages are geth's: tools match on them.

import { getCalldataFloorGas } from '@ethereumjs/tx'
import { AppError } from '../../errors.js'
import type { Bytes } from '../../primitives.js'
import type { PoolLimits } from '../lane-spec.js'
import type { LaneTx } from './tx.js'

export type AdmissionContext = {
  limits: PoolLimits
  blockGasLimit: bigint
  maxBlobsPerTx: number
}

/** Sender facts at the head. `delegated`: its code is an EIP-7702 delegation, which may still send. */
export type SenderAccount = { nonce: bigint; balance: bigint; hasCode: boolean; delegated: boolean }

/** Intrinsic gas of a transaction without data; its floor is the same. */
const plainTransferGas = 21_000n

/** As geth: six blobs with their commitments and cell proofs fit. */
const blobTxBytesMax = 1_048_576

/** Also before decoding, so that nobody makes a lane parse megabytes. @throws AppError 'tx-oversized'. */
export function checkSize(raw: Bytes, limits: PoolLimits): void {
  const max = raw[0] === 3 ? blobTxBytesMax : limits.txBytesMax
  if (raw.length > max) throw new AppError('tx-oversized', `oversized data: transaction size ${raw.length}, limit ${max}`)
}

/** @throws AppError with a tx-* code. */
export function checkStateless(tx: LaneTx, context: AdmissionContext): void {
  const { limits, blockGasLimit } = context
  checkSize(tx.raw, limits)
  if (tx.gasLimit > blockGasLimit) throw new AppError('tx-gas-limit', 'exceeds block gas limit')
  if (tx.feeCap < tx.tipCap) {
    throw new AppError(
      'tx-tip-cap',
      `max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: ${tx.tipCap}, maxFeePerGas: ${tx.feeCap}`,
    )
  }
  if (tx.tipCap < limits.minTip) {
    throw new AppError('tx-underpriced', `transaction underpriced: gas tip cap ${tx.tipCap}, minimum needed ${limits.minTip}`)
  }
  checkGas(tx)
  if (tx.type === 3) checkBlobs(tx, context.maxBlobsPerTx)
}

function checkGas(tx: LaneTx): void {
  const lib = tx.plain === null ? tx.lib() : null
  const intrinsic = lib?.getIntrinsicGas() ?? plainTransferGas
  if (tx.gasLimit < intrinsic) {
    throw new AppError('tx-intrinsic-gas', `intrinsic gas too low: gas ${tx.gasLimit}, minimum needed ${intrinsic}`)
  }
  if (lib === null) return
  const floor = getCalldataFloorGas(lib, lib.getSenderAddress())
  if (tx.gasLimit < floor) {
    throw new AppError('tx-intrinsic-gas', `insufficient gas for floor data gas cost: gas ${tx.gasLimit}, minimum needed ${floor}`)
  }
}

function checkBlobs(tx: LaneTx, max: number): void {
  const count = tx.blobs
  if (count === 0) throw new AppError('tx-blob', 'blobless blob transaction')
  if (count > max) throw new AppError('tx-blob', `blob transaction exceeds the limit of ${max} blobs: have ${count}`)
}

/** @throws AppError 'tx-nonce-low', 'tx-sender-code', 'tx-funds'. */
export function checkSender(tx: LaneTx, account: SenderAccount): void {
  if (tx.nonce < account.nonce) {
    throw new AppError('tx-nonce-low', `nonce too low: next nonce ${account.nonce}, tx nonce ${tx.nonce}`)
  }
  if (account.hasCode && !account.delegated) {
    throw new AppError('tx-sender-code', `sender not an eoa: address 0x${tx.senderKey}`)
  }
  if (account.balance < tx.cost) {
    throw new AppError(
      'tx-funds',
      `insufficient funds for gas * price + value: balance ${account.balance}, tx cost ${tx.cost}, overshot ${tx.cost - account.balance}`,
    )
  }
}

/** Both fee fields must rise by the bump, as in geth. */
export function replaces(old: LaneTx, next: LaneTx, bumpPercent: number): boolean {
  const factor = BigInt(100 + bumpPercent)
  return next.feeCap * 100n >= old.feeCap * factor && next.tipCap * 100n >= old.tipCap * factor
}
