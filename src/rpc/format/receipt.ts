// Owns: the JSON of receipts and logs.
// Called by: handlers, filters.ts, block-feed.ts.

import type { LocatedLog, LocatedReceipt, LogData } from '../../evm-lane/chain-data.js'
import { toHex } from '../../primitives.js'
import { formatParts } from './hyper.js'
import { bloomHex, quantity } from './quantity.js'
import type { Json } from './quantity.js'

/** Where a log stands, as text: the logs of one receipt share it. */
type LogPlace = { blockHash: string; blockNumber: string; blockTimestamp: string; transactionHash: string; transactionIndex: string }

export function formatReceipt(located: LocatedReceipt): Json {
  const { receipt } = located
  const place = placeOfReceipt(located)
  const out: Json = {
    blockHash: place.blockHash,
    blockNumber: place.blockNumber,
    contractAddress: receipt.contractAddress === null ? null : toHex(receipt.contractAddress),
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: quantity(receipt.effectiveGasPrice),
    from: toHex(located.from),
    gasUsed: quantity(receipt.gasUsed),
    logs: logsAt(located, place),
    logsBloom: bloomHex(receipt.logsBloom),
    to: located.to === null ? null : toHex(located.to),
    transactionHash: place.transactionHash,
    transactionIndex: place.transactionIndex,
    type: quantity(receipt.type),
  }
  if (receipt.outcome.kind === 'status') out.status = receipt.outcome.success ? '0x1' : '0x0'
  else out.root = toHex(receipt.outcome.stateRoot)
  if (receipt.blobGasUsed !== undefined) out.blobGasUsed = quantity(receipt.blobGasUsed)
  if (receipt.blobGasPrice !== undefined) out.blobGasPrice = quantity(receipt.blobGasPrice)
  if (located.hyper !== undefined) out.hyper = { session: toHex(located.hyper.session), legs: formatParts(located.hyper.legs) }
  return out
}

function placeOfReceipt(located: LocatedReceipt): LogPlace {
  return {
    blockHash: toHex(located.blockHash),
    blockNumber: quantity(located.blockNumber),
    blockTimestamp: quantity(located.blockTimestamp),
    transactionHash: toHex(located.hash),
    transactionIndex: quantity(located.index),
  }
}

function logsAt(located: LocatedReceipt, place: LogPlace): Json[] {
  return located.receipt.logs.map((log, i) => formatLogAt(log, place, located.firstLogIndex + i))
}

function formatLogAt(log: LogData, place: LogPlace, logIndex: number): Json {
  return {
    address: toHex(log.address),
    topics: log.topics.map(toHex),
    data: toHex(log.data),
    ...place,
    logIndex: quantity(logIndex),
    removed: false,
  }
}

export function formatLog(located: LocatedLog): Json {
  return formatLogAt(
    located.log,
    {
      blockHash: toHex(located.blockHash),
      blockNumber: quantity(located.blockNumber),
      blockTimestamp: quantity(located.blockTimestamp),
      transactionHash: toHex(located.transactionHash),
      transactionIndex: quantity(located.transactionIndex),
    },
    located.logIndex,
  )
}
