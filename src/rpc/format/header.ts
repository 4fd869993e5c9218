// Owns: the JSON of block headers, as geth answers eth_getHeaderBy* and notifies newHeads.
// Does not own: what a block adds to it (block.ts).
// Called by: format/block.ts, lane-feed.ts.

import type { HeadInfo, HeaderData } from '../../evm-lane/chain-data.js'
import { toHex } from '../../primitives.js'
import { bloomHex, quantity } from './quantity.js'
import type { Json } from './quantity.js'

/** Fields of a fork the lane has not reached are absent. */
export function formatHeader(header: HeaderData): Json {
  const out: Json = {
    number: quantity(header.number),
    hash: toHex(header.hash),
    parentHash: toHex(header.parentHash),
    nonce: toHex(header.nonce),
    mixHash: toHex(header.mixHash),
    sha3Uncles: toHex(header.uncleHash),
    logsBloom: bloomHex(header.logsBloom),
    stateRoot: toHex(header.stateRoot),
    miner: toHex(header.coinbase),
    difficulty: quantity(header.difficulty),
    extraData: toHex(header.extraData),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    transactionsRoot: toHex(header.transactionsRoot),
    receiptsRoot: toHex(header.receiptsRoot),
  }
  if (header.baseFeePerGas !== undefined) out.baseFeePerGas = quantity(header.baseFeePerGas)
  if (header.withdrawalsRoot !== undefined) out.withdrawalsRoot = toHex(header.withdrawalsRoot)
  if (header.blobGasUsed !== undefined) out.blobGasUsed = quantity(header.blobGasUsed)
  if (header.excessBlobGas !== undefined) out.excessBlobGas = quantity(header.excessBlobGas)
  if (header.parentBeaconBlockRoot !== undefined) out.parentBeaconBlockRoot = toHex(header.parentBeaconBlockRoot)
  if (header.requestsHash !== undefined) out.requestsHash = toHex(header.requestsHash)
  return out
}

/** What a block that is not sealed yet does not know. */
export function withoutSeal(out: Json): Json {
  return { ...out, hash: null, nonce: null, miner: null }
}

/** A newHeads notification: here geth writes null for fields of later forks. */
export function formatHead(head: HeadInfo): Json {
  const out: Json = {
    baseFeePerGas: null,
    withdrawalsRoot: null,
    blobGasUsed: null,
    excessBlobGas: null,
    parentBeaconBlockRoot: null,
    requestsHash: null,
    ...formatHeader(head.header),
  }
  if (head.timestampMs !== null) out.timestampMs = quantity(head.timestampMs)
  return out
}
