// Sending: who waits how long, and the errors of the synchronous spellings.

import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '../../../../src/errors.js'
import type { LocatedReceipt } from '../../../../src/evm-lane/chain-data.js'
import type { HyperReader } from '../../../../src/hyper/reader.js'
import { toHex } from '../../../../src/primitives.js'
import { address, contextOf, FakeLane, hash } from '../fake-lane.js'
import { errorOf, resultOf } from '../invoke.js'

const instant = { production: { kind: 'instant', minBlockIntervalMs: 0, heartbeatMs: 1_000 } } as const

const receipt: LocatedReceipt = {
  hash: hash(1),
  from: address(2),
  to: null,
  blockHash: hash(3),
  blockNumber: 4n,
  blockTimestamp: 5n,
  index: 0,
  firstLogIndex: 0,
  receipt: {
    type: 2,
    outcome: { kind: 'status', success: true },
    gasUsed: 8n,
    cumulativeGasUsed: 9n,
    effectiveGasPrice: 10n,
    logsBloom: new Uint8Array(256),
    logs: [],
    contractAddress: null,
  },
}

test('an instant lane holds the answer until the block, an interval lane does not', async () => {
  for (const [changes, waitMs] of [
    [instant, 2_000],
    [{}, 0],
  ] as const) {
    const lane = new FakeLane({ submit: () => ({ hash: hash(1), mined: true }) }, 10, changes)
    assert.equal(await resultOf(contextOf(lane), 'eth_sendRawTransaction', '0x02f8'), toHex(hash(1)))
    assert.deepEqual(lane.asksOf('submit'), [{ raw: new Uint8Array([0x02, 0xf8]), sender: null, waitMs }])
  }
})

test('the wait can be switched off', async () => {
  const lane = new FakeLane({ submit: () => ({ hash: hash(1), mined: false }) }, 10, instant)
  await resultOf(contextOf(lane, { limits: { sendWaitMs: 0 } }), 'eth_sendRawTransaction', '0x02')
  assert.equal(lane.asksOf('submit')[0]!.waitMs, 0)
})

for (const [wish, timeoutMs] of [
  [undefined, 2_000],
  [0, 2_000],
  [500, 500],
  ['0x1f4', 500],
  [3_600_000, 30_000],
] as const) {
  test(`eth_sendRawTransactionSync with timeout ${wish} waits ${timeoutMs} ms`, async () => {
    const lane = new FakeLane({ submitSync: () => receipt })
    const json = (await resultOf(contextOf(lane), 'eth_sendRawTransactionSync', '0x02', wish)) as Record<string, unknown>
    assert.equal(json.transactionHash, toHex(hash(1)))
    assert.equal(lane.asksOf('submitSync')[0]!.timeoutMs, timeoutMs)
  })
}

test('EIP-7966 errors: 4 with the hash, 6 with the nonce that is missing', async () => {
  const failing = (error: AppError): FakeLane =>
    new FakeLane({
      submitSync: () => {
        throw error
      },
    })
  const late = new AppError('tx-not-mined', 'the transaction was added to the mempool but was not processed in time', { hash: hash(1) })
  assert.deepEqual(await errorOf(contextOf(failing(late)), 'eth_sendRawTransactionSync', '0x02'), {
    code: 4,
    message: late.message,
    data: toHex(hash(1)),
  })
  const gap = new AppError('tx-nonce-high', 'nonce too high', { expected: 5n })
  assert.deepEqual(await errorOf(contextOf(failing(gap)), 'eth_sendRawTransactionSync', '0x02'), { code: 6, message: 'nonce too high', data: '0x5' })
  assert.deepEqual(await errorOf(contextOf(failing(late)), 'realtime_sendRawTransaction', '0x02'), {
    code: -32000,
    message: 'realtime transaction expired',
  })
  const low = new AppError('tx-nonce-low', 'nonce too low')
  assert.deepEqual(await errorOf(contextOf(failing(low)), 'realtime_sendRawTransaction', '0x02'), { code: -32000, message: 'nonce too low' })
})

test('realtime_sendRawTransaction waits ten seconds', async () => {
  const lane = new FakeLane({ submitSync: () => receipt })
  await resultOf(contextOf(lane), 'realtime_sendRawTransaction', '0x02')
  assert.equal(lane.asksOf('submitSync')[0]!.timeoutMs, 10_000)
})

const session = hash(77)
const crossing: LocatedReceipt = { ...receipt, hyper: { session, legs: [{ chainId: 8, transactionHash: hash(9) }] } }

const receiptMethods = [
  ['eth_getTransactionReceipt', toHex(hash(1))],
  ['eth_getBlockReceipts', 'latest'],
  ['eth_sendRawTransactionSync', '0x02'],
  ['realtime_sendRawTransaction', '0x02'],
] as const

for (const [method, param] of receiptMethods) {
  test(`${method} gives the receipt of a session when every lane has its block`, async () => {
    const lane = new FakeLane({ receipt: () => crossing, blockReceipts: () => [receipt, crossing], submitSync: () => crossing })
    const asked: string[] = []
    let everyLaneHasIt: () => void = () => undefined
    const everywhere = (id: Uint8Array): Promise<void> => {
      asked.push(toHex(id))
      return new Promise((resolve) => (everyLaneHasIt = resolve))
    }
    const ctx = { ...contextOf(lane), hyper: { everywhere } as unknown as HyperReader }
    let answered = false
    const answer = resultOf(ctx, method, param).finally(() => (answered = true))
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
    assert.deepEqual([asked, answered], [[toHex(session)], false])
    everyLaneHasIt()
    assert.match(JSON.stringify(await answer), new RegExp(toHex(session)))
  })
}
