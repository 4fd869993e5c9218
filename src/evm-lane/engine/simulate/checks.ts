// Owns: what must hold for a message to be applied at all, with geth's texts (its state transition's preCheck and buyGas).
// Does not own: checks of signed transactions (tx-rules.ts): calls skip nonce, EIP-3607 and the EIP-7825 cap, as in geth.
// Called by: apply-message.

import { toChecksumAddress } from '@ethereumjs/util'
import { AppError } from '../../../errors.js'
import { toHex } from '../../../primitives.js'
import type { Address } from '../../../primitives.js'
import type { BlockEnv } from '../block-env.js'
import { blobGasPrice, gasPerBlob } from '../fee-rules.js'
import { floorGas, intrinsicGas } from './intrinsic-gas.js'
import type { Message } from './message.js'

/** EIP-7594: blobs of one transaction from Osaka on. */
const blobsPerTxMax = 6
/** EIP-4844: first byte of a versioned hash of a KZG commitment. */
const kzgVersion = 1
const initCodeMax = 49_152

export function checksum(address: Address): string {
  return toChecksumAddress(toHex(address))
}

export type Charges = { intrinsic: bigint; floor: bigint; blobFee: bigint }

/** In geth's order. @throws AppError 'tx-*'. */
export function checkMessage(message: Message, env: BlockEnv, balance: bigint): Charges {
  checkFees(message, env)
  checkBlobs(message, env)
  checkAuthorizations(message)
  const blobFee = checkFunds(message, env, balance)
  const { intrinsic, floor } = checkGas(message, env)
  const size = message.input.length
  if (message.to === null && env.common.isActivatedEIP(3860) && size > initCodeMax) {
    throw new AppError('tx-initcode', `max initcode size exceeded: code size ${size} limit ${initCodeMax}`)
  }
  return { intrinsic, floor, blobFee }
}

function checkFees({ from, feeCap, tipCap }: Message, { baseFee }: BlockEnv): void {
  if (baseFee === null || (feeCap === 0n && tipCap === 0n)) return
  if (feeCap < tipCap) {
    throw new AppError(
      'tx-tip-cap',
      `max priority fee per gas higher than max fee per gas: address ${checksum(from)}, maxPriorityFeePerGas: ${tipCap}, maxFeePerGas: ${feeCap}`,
    )
  }
  if (feeCap < baseFee) {
    throw new AppError(
      'tx-fee-cap',
      `max fee per gas less than block base fee: address ${checksum(from)}, maxFeePerGas: ${feeCap}, baseFee: ${baseFee}`,
    )
  }
}

function checkBlobs({ from, to, blobHashes, blobFeeCap }: Message, env: BlockEnv): void {
  if (blobHashes === null) return
  if (to === null) throw new AppError('tx-blob', 'blob transaction of type create')
  if (blobHashes.length === 0) throw new AppError('tx-blob', 'blob transaction missing blob hashes')
  if (env.common.isActivatedEIP(7594) && blobHashes.length > blobsPerTxMax) throw new AppError('tx-blob', 'blob transaction has too many blobs')
  blobHashes.forEach((hash, i) => {
    if (hash[0] !== kzgVersion) throw new AppError('tx-blob', `blob ${i} has invalid hash version`)
  })
  const price = blobPrice(env)
  if (env.common.isActivatedEIP(4844) && blobFeeCap !== 0n && (blobFeeCap ?? 0n) < price) {
    throw new AppError(
      'tx-blob',
      `max fee per blob gas less than block blob gas fee: address ${checksum(from)} blobGasFeeCap: ${blobFeeCap}, blobBaseFee: ${price}`,
    )
  }
}

function blobPrice(env: BlockEnv): bigint {
  return env.blobBaseFee ?? blobGasPrice(env.excessBlobGas ?? 0n, env.common)
}

function checkAuthorizations({ from, to, authorizations }: Message): void {
  if (authorizations === null) return
  if (to === null) throw new AppError('tx-rejected', `EIP-7702 transaction cannot be used to create contract (sender ${checksum(from)})`)
  if (authorizations.length === 0) throw new AppError('tx-rejected', `EIP-7702 transaction with empty auth list (sender ${checksum(from)})`)
}

/** What the blobs cost. */
function checkFunds(message: Message, env: BlockEnv, balance: bigint): bigint {
  const blobGas = env.common.isActivatedEIP(4844) ? gasPerBlob * BigInt(message.blobHashes?.length ?? 0) : 0n
  const want = message.gas * message.feeCap + message.value + blobGas * (message.blobFeeCap ?? 0n)
  if (balance < want) {
    throw new AppError('tx-funds', `insufficient funds for gas * price + value: address ${checksum(message.from)} have ${balance} want ${want}`)
  }
  return message.blobFeeCap === 0n ? 0n : blobGas * blobPrice(env)
}

function checkGas(message: Message, env: BlockEnv): { intrinsic: bigint; floor: bigint } {
  const intrinsic = intrinsicGas(message, env.common)
  if (message.gas < intrinsic) throw new AppError('tx-intrinsic-gas', `intrinsic gas too low: have ${message.gas}, want ${intrinsic}`)
  const floor = floorGas(message, env.common)
  if (message.gas < floor) throw new AppError('tx-intrinsic-gas', `insufficient gas for floor data gas cost: have ${message.gas}, want ${floor}`)
  return { intrinsic, floor }
}
