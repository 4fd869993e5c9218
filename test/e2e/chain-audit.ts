// Owns: checking a lane's blocks from outside: hashes, transaction, receipt and state roots derived again from what JSON-RPC answers.
// Called by: crash.test.ts.

import assert from 'node:assert/strict'
import { createBlockFromRPC } from '@ethereumjs/block'
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { verifyMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { bloomOf } from '../../src/evm-lane/engine/chain/bloom.js'
import { encodeConsensusReceipt } from '../../src/evm-lane/engine/chain/receipt-codec.js'
import { emptyTrieRoot } from '../../src/evm-lane/engine/header.js'
import { keccak256 } from '../../src/evm-lane/engine/keccak.js'
import { indexTrieRoot } from '../../src/evm-lane/engine/state/index-trie.js'
import type { ReceiptData } from '../../src/evm-lane/chain-data.js'
import { bigintToBytes, fromHex, toHex } from '../../src/primitives.js'
import { rpc } from './rpc.js'

type JsonLog = { address: string; topics: string[]; data: string }
type JsonReceipt = { type: string; status: string; cumulativeGasUsed: string; gasUsed: string; effectiveGasPrice: string; logs: JsonLog[] }

/** Blocks `from` to `to` follow one another and are what their headers say. */
export async function auditBlocks(url: string, chainId: number, from: bigint, to: bigint): Promise<void> {
  let parentHash: string | undefined
  for (let number = from; number <= to; number++) {
    const tag = `0x${number.toString(16)}`
    const [json, receipts] = await Promise.all([rpc(url, 'eth_getBlockByNumber', [tag, true]), rpc(url, 'eth_getBlockReceipts', [tag])])
    if (parentHash !== undefined) assert.equal(json.parentHash, parentHash, `parent of block ${number}`)
    parentHash = json.hash
    const block = createBlockFromRPC(json, [], { common: createCustomCommon({ chainId }, Mainnet, { hardfork: Hardfork.Bpo2 }) })
    assert.equal(toHex(block.hash()), json.hash, `hash of block ${number}`)
    assert(await block.transactionsTrieIsValid(), `transactions root of block ${number}`)
    assert.equal(toHex(receiptsRootOf(receipts)), json.receiptsRoot, `receipts root of block ${number}`)
  }
}

function receiptsRootOf(receipts: JsonReceipt[]): Uint8Array {
  return receipts.length === 0 ? emptyTrieRoot : indexTrieRoot(receipts.map((receipt) => encodeConsensusReceipt(receiptData(receipt))))
}

function receiptData(json: JsonReceipt): ReceiptData {
  const logs = json.logs.map(({ address, topics, data }) => ({ address: fromHex(address), topics: topics.map(fromHex), data: fromHex(data) }))
  return {
    type: Number(json.type),
    outcome: { kind: 'status', success: json.status === '0x1' },
    gasUsed: BigInt(json.gasUsed),
    cumulativeGasUsed: BigInt(json.cumulativeGasUsed),
    effectiveGasPrice: BigInt(json.effectiveGasPrice),
    logsBloom: bloomOf(logs),
    logs,
    contractAddress: null,
  }
}

/** The account and one of its slots at a block, proven against that block's state root. */
export async function auditAccount(url: string, at: bigint, address: Uint8Array, slot: Uint8Array): Promise<{ nonce: bigint; value: bigint }> {
  const tag = `0x${at.toString(16)}`
  const { stateRoot } = await rpc(url, 'eth_getBlockByNumber', [tag, false])
  const proof = await rpc(url, 'eth_getProof', [toHex(address), [toHex(slot)], tag])
  const account = await verifyMerkleProof(keccak256(address), proof.accountProof.map(fromHex), { root: fromHex(stateRoot) })
  const fields = [bigintToBytes(BigInt(proof.nonce)), bigintToBytes(BigInt(proof.balance)), fromHex(proof.storageHash), fromHex(proof.codeHash)]
  assert.deepEqual(account, RLP.encode(fields), `account ${toHex(address)} at block ${at}`)
  const [storage] = proof.storageProof
  const value = BigInt(storage.value)
  if (storage.proof.length > 0) {
    const proven = await verifyMerkleProof(keccak256(slot), storage.proof.map(fromHex), { root: fromHex(proof.storageHash) })
    assert.deepEqual(proven, value === 0n ? null : RLP.encode(bigintToBytes(value)), `slot of ${toHex(address)} at block ${at}`)
  }
  return { nonce: BigInt(proof.nonce), value }
}
