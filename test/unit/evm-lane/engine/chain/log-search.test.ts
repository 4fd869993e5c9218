// Owns: that logs over 100,000 blocks are found by reading little more than the blocks that hold them.
// Does not own: the JSON side of eth_getLogs. Called by: node --test.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { LogData, ReceiptData } from '../../../../../src/evm-lane/chain-data.js'
import type { LogQuery } from '../../../../../src/evm-lane/protocol.js'
import { bloomOf } from '../../../../../src/evm-lane/engine/chain/bloom.js'
import { ChainStore, type BlockEntry } from '../../../../../src/evm-lane/engine/chain/chain-store.js'
import { findLogs } from '../../../../../src/evm-lane/engine/chain/log-query.js'
import { laneCrypto } from '../../../../../src/evm-lane/engine/crypto.js'
import { ForkSchedule, ownChainRules } from '../../../../../src/evm-lane/engine/fork-schedule.js'
import { emptyListHash, emptyTrieRoot, encodeBlock, sealHeader } from '../../../../../src/evm-lane/engine/header.js'
import { initKeccak } from '../../../../../src/evm-lane/engine/keccak.js'
import { decodeTx, type LaneTx } from '../../../../../src/evm-lane/engine/tx.js'
import { MemoryStore } from '../../../../../src/store/memory-store.js'
import { bigintToFixed } from '../../../../../src/primitives.js'
import { CountingStore } from '../../../../fixtures/counting-store.js'
import { chainId, laneSpec } from '../../../../fixtures/engine-lane.js'
import { signedTx, signer } from '../../../../fixtures/signed-tx.js'

const head = 100_000
/** Every fourth block has a log of the common address, which is more than the index is willing to list. */
const commonEvery = 4
const rareBlocks = [4, 19_999, 50_000, 50_001, 77_776, 99_990, 100_000]
const common = bigintToFixed(0xcccn, 20)
const rare = bigintToFixed(0xaaan, 20)
const transfer = bigintToFixed(1n, 32)
const rareTopic = bigintToFixed(2n, 32)

const schedule = new ForkSchedule(ownChainRules(chainId, null), laneCrypto)

function log(address: Uint8Array, ...topics: Uint8Array[]): LogData {
  return { address, topics, data: new Uint8Array(0) }
}

function receipt(logs: LogData[]): ReceiptData {
  return {
    type: 2,
    outcome: { kind: 'status', success: true },
    gasUsed: 30_000n,
    cumulativeGasUsed: 30_000n,
    effectiveGasPrice: 7n,
    logsBloom: bloomOf(logs),
    logs,
    contractAddress: null,
  }
}

function entry(number: number, tx: LaneTx): BlockEntry {
  const logs = [
    ...(number % commonEvery === 0 ? [log(common, transfer)] : []),
    ...(rareBlocks.includes(number) ? [log(rare, transfer, rareTopic), log(common, transfer, rareTopic)] : []),
  ]
  const txs = logs.length === 0 ? [] : [tx]
  const header = sealHeader({
    parentHash: new Uint8Array(32),
    uncleHash: emptyListHash,
    coinbase: new Uint8Array(20),
    stateRoot: emptyTrieRoot,
    transactionsRoot: emptyTrieRoot,
    receiptsRoot: emptyTrieRoot,
    logsBloom: new Uint8Array(256),
    difficulty: 0n,
    number: BigInt(number),
    gasLimit: 30_000_000n,
    gasUsed: 0n,
    timestamp: BigInt(1_700_000_000 + number),
    extraData: new Uint8Array(0),
    mixHash: new Uint8Array(32),
    nonce: new Uint8Array(8),
    baseFeePerGas: 7n,
  })
  const block = { header, transactions: txs.map(({ raw }) => raw), uncles: [], withdrawals: null }
  return { block, txs, receipts: logs.length === 0 ? [] : [receipt(logs)], timestampMs: null, rlp: encodeBlock(block) }
}

async function longChain(): Promise<{ store: CountingStore; chain: ChainStore }> {
  await initKeccak()
  const store = new CountingStore(new MemoryStore())
  const chain = new ChainStore(store, schedule)
  const raw = signedTx(chainId, 2, signer('ada'), { nonce: 0n, gasLimit: 30_000n, to: rare, data: Uint8Array.of(1) })
  const tx = decodeTx(raw, schedule.commonAt(1n, 1_700_000_000n), null)
  for (let number = 0; number <= head; number++) await store.batch(chain.ops(entry(number, tx)))
  await chain.load(BigInt(head))
  return { store, chain }
}

test('logs over 100,000 blocks', { timeout: 120_000 }, async (t) => {
  const { store, chain } = await longChain()
  const search = async (query: Pick<LogQuery, 'addresses' | 'topics'>, from = 0): Promise<{ blocks: number[]; reads: number }> => {
    store.reads = 0
    const range = { kind: 'block' as const, hash: new Uint8Array(32) }
    const found = await findLogs({ store, chain, limits: laneSpec().limits }, { ...query, range }, BigInt(from), BigInt(head))
    return { blocks: found.map(({ blockNumber }) => Number(blockNumber)), reads: store.reads }
  }
  /** Three entries make one block, and there is one posting for it. */
  const near = rareBlocks.length * 4

  await t.test('a rare address', async () => {
    const { blocks, reads } = await search({ addresses: [rare], topics: [] })
    assert.deepEqual(blocks, rareBlocks)
    assert(reads <= near, `${reads} reads`)
  })
  await t.test('a rare topic of any address', async () => {
    const { blocks, reads } = await search({ addresses: [], topics: [null, [rareTopic]] })
    assert.deepEqual([...new Set(blocks)], rareBlocks)
    assert.equal(blocks.length, rareBlocks.length * 2)
    assert(reads <= near, `${reads} reads`)
  })
  await t.test('a rare topic of a common address', async () => {
    const { blocks, reads } = await search({ addresses: [common], topics: [[transfer], [rareTopic]] })
    assert.deepEqual(blocks, rareBlocks)
    assert(reads <= near + 600, `${reads} reads: no more than a glance at what is common`)
  })
  await t.test('an address that never logged', async () => {
    const { blocks, reads } = await search({ addresses: [bigintToFixed(0xddn, 20)], topics: [[transfer]] })
    assert.deepEqual([blocks, reads], [[], 0])
  })
  await t.test('a rare address at the wrong topic', async () => {
    assert.deepEqual((await search({ addresses: [rare], topics: [[rareTopic]] })).blocks, [])
  })
  await t.test('one address or the other', async () => {
    const { blocks } = await search({ addresses: [rare, common], topics: [null, [rareTopic]] })
    assert.equal(blocks.length, rareBlocks.length * 2)
  })
  await t.test('what would be a scan is refused, and allowed over fewer blocks', async () => {
    await assert.rejects(search({ addresses: [common], topics: [[transfer]] }), { code: 'range-too-large' })
    await assert.rejects(search({ addresses: [], topics: [] }), { code: 'range-too-large' })
    const { blocks } = await search({ addresses: [common], topics: [[transfer]] }, 99_000)
    assert.equal(blocks.length, 1_000 / commonEvery + 1 + 2)
  })
})
