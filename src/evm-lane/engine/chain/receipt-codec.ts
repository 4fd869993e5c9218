// Owns: receipts as bytes: the consensus form that the receipts root is over, and the stored form with what cannot be derived.
// Called by: chain-store, builder, importer.

import { RLP } from '@ethereumjs/rlp'
import type { LogData, ReceiptData } from '../../chain-data.js'
import { bigintToBytes, bytesToBigint, concatBytes } from '../../../primitives.js'
import type { Bytes } from '../../../primitives.js'
import { encodeRlp } from '../../../codec/rlp.js'
import { bloomOf } from './bloom.js'

type Nested = Bytes | Nested[]

const yes = Uint8Array.of(1)
const none = new Uint8Array(0)

function outcomeBytes(receipt: ReceiptData): Bytes {
  if (receipt.outcome.kind === 'root') return receipt.outcome.stateRoot
  return receipt.outcome.success ? yes : none
}

function logFields(logs: LogData[]): Nested[] {
  return logs.map((log) => [log.address, log.topics, log.data])
}

/** EIP-2718: the type byte in front of every receipt but a legacy one. */
export function encodeConsensusReceipt(receipt: ReceiptData): Uint8Array {
  const body = encodeRlp([outcomeBytes(receipt), bigintToBytes(receipt.cumulativeGasUsed), receipt.logsBloom, logFields(receipt.logs)])
  return receipt.type === 0 ? body : concatBytes(Uint8Array.of(receipt.type), body)
}

/** The bloom is derived again on reading; 256 bytes a receipt would be most of the table. */
export function encodeReceipts(receipts: ReceiptData[]): Uint8Array {
  return encodeRlp(
    receipts.map((r): Nested => [
      bigintToBytes(BigInt(r.type)),
      outcomeBytes(r),
      bigintToBytes(r.gasUsed),
      bigintToBytes(r.effectiveGasPrice),
      r.contractAddress ?? none,
      r.blobGasUsed === undefined ? none : bigintToBytes(r.blobGasUsed),
      r.blobGasPrice === undefined ? none : bigintToBytes(r.blobGasPrice),
      logFields(r.logs),
    ]),
  )
}

export function decodeReceipts(bytes: Bytes): ReceiptData[] {
  let cumulative = 0n
  return (RLP.decode(bytes) as Nested[][]).map((fields) => {
    const [type, outcome, gasUsed, price, contract, blobGasUsed, blobGasPrice] = fields as Bytes[]
    const logs = (fields[7] as Nested[][]).map((log): LogData => ({ address: log[0] as Bytes, topics: log[1] as Bytes[], data: log[2] as Bytes }))
    cumulative += bytesToBigint(gasUsed as Bytes)
    const out = outcome as Bytes
    const receipt: ReceiptData = {
      type: Number(bytesToBigint(type as Bytes)),
      outcome: out.length === 32 ? { kind: 'root', stateRoot: out } : { kind: 'status', success: out.length === 1 },
      gasUsed: bytesToBigint(gasUsed as Bytes),
      cumulativeGasUsed: cumulative,
      effectiveGasPrice: bytesToBigint(price as Bytes),
      logsBloom: bloomOf(logs),
      logs,
      contractAddress: contract?.length === 20 ? contract : null,
    }
    if ((blobGasUsed as Bytes).length > 0) {
      receipt.blobGasUsed = bytesToBigint(blobGasUsed as Bytes)
      receipt.blobGasPrice = bytesToBigint(blobGasPrice as Bytes)
    }
    return receipt
  })
}
