// Owns: a block header's RLP and hash, exactly as Ethereum computes them (L1), and blocks as RLP.
// Does not own: what goes into the fields (builder.ts) or whether they are right (importer.ts).
// Called by: builder, importer, chain-store, genesis.

import { RLP } from '@ethereumjs/rlp'
import { bigintToBytes, bytesToBigint, fromHex } from '../../primitives.js'
import type { Bytes, Hash32 } from '../../primitives.js'
import { keccak256 } from './keccak.js'
import { encodeRlp, encodedList } from '../../codec/rlp.js'
import type { HeaderData, Withdrawal } from '../chain-data.js'

export const emptyTrieRoot: Hash32 = fromHex('56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421')
export const emptyListHash: Hash32 = fromHex('1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347')
export const zeroHash: Hash32 = new Uint8Array(32)

/** Header fields in RLP order; the optional ones end at the first that the block's fork does not know. */
function headerFields(h: Omit<HeaderData, 'hash'>): Bytes[] {
  const fields: Bytes[] = [
    h.parentHash,
    h.uncleHash,
    h.coinbase,
    h.stateRoot,
    h.transactionsRoot,
    h.receiptsRoot,
    h.logsBloom,
    bigintToBytes(h.difficulty),
    bigintToBytes(h.number),
    bigintToBytes(h.gasLimit),
    bigintToBytes(h.gasUsed),
    bigintToBytes(h.timestamp),
    h.extraData,
    h.mixHash,
    h.nonce,
  ]
  if (h.baseFeePerGas === undefined) return fields
  fields.push(bigintToBytes(h.baseFeePerGas))
  if (h.withdrawalsRoot === undefined) return fields
  fields.push(h.withdrawalsRoot)
  if (h.blobGasUsed === undefined || h.excessBlobGas === undefined || h.parentBeaconBlockRoot === undefined) return fields
  fields.push(bigintToBytes(h.blobGasUsed), bigintToBytes(h.excessBlobGas), h.parentBeaconBlockRoot)
  if (h.requestsHash === undefined) return fields
  fields.push(h.requestsHash)
  return fields
}

export function encodeHeader(header: Omit<HeaderData, 'hash'>): Uint8Array {
  return encodeRlp(headerFields(header))
}

/** `encoded`: the header's RLP, where the caller has it. */
export function sealHeader(header: Omit<HeaderData, 'hash'>, encoded: Bytes = encodeHeader(header)): HeaderData {
  return { ...header, hash: keccak256(encoded) }
}

/** Inverse of encodeHeader, over the decoded list. */
function headerFromFields(f: Bytes[], encoded: Bytes): HeaderData {
  const at = (i: number): Bytes => f[i] as Bytes
  const header: HeaderData = {
    hash: keccak256(encoded),
    parentHash: at(0),
    uncleHash: at(1),
    coinbase: at(2),
    stateRoot: at(3),
    transactionsRoot: at(4),
    receiptsRoot: at(5),
    logsBloom: at(6),
    difficulty: bytesToBigint(at(7)),
    number: bytesToBigint(at(8)),
    gasLimit: bytesToBigint(at(9)),
    gasUsed: bytesToBigint(at(10)),
    timestamp: bytesToBigint(at(11)),
    extraData: at(12),
    mixHash: at(13),
    nonce: at(14),
  }
  if (f.length > 15) header.baseFeePerGas = bytesToBigint(at(15))
  if (f.length > 16) header.withdrawalsRoot = at(16)
  if (f.length > 19) {
    header.blobGasUsed = bytesToBigint(at(17))
    header.excessBlobGas = bytesToBigint(at(18))
    header.parentBeaconBlockRoot = at(19)
  }
  if (f.length > 20) header.requestsHash = at(20)
  return header
}

export type Block = {
  header: HeaderData
  /** EIP-2718 bytes of each transaction. */
  transactions: Bytes[]
  uncles: HeaderData[]
  withdrawals: Withdrawal[] | null
}

export function encodeWithdrawal(w: Withdrawal): Bytes[] {
  return [bigintToBytes(w.index), bigintToBytes(w.validatorIndex), w.address, bigintToBytes(w.amount)]
}

type Nested = Bytes | Nested[]

/** RLP of a block as geth exports it: a typed transaction is a string, a legacy one a list. `header`: its RLP, where the caller has it. */
export function encodeBlock(block: Block, header: Bytes = encodeHeader(block.header)): Uint8Array {
  const txs = encodedList(block.transactions.map((raw) => ((raw[0] as number) >= 0xc0 ? raw : encodeRlp(raw))))
  const items = [header, txs, encodeRlp(block.uncles.map(headerFields))]
  if (block.withdrawals !== null) items.push(encodeRlp(block.withdrawals.map(encodeWithdrawal)))
  return encodedList(items)
}

/** @throws Error of the RLP library when the bytes are no block. */
export function decodeBlock(rlp: Bytes): Block {
  const items = RLP.decode(rlp) as Nested[]
  // An empty string has the length of an empty list, and would be written back as it came.
  if (!Array.isArray(items) || !items.every(Array.isArray)) throw new RangeError('an item of a block that must be a list is a string')
  const [header, txs, uncles, withdrawals] = items as [Bytes[], Nested[], Bytes[][], Bytes[][] | undefined]
  return {
    header: headerFromFields(header, RLP.encode(header)),
    transactions: txs.map((tx) => (Array.isArray(tx) ? RLP.encode(tx) : tx)),
    uncles: uncles.map((u) => headerFromFields(u, RLP.encode(u))),
    withdrawals:
      withdrawals?.map((w) => ({
        index: bytesToBigint(w[0] as Bytes),
        validatorIndex: bytesToBigint(w[1] as Bytes),
        address: w[2] as Bytes,
        amount: bytesToBigint(w[3] as Bytes),
      })) ?? null,
  }
}
