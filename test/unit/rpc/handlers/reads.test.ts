// What each reading method asks the lane and makes of the reply.

import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '../../../../src/errors.js'
import type { Op } from '../../../../src/evm-lane/protocol.js'
import { toHex } from '../../../../src/primitives.js'
import { address, contextOf, FakeLane, hash, headAt, headerAt } from '../fake-lane.js'
import type { FakeAnswers } from '../fake-lane.js'
import { errorOf, resultOf } from '../invoke.js'

const who = toHex(address(1))
const h1 = toHex(hash(1))
const latest = { kind: 'tag', tag: 'latest' }

/** [method, params, operation, request, reply, result] */
const table: [string, unknown[], Op, unknown, unknown, unknown][] = [
  ['eth_getBalance', [who], 'balance', { address: address(1), at: latest }, 118n, '0x76'],
  ['eth_getBalance', [who, '0x5'], 'balance', { address: address(1), at: { kind: 'number', number: 5n } }, 0n, '0x0'],
  ['eth_getBalance', [who, h1], 'balance', { address: address(1), at: { kind: 'hash', hash: hash(1) } }, 1n, '0x1'],
  ['eth_getTransactionCount', [who, 'pending'], 'nonce', { address: address(1), at: { kind: 'tag', tag: 'pending' } }, 3n, '0x3'],
  ['eth_getCode', [who], 'code', { address: address(1), at: latest }, new Uint8Array(0), '0x'],
  ['eth_getStorageAt', [who, '0x1', 'latest'], 'storage', { address: address(1), slot: hash(1), at: latest }, hash(56), toHex(hash(56))],
  [
    'eth_getStorageValues',
    [{ [who]: [h1] }],
    'storageValues',
    { requests: [{ address: address(1), slots: [hash(1)] }], at: latest },
    [[hash(2)]],
    { [who]: [toHex(hash(2))] },
  ],
  ['eth_getBlockTransactionCountByNumber', ['0x0'], 'blockTxCount', { at: { kind: 'number', number: 0n } }, { txs: 4, uncles: 1 }, '0x4'],
  ['eth_getUncleCountByBlockNumber', ['0x0'], 'blockTxCount', { at: { kind: 'number', number: 0n } }, { txs: 4, uncles: 1 }, '0x1'],
  ['eth_getUncleCountByBlockHash', [h1], 'blockTxCount', { at: { kind: 'hash', hash: hash(1) } }, null, null],
  ['eth_getBlockByNumber', ['0x3e8', true], 'block', { at: { kind: 'number', number: 1_000n }, full: true }, null, null],
  ['eth_getHeaderByHash', [h1], 'block', { at: { kind: 'hash', hash: hash(1) }, full: false }, null, null],
  ['eth_getUncleByBlockNumberAndIndex', ['0x1', '0x0'], 'uncle', { at: { kind: 'number', number: 1n }, index: 0 }, null, null],
  ['eth_getBlockReceipts', ['earliest'], 'blockReceipts', { at: { kind: 'tag', tag: 'earliest' } }, [], []],
  ['eth_getTransactionByHash', [h1], 'transaction', { hash: hash(1) }, null, null],
  ['eth_getTransactionByBlockNumberAndIndex', ['0x1', '0x2'], 'transactionAt', { at: { kind: 'number', number: 1n }, index: 2 }, null, null],
  ['eth_getTransactionReceipt', [h1], 'receipt', { hash: hash(1) }, null, null],
  ['eth_getRawTransactionByHash', [h1], 'rawTransaction', { hash: hash(1) }, null, '0x'],
  [
    'eth_getRawTransactionByBlockNumberAndIndex',
    ['0x1', '0x0'],
    'rawTransaction',
    { at: { kind: 'number', number: 1n }, index: 0 },
    new Uint8Array([2, 0xff]),
    '0x02ff',
  ],
  [
    'eth_call',
    [{ to: who, gas: '0x5' }],
    'call',
    { message: { to: address(1), gas: 5n }, at: latest, stateOverrides: [], blockOverrides: null },
    { returnData: hash(1), gasUsed: 1n },
    h1,
  ],
  [
    'eth_call',
    [{}, 'safe', { [who]: { balance: '0x1' } }, { time: '0x2' }],
    'call',
    { message: {}, at: { kind: 'tag', tag: 'safe' }, stateOverrides: [{ address: address(1), balance: 1n }], blockOverrides: { time: 2n } },
    { returnData: new Uint8Array(0), gasUsed: 1n },
    '0x',
  ],
  [
    'eth_estimateGas',
    [{ to: who }],
    'estimateGas',
    { message: { to: address(1) }, at: latest, stateOverrides: [], blockOverrides: null },
    21_000n,
    '0x5208',
  ],
  [
    'eth_createAccessList',
    [{}],
    'createAccessList',
    { message: {}, at: latest, stateOverrides: [], blockOverrides: null },
    { accessList: [], gasUsed: 1n, error: null },
    { accessList: [], gasUsed: '0x1' },
  ],
  [
    'eth_createAccessList',
    [{}],
    'createAccessList',
    { message: {}, at: latest, stateOverrides: [], blockOverrides: null },
    { accessList: [], gasUsed: 1n, error: 'execution reverted' },
    { accessList: [], gasUsed: '0x1', error: 'execution reverted' },
  ],
  ['eth_gasPrice', [], 'fees', {}, { baseFeeNext: 7n, gasPrice: 8n, maxPriorityFeePerGas: 1n, blobBaseFee: 1n }, '0x8'],
  ['eth_maxPriorityFeePerGas', [], 'fees', {}, { baseFeeNext: 7n, gasPrice: 8n, maxPriorityFeePerGas: 1n, blobBaseFee: 1n }, '0x1'],
  ['eth_baseFee', [], 'fees', {}, { baseFeeNext: null, gasPrice: 8n, maxPriorityFeePerGas: 1n, blobBaseFee: 1n }, null],
  ['eth_blobBaseFee', [], 'fees', {}, { baseFeeNext: 7n, gasPrice: 8n, maxPriorityFeePerGas: 1n, blobBaseFee: 2n }, '0x2'],
  [
    'eth_getLogs',
    [{ fromBlock: '0x1', toBlock: '0xa' }],
    'logs',
    { range: { kind: 'numbers', from: { kind: 'number', number: 1n }, to: { kind: 'number', number: 10n } }, addresses: [], topics: [] },
    [],
    [],
  ],
  ['eth_getLogs', [{}], 'logs', { range: { kind: 'numbers', from: latest, to: latest }, addresses: [], topics: [] }, [], []],
  ['eth_getLogs', [{ blockHash: h1 }], 'logs', { range: { kind: 'block', hash: hash(1) }, addresses: [], topics: [] }, [], []],
  ['txpool_status', [], 'poolStatus', {}, { pending: 6, queued: 0 }, { pending: '0x6', queued: '0x0' }],
  ['txpool_content', [], 'poolContent', { from: null }, { pending: [], queued: [] }, { pending: {}, queued: {} }],
  ['txpool_inspect', [], 'poolContent', { from: null }, { pending: [], queued: [] }, { pending: {}, queued: {} }],
  ['txpool_contentFrom', [who], 'poolContent', { from: address(1) }, { pending: [], queued: [] }, { pending: {}, queued: {} }],
]

table.forEach(([method, params, op, request, reply, result], i) => {
  test(`${method} ${i}`, async () => {
    const lane = new FakeLane({ [op]: () => reply } as FakeAnswers)
    assert.deepEqual(await resultOf(contextOf(lane), method, ...params), result)
    assert.deepEqual(lane.asked, [{ op, req: request }])
  })
})

/** Answered without asking the lane. */
const local: [string, unknown[], unknown][] = [
  ['eth_chainId', [], '0x12cc8'],
  ['net_version', [], '77000'],
  ['eth_blockNumber', [], '0xa'],
  ['eth_syncing', [], false],
  ['eth_accounts', [], []],
  ['eth_mining', [], false],
  ['eth_hashrate', [], '0x0'],
  ['eth_coinbase', [], toHex(address(2))],
  ['net_listening', [], true],
  ['net_peerCount', [], '0x0'],
  ['hardhat_getAutomine', [], true],
  ['web3_clientVersion', [], 'Paralane/v0.1.0/linux-x64/node20'],
  ['eth_pendingTransactions', [], []],
  ['rpc.discover', [], { openrpc: '1.3.2' }],
  ['web3_sha3', ['0x68656c6c6f20776f726c64'], '0x47173285a8d7341e5e972fc677286384f802f8ef42a5ec5f03bbfa254cb01fad'],
]
for (const [method, params, result] of local) {
  test(`${method} asks nobody`, async () => {
    const lane = new FakeLane()
    assert.deepEqual(await resultOf(contextOf(lane), method, ...params), result)
    assert.deepEqual(lane.asked, [])
  })
}

test('a lane that has not started refuses', async () => {
  const lane = new FakeLane()
  const down = Object.assign(Object.create(lane) as FakeLane, { head: () => undefined, state: () => 'restarting' })
  assert.equal((await errorOf(contextOf(down), 'eth_blockNumber')).code, -32002)
})

test('capabilities tell what pruning left', async () => {
  const whole = (await resultOf(contextOf(new FakeLane({}, 100)), 'eth_capabilities')) as Record<string, unknown>
  assert.deepEqual(whole.state, { disabled: false, oldestBlock: '0x0' })
  assert.deepEqual(whole.head, { number: '0x64', hash: toHex(headerAt(100).hash) })
  const pruned = (await resultOf(contextOf(new FakeLane({}, 100, { historyBlocks: 64 })), 'eth_capabilities')) as Record<string, unknown>
  assert.deepEqual(pruned.state, { disabled: false, oldestBlock: '0x24', deleteStrategy: { type: 'window', retentionBlocks: '0x40' } })
  assert.deepEqual(pruned.blocks, { disabled: false, oldestBlock: '0x0' })
})

test('the error of a lane keeps its code and data', async () => {
  const lane = new FakeLane({
    call: () => {
      throw new AppError('reverted', 'x', { data: new Uint8Array([1]) })
    },
  })
  assert.deepEqual(await errorOf(contextOf(lane), 'eth_call', {}), { code: 3, message: 'execution reverted', data: '0x01' })
})

for (const [desc, message, text] of [
  ['two ways to pay', { gasPrice: '0x1', maxFeePerGas: '0x1' }, /both gasPrice and/],
  ['a foreign chain id', { chainId: '0x1' }, /chainId does not match node's \(have=1, want=77000\)/],
] as const) {
  test(`eth_call refuses ${desc}`, async () => {
    const error = await errorOf(contextOf(new FakeLane()), 'eth_call', message)
    assert.equal(error.code, -32000)
    assert.match(error.message, text)
  })
}

for (const [desc, filter, code, text] of [
  ['pending logs', { fromBlock: 'latest', toBlock: 'pending' }, -32000, /pending logs are not supported/],
  ['a range ahead of the chain', { fromBlock: '0x1', toBlock: '0xb' }, -32602, /block range extends beyond current head block/],
  ['a range wholly ahead', { fromBlock: '0xb', toBlock: '0xc' }, -32602, /beyond current head/],
  ['a range from ahead to latest', { fromBlock: '0xb' }, -32602, /beyond current head/],
  ['a reversed range', { fromBlock: '0x5', toBlock: '0x4' }, -32602, /invalid block range params/],
  ['a range that tags reverse', { fromBlock: 'latest', toBlock: 'earliest' }, -32602, /invalid block range params/],
] as const) {
  test(`eth_getLogs refuses ${desc}`, async () => {
    const error = await errorOf(contextOf(new FakeLane({ logs: () => [] })), 'eth_getLogs', filter)
    assert.deepEqual([error.code, text.test(error.message)], [code, true])
  })
}

test('feeHistory bounds the count and refuses wrong percentiles', async () => {
  const history = { oldestBlock: 1n, baseFeePerGas: [], gasUsedRatio: [], baseFeePerBlobGas: [], blobGasUsedRatio: [], reward: null }
  const lane = new FakeLane({ feeHistory: () => history })
  const ctx = contextOf(lane)
  await resultOf(ctx, 'eth_feeHistory', '0xffffff', 'latest', [])
  assert.deepEqual(lane.asksOf('feeHistory'), [{ blockCount: 1_024, newest: latest, percentiles: null }])
  assert.deepEqual(await resultOf(ctx, 'eth_feeHistory', 0, 'latest'), { oldestBlock: '0x0', gasUsedRatio: null })
  for (const list of [[101], [-1], [5, 5], [6, 5], Array<number>(101).fill(1)]) {
    assert.match((await errorOf(ctx, 'eth_feeHistory', 1, 'latest', list)).message, /invalid reward percentile/)
  }
  assert.equal(lane.asked.length, 1)
  lane.setHead(headAt(11))
})
