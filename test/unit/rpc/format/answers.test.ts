// Headers, blocks, receipts, proofs, pool listings and fork configurations.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { BlockData, LocatedReceipt, TxData } from '../../../../src/evm-lane/chain-data.js'
import { fromHex, toHex } from '../../../../src/primitives.js'
import { formatBlock, formatBlockHeader, formatUncle } from '../../../../src/rpc/format/block.js'
import { formatFeeHistory } from '../../../../src/rpc/format/fee-history.js'
import { formatForkConfig } from '../../../../src/rpc/format/fork-config.js'
import { formatHead, formatHeader } from '../../../../src/rpc/format/header.js'
import { bySender, describePoolTx } from '../../../../src/rpc/format/pool.js'
import { formatProof } from '../../../../src/rpc/format/proof.js'
import { bloomHex, quantity } from '../../../../src/rpc/format/quantity.js'
import { formatReceipt } from '../../../../src/rpc/format/receipt.js'
import { revertMessage } from '../../../../src/rpc/format/revert.js'
import type { HeaderData } from '../../../../src/evm-lane/chain-data.js'
import { address, hash, headAt, headerAt } from '../fake-lane.js'

const tx: TxData = {
  type: 2,
  hash: hash(1),
  from: address(2),
  nonce: 3n,
  gas: 21_000n,
  to: null,
  value: 5n,
  input: new Uint8Array(0),
  v: 0n,
  r: 1n,
  s: 1n,
  chainId: 1n,
  accessList: [],
  maxFeePerGas: 100n,
  maxPriorityFeePerGas: 2n,
}

function blockOf(changes: Partial<BlockData> = {}): BlockData {
  return {
    header: headerAt(5),
    pending: false,
    timestampMs: null,
    size: 600,
    uncleHashes: [],
    withdrawals: [],
    transactions: { kind: 'full', txs: [tx] },
    ...changes,
  }
}

/** A header from before London: none of the later forks' fields. */
function oldHeader(): HeaderData {
  const header = headerAt(5)
  for (const key of ['baseFeePerGas', 'withdrawalsRoot', 'blobGasUsed', 'excessBlobGas', 'parentBeaconBlockRoot', 'requestsHash'] as const)
    delete header[key]
  return header
}

test('quantities have no leading zeros', () =>
  assert.deepEqual([0, 1n, 255, 2n ** 200n].map(quantity), ['0x0', '0x1', '0xff', `0x1${'0'.repeat(50)}`]))

test('an empty bloom and a full one', () => {
  assert.equal(bloomHex(new Uint8Array(256)), `0x${'0'.repeat(512)}`)
  assert.equal(bloomHex(new Uint8Array(256).fill(255)), `0x${'f'.repeat(512)}`)
})

test('fields of later forks are absent in a header, null in a newHeads notification', () => {
  assert.equal('baseFeePerGas' in formatHeader(oldHeader()), false)
  assert.equal(Object.keys(formatHeader(headerAt(5))).length, Object.keys(formatHeader(oldHeader())).length + 6)
  assert.equal(formatHead(headAt(5, { header: oldHeader() })).withdrawalsRoot, null)
  assert.equal(formatHead(headAt(5)).baseFeePerGas, '0x7')
})

test('timestampMs is there only where it is known', () => {
  assert.equal('timestampMs' in formatBlock(blockOf()), false)
  assert.equal(formatBlock(blockOf({ timestampMs: 4_096 })).timestampMs, '0x1000')
  assert.equal(formatBlockHeader(blockOf({ timestampMs: 4_096 })).timestampMs, '0x1000')
  assert.equal(formatHead(headAt(5, { timestampMs: 16 })).timestampMs, '0x10')
  assert.equal('timestampMs' in formatHead(headAt(5)), false)
})

test('a pending block has no hash, nonce or miner, and its transactions no place', () => {
  const json = formatBlock(blockOf({ pending: true }))
  assert.deepEqual([json.hash, json.nonce, json.miner], [null, null, null])
  const [first] = json.transactions as Record<string, unknown>[]
  assert.deepEqual([first!.blockHash, first!.blockNumber, first!.transactionIndex, first!.gasPrice], [null, null, null, '0x64'])
})

test('a block before withdrawals has no such field', () => {
  assert.equal('withdrawals' in formatBlock(blockOf({ withdrawals: null })), false)
  const withdrawals = [{ index: 0n, validatorIndex: 5n, address: address(1), amount: 100n }]
  assert.deepEqual(formatBlock(blockOf({ withdrawals })).withdrawals, [
    { index: '0x0', validatorIndex: '0x5', address: toHex(address(1)), amount: '0x64' },
  ])
})

test('a header has neither size nor body, an ommer no transactions', () => {
  const header = formatBlockHeader(blockOf())
  for (const key of ['size', 'transactions', 'uncles', 'withdrawals']) assert.equal(key in header, false)
  const uncle = formatUncle({ header: headerAt(5), size: 520 })
  assert.deepEqual([uncle.size, uncle.uncles, 'transactions' in uncle], ['0x208', [], false])
})

const located: LocatedReceipt = {
  hash: hash(1),
  from: address(2),
  to: null,
  blockHash: hash(3),
  blockNumber: 4n,
  blockTimestamp: 5n,
  index: 6,
  firstLogIndex: 7,
  receipt: {
    type: 2,
    outcome: { kind: 'status', success: false },
    gasUsed: 8n,
    cumulativeGasUsed: 9n,
    effectiveGasPrice: 10n,
    logsBloom: new Uint8Array(256),
    logs: [
      { address: address(1), topics: [], data: new Uint8Array(0) },
      { address: address(1), topics: [hash(2)], data: new Uint8Array([1]) },
    ],
    contractAddress: address(11),
  },
}

test('a receipt numbers its logs from the first one of its block', () => {
  const json = formatReceipt(located)
  const logs = json.logs as Record<string, unknown>[]
  assert.deepEqual(
    logs.map(({ logIndex }) => logIndex),
    ['0x7', '0x8'],
  )
  assert.deepEqual([logs[1]!.blockTimestamp, logs[1]!.removed, logs[1]!.transactionIndex], ['0x5', false, '0x6'])
  assert.deepEqual(
    [json.status, 'root' in json, 'blobGasUsed' in json, json.to, json.contractAddress],
    ['0x0', false, false, null, toHex(address(11))],
  )
})

test('a receipt before Byzantium has a root instead of a status', () => {
  const json = formatReceipt({ ...located, receipt: { ...located.receipt, outcome: { kind: 'root', stateRoot: hash(12) } } })
  assert.deepEqual([json.root, 'status' in json], [toHex(hash(12)), false])
})

test('a proof echoes short keys as quantities', () => {
  const proof = formatProof(
    address(1),
    [
      { slot: hash(0), width: 1 },
      { slot: hash(16), width: 32 },
    ],
    {
      balance: 1n,
      nonce: 0n,
      codeHash: hash(2),
      storageHash: hash(3),
      accountProof: [new Uint8Array([0xc0])],
      storageProof: [
        { slot: hash(0), value: 56n, proof: [] },
        { slot: hash(16), value: 0n, proof: [] },
      ],
    },
  )
  assert.deepEqual(proof.storageProof, [
    { key: '0x0', value: '0x38', proof: [] },
    { key: toHex(hash(16)), value: '0x0', proof: [] },
  ])
  assert.deepEqual(proof.accountProof, ['0xc0'])
})

test('the pool is keyed by EIP-55 address and decimal nonce', () => {
  const sender = fromHex('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')
  const list = [
    { sender, nonce: 10n, tx },
    { sender, nonce: 11n, tx },
  ]
  assert.deepEqual(Object.entries(bySender(list, ({ nonce }) => nonce)), [['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', { 10: 10n, 11: 11n }]])
  assert.equal(describePoolTx({ sender, nonce: 1n, tx }), 'contract creation: 5 wei + 21000 gas × 100 wei')
  assert.equal(
    describePoolTx({ sender, nonce: 1n, tx: { ...tx, to: sender } }),
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed: 5 wei + 21000 gas × 100 wei',
  )
})

test('fee history leaves out rewards nobody asked for', () => {
  const history = { oldestBlock: 27n, baseFeePerGas: [1n, 2n], gasUsedRatio: [0.5], baseFeePerBlobGas: [0n, 0n], blobGasUsedRatio: [0], reward: null }
  assert.deepEqual(formatFeeHistory(history), {
    oldestBlock: '0x1b',
    baseFeePerGas: ['0x1', '0x2'],
    gasUsedRatio: [0.5],
    baseFeePerBlobGas: ['0x0', '0x0'],
    blobGasUsedRatio: [0],
  })
  assert.deepEqual(formatFeeHistory({ ...history, reward: [[1n]] }).reward, [['0x1']])
})

test('a fork configuration names precompiles and contracts', () => {
  assert.equal(formatForkConfig(null), null)
  const fork = {
    activationTime: 540n,
    blobSchedule: { target: 14n, max: 21n, baseFeeUpdateFraction: 11_684_671n },
    chainId: 255n,
    forkId: new Uint8Array([0, 1, 2, 3]),
    precompiles: [{ name: 'ID', address: address(4) }],
    systemContracts: [],
  }
  assert.deepEqual(formatForkConfig(fork), {
    activationTime: 540,
    blobSchedule: { target: 14, max: 21, baseFeeUpdateFraction: 11_684_671 },
    chainId: '0xff',
    forkId: '0x00010203',
    precompiles: { ID: toHex(address(4)) },
    systemContracts: {},
  })
  assert.equal(formatForkConfig({ ...fork, blobSchedule: null })!.blobSchedule, null)
})

const word = (value: number): string => value.toString(16).padStart(64, '0')
for (const [desc, data, want] of [
  ['no data', '0x', 'execution reverted'],
  ['a reason', `0x08c379a0${word(32)}${word(10)}${Buffer.from('user error').toString('hex').padEnd(64, '0')}`, 'execution reverted: user error'],
  ['an assertion', `0x4e487b71${word(1)}`, 'execution reverted: assert(false)'],
  ['an overflow', `0x4e487b71${word(0x11)}`, 'execution reverted: arithmetic underflow or overflow'],
  ['a panic of no known code', `0x4e487b71${word(0x99)}`, 'execution reverted: unknown panic code: 0x99'],
  ['a custom error', `0xdeadbeef${word(1)}`, 'execution reverted'],
  ['a known selector without its data', '0x08c379a0', 'execution reverted'],
] as const) {
  test(`revert with ${desc}`, () => assert.equal(revertMessage(fromHex(data)), want))
}
