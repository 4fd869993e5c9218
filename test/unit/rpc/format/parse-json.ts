// The way back from answers to chain data, so that known-good answers can be formatted again and compared.

import type { AccessList, Authorization, BlockData, HeaderData, LocatedLog, LocatedReceipt, TxData } from '../../../../src/evm-lane/chain-data.js'
import { fromHex } from '../../../../src/primitives.js'
import type { Json } from '../../../../src/rpc/format/quantity.js'
import type { TxPlace } from '../../../../src/rpc/format/transaction.js'

const bytes = (json: unknown): Uint8Array => fromHex(json as string)
const uint = (json: unknown): bigint => BigInt(json as string)
const orNull = <T>(json: unknown, read: (json: unknown) => T): T | null => (json === null || json === undefined ? null : read(json))
const list = (json: unknown): Json[] => json as Json[]

export function parseHeader(json: Json): HeaderData {
  const optional = <T>(key: string, read: (json: unknown) => T): object => (json[key] === undefined ? {} : { [key]: read(json[key]) })
  return {
    hash: bytes(json.hash),
    parentHash: bytes(json.parentHash),
    uncleHash: bytes(json.sha3Uncles),
    coinbase: bytes(json.miner),
    stateRoot: bytes(json.stateRoot),
    transactionsRoot: bytes(json.transactionsRoot),
    receiptsRoot: bytes(json.receiptsRoot),
    logsBloom: bytes(json.logsBloom),
    difficulty: uint(json.difficulty),
    number: uint(json.number),
    gasLimit: uint(json.gasLimit),
    gasUsed: uint(json.gasUsed),
    timestamp: uint(json.timestamp),
    extraData: bytes(json.extraData),
    mixHash: bytes(json.mixHash),
    nonce: bytes(json.nonce),
    ...optional('baseFeePerGas', uint),
    ...optional('withdrawalsRoot', bytes),
    ...optional('blobGasUsed', uint),
    ...optional('excessBlobGas', uint),
    ...optional('parentBeaconBlockRoot', bytes),
    ...optional('requestsHash', bytes),
  }
}

export function parseBlock(json: Json): BlockData {
  const transactions = json.transactions as (string | Json)[]
  const isFull = typeof transactions[0] === 'object'
  return {
    header: parseHeader(json),
    pending: false,
    timestampMs: null,
    size: Number(json.size),
    uncleHashes: (json.uncles as string[]).map(bytes),
    withdrawals: orNull(json.withdrawals, (items) =>
      list(items).map((item) => ({
        index: uint(item.index),
        validatorIndex: uint(item.validatorIndex),
        address: bytes(item.address),
        amount: uint(item.amount),
      })),
    ),
    transactions: isFull
      ? { kind: 'full', txs: (transactions as Json[]).map(parseTx) }
      : { kind: 'hashes', hashes: (transactions as string[]).map(bytes) },
  }
}

function parseAccessList(json: unknown): AccessList {
  return list(json).map((item) => ({ address: bytes(item.address), storageKeys: (item.storageKeys as string[]).map(bytes) }))
}

function parseAuthorization(json: Json): Authorization {
  return {
    chainId: uint(json.chainId),
    address: bytes(json.address),
    nonce: uint(json.nonce),
    yParity: Number(json.yParity),
    r: uint(json.r),
    s: uint(json.s),
  }
}

export function parseTx(json: Json): TxData {
  const base = {
    hash: bytes(json.hash),
    from: bytes(json.from),
    nonce: uint(json.nonce),
    gas: uint(json.gas),
    to: orNull(json.to, bytes),
    value: uint(json.value),
    input: bytes(json.input),
    v: uint(json.v),
    r: uint(json.r),
    s: uint(json.s),
  }
  const type = Number(json.type)
  if (type === 0) return { type, ...base, chainId: orNull(json.chainId, uint), gasPrice: uint(json.gasPrice) }
  const listed = { ...base, chainId: uint(json.chainId), accessList: parseAccessList(json.accessList) }
  if (type === 1) return { type, ...listed, gasPrice: uint(json.gasPrice) }
  const market = { ...listed, maxFeePerGas: uint(json.maxFeePerGas), maxPriorityFeePerGas: uint(json.maxPriorityFeePerGas) }
  if (type === 3)
    return { type, ...market, maxFeePerBlobGas: uint(json.maxFeePerBlobGas), blobVersionedHashes: (json.blobVersionedHashes as string[]).map(bytes) }
  if (type === 4) return { type, ...market, authorizationList: list(json.authorizationList).map(parseAuthorization) }
  return { type: 2, ...market }
}

/** The base fee is not in the answer; the tip and the price that was paid give it back, unless the cap was the price. */
export function parsePlace(json: Json): TxPlace | null {
  if (json.blockHash === null) return null
  const tip = json.maxPriorityFeePerGas === undefined ? null : uint(json.maxPriorityFeePerGas)
  return {
    blockHash: json.blockHash as string,
    blockNumber: json.blockNumber as string,
    blockTimestamp: json.blockTimestamp as string,
    baseFeePerGas: tip === null ? null : uint(json.gasPrice) - tip,
  }
}

export function parseLog(json: Json): LocatedLog {
  return {
    log: { address: bytes(json.address), topics: (json.topics as string[]).map(bytes), data: bytes(json.data) },
    blockHash: bytes(json.blockHash),
    blockNumber: uint(json.blockNumber),
    blockTimestamp: uint(json.blockTimestamp),
    transactionHash: bytes(json.transactionHash),
    transactionIndex: Number(json.transactionIndex),
    logIndex: Number(json.logIndex),
  }
}

export function parseReceipt(json: Json): LocatedReceipt {
  const logs = list(json.logs)
  return {
    hash: bytes(json.transactionHash),
    from: bytes(json.from),
    to: orNull(json.to, bytes),
    blockHash: bytes(json.blockHash),
    blockNumber: uint(json.blockNumber),
    blockTimestamp: logs[0] === undefined ? 0n : uint(logs[0].blockTimestamp),
    index: Number(json.transactionIndex),
    firstLogIndex: logs[0] === undefined ? 0 : Number(logs[0].logIndex),
    receipt: {
      type: Number(json.type),
      outcome: json.root === undefined ? { kind: 'status', success: json.status === '0x1' } : { kind: 'root', stateRoot: bytes(json.root) },
      gasUsed: uint(json.gasUsed),
      cumulativeGasUsed: uint(json.cumulativeGasUsed),
      effectiveGasPrice: uint(json.effectiveGasPrice),
      logsBloom: bytes(json.logsBloom),
      logs: logs.map((log) => parseLog(log).log),
      contractAddress: orNull(json.contractAddress, bytes),
      ...(json.blobGasUsed === undefined ? {} : { blobGasUsed: uint(json.blobGasUsed), blobGasPrice: uint(json.blobGasPrice) }),
    },
  }
}
