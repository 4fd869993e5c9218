// Owns: execution of any transaction through @ethereumjs/vm, and its result as a receipt.
// Called by: executor.ts.

import type { PostByzantiumTxReceipt, PreByzantiumTxReceipt } from '@ethereumjs/vm'
import { runTx } from '@ethereumjs/vm'
import { RLP } from '@ethereumjs/rlp'
import { AssertionFailure } from '../../assert.js'
import { AppError, errorText } from '../../errors.js'
import { bigintToBytes } from '../../primitives.js'
import type { Address } from '../../primitives.js'
import { keccak256 } from './keccak.js'
import type { LogData, ReceiptData } from '../chain-data.js'
import { libBlock } from './block-env.js'
import type { BlockEnv } from './block-env.js'
import { gasPerBlob } from './fee-rules.js'
import { EvmAborted } from './session/evm-aborted.js'
import type { EvmSlot } from './evm-slot.js'
import type { LaneTx } from './tx.js'

/** @throws AppError 'tx-rejected'. */
export async function executeInVm(slot: EvmSlot, tx: LaneTx, env: BlockEnv, gasBefore: bigint): Promise<ReceiptData> {
  if (gasBefore + tx.gasLimit > env.gasLimit) throw new AppError('tx-rejected', 'gas limit of the block reached', { blockFull: true })
  const block = libBlock(env)
  const result = await runTx(slot.vm, { tx: tx.lib(), block, skipHardForkValidation: true, blockGasUsed: gasBefore }).catch((error: unknown) => {
    // What the library refuses is the transaction's fault; what we assert or refuse ourselves is not.
    if (error instanceof AppError || error instanceof AssertionFailure || error instanceof EvmAborted) throw error
    throw new AppError('tx-rejected', errorText(error))
  })
  const lib = result.receipt as PreByzantiumTxReceipt | PostByzantiumTxReceipt
  const receipt: ReceiptData = {
    type: tx.type,
    outcome: 'status' in lib ? { kind: 'status', success: lib.status === 1 } : { kind: 'root', stateRoot: lib.stateRoot },
    gasUsed: result.totalGasSpent,
    cumulativeGasUsed: gasBefore + result.totalGasSpent,
    effectiveGasPrice: effectiveGasPrice(tx, env.baseFee),
    logsBloom: lib.bitvector,
    logs: lib.logs.map(([address, topics, data]): LogData => ({ address, topics, data })),
    contractAddress: tx.to === null ? createdAddress(tx.sender, tx.nonce) : null,
  }
  if (tx.blobs > 0) {
    receipt.blobGasUsed = gasPerBlob * BigInt(tx.blobs)
    receipt.blobGasPrice = block.header.getBlobGasPrice()
  }
  return receipt
}

/** As geth, also for a creation that failed. */
function createdAddress(sender: Address, nonce: bigint): Address {
  return keccak256(RLP.encode([sender, bigintToBytes(nonce)])).subarray(12)
}

/** Wei per gas that the sender pays in a block of this base fee (EIP-1559). */
export function effectiveGasPrice(tx: { feeCap: bigint; tipCap: bigint }, baseFee: bigint | null): bigint {
  if (baseFee === null) return tx.feeCap
  const room = tx.feeCap - baseFee
  return baseFee + (room < tx.tipCap ? room : tx.tipCap)
}
