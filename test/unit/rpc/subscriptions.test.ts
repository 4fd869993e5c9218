// Subscriptions: order, one fetch for all, release.

import assert from 'node:assert/strict'
import { once, EventEmitter } from 'node:events'
import test from 'node:test'
import { AppError } from '../../../src/errors.js'
import type { HeadInfo, LocatedReceipt } from '../../../src/evm-lane/chain-data.js'
import type { PoolTx } from '../../../src/evm-lane/protocol.js'
import { toHex } from '../../../src/primitives.js'
import { address, bytesOf, contextOf, FakeConnection, FakeLane, hash, headAt, headerAt } from './fake-lane.js'
import { errorOf, resultOf } from './invoke.js'

/** A connection that says when it got something. */
class TellingConnection extends FakeConnection {
  readonly #events = new EventEmitter()
  override send(text: string): void {
    super.send(text)
    this.#events.emit('sent')
  }
  async gotten(count: number): Promise<void> {
    while (this.sent.length < count) await once(this.#events, 'sent')
  }
}

/** Block n holds one receipt with one log, of address n. */
function receiptsOf(number: number): LocatedReceipt[] {
  return [
    {
      hash: hash(number),
      from: address(2),
      to: null,
      blockHash: headerAt(number).hash,
      blockNumber: BigInt(number),
      blockTimestamp: 5n,
      index: 0,
      firstLogIndex: 0,
      receipt: {
        type: 2,
        outcome: { kind: 'status', success: true },
        gasUsed: 8n,
        cumulativeGasUsed: 9n,
        effectiveGasPrice: 10n,
        logsBloom: new Uint8Array(256).fill(1),
        logs: [{ address: address(number), topics: [hash(number)], data: new Uint8Array(0) }],
        contractAddress: null,
      },
    },
  ]
}

function headWithLogs(number: number): HeadInfo {
  return headAt(number, { header: headerAt(number, { logsBloom: new Uint8Array(256).fill(1) }) })
}

function blockFromAsk(at: unknown): number {
  return Number((at as { number: bigint }).number)
}

const pooled: PoolTx = {
  sender: address(1),
  nonce: 0n,
  tx: {
    type: 0,
    hash: hash(77),
    from: address(1),
    nonce: 0n,
    gas: 1n,
    to: null,
    value: 0n,
    input: new Uint8Array(0),
    v: 27n,
    r: 1n,
    s: 1n,
    chainId: null,
    gasPrice: 1n,
  },
}

test('newHeads: one notification per block, envelope and all', async () => {
  const [lane, connection] = [new FakeLane(), new FakeConnection()]
  const id = (await resultOf(contextOf(lane, { connection }), 'eth_subscribe', 'newHeads')) as string
  assert.match(id, /^0x[0-9a-f]{32}$/)
  lane.setHead(headAt(11, { timestampMs: 255 }))
  const [note] = connection.sent.map((text) => JSON.parse(text) as Record<string, unknown>)
  assert.deepEqual(Object.keys(note!), ['jsonrpc', 'method', 'params'])
  assert.deepEqual([note!.jsonrpc, note!.method], ['2.0', 'eth_subscription'])
  const head = connection.results(id)[0] as Record<string, unknown>
  assert.deepEqual([head.number, head.hash, head.timestampMs], ['0xb', toHex(headerAt(11).hash), '0xff'])
  connection.close()
  assert.equal(lane.listenerCount(), 0)
})

test('logs arrive in block order, from one fetch per block for all subscribers', async () => {
  const held = new Map<number, () => void>()
  const asks = new EventEmitter()
  const lane = new FakeLane({
    blockReceipts: ({ at }) =>
      new Promise((resolve) => {
        const number = blockFromAsk(at)
        held.set(number, () => resolve(receiptsOf(number)))
        asks.emit('asked')
      }),
  })
  const [first, second] = [new TellingConnection(), new TellingConnection()]
  const all = (await resultOf(contextOf(lane, { connection: first }), 'eth_subscribe', 'logs', {})) as string
  const some = (await resultOf(contextOf(lane, { connection: second }), 'eth_subscribe', 'logs', { address: toHex(address(12)) })) as string
  const asked = once(asks, 'asked')
  for (const number of [11, 12]) lane.setHead(headWithLogs(number))
  await asked
  const askedNext = once(asks, 'asked')
  held.get(11)!()
  await askedNext
  held.get(12)!()
  await Promise.all([first.gotten(2), second.gotten(1)])
  const heights = (results: unknown[]): unknown[] => results.map((log) => (log as { blockNumber: string }).blockNumber)
  assert.deepEqual(heights(first.results(all)), ['0xb', '0xc'])
  assert.deepEqual(heights(second.results(some)), ['0xc'])
  assert.deepEqual(
    lane.asksOf('blockReceipts').map(({ at }) => blockFromAsk(at)),
    [11, 12],
  )
  first.close()
  second.close()
  assert.equal(lane.listenerCount(), 0)
})

test('blocks that hold nothing are not fetched', async () => {
  const [lane, connection] = [new FakeLane({ blockReceipts: ({ at }) => receiptsOf(blockFromAsk(at)) }), new TellingConnection()]
  await resultOf(contextOf(lane, { connection }), 'eth_subscribe', 'logs', {})
  lane.setHead(headAt(11))
  lane.setHead(headAt(12, { txCount: 0 }))
  lane.setHead(headWithLogs(13))
  await connection.gotten(1)
  assert.deepEqual(
    lane.asksOf('blockReceipts').map(({ at }) => blockFromAsk(at)),
    [13],
  )
  connection.close()
})

test('who subscribes late hears of later blocks only', async () => {
  const held: (() => void)[] = []
  const lane = new FakeLane({ blockReceipts: ({ at }) => new Promise((resolve) => held.push(() => resolve(receiptsOf(blockFromAsk(at))))) })
  const [early, late] = [new TellingConnection(), new TellingConnection()]
  await resultOf(contextOf(lane, { connection: early }), 'eth_subscribe', 'logs')
  lane.setHead(headWithLogs(11))
  await resultOf(contextOf(lane, { connection: late }), 'eth_subscribe', 'logs')
  held.shift()!()
  await early.gotten(1)
  assert.equal(late.sent.length, 0)
  early.close()
  late.close()
})

test('a block that could not be fetched is told when the lane answers again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let failures = 1
  const asks = new EventEmitter()
  const lane = new FakeLane({
    blockReceipts: ({ at }) => {
      setImmediate(() => asks.emit('asked'))
      if (failures-- > 0) throw new AppError('lane-unavailable', 'down')
      return receiptsOf(blockFromAsk(at))
    },
  })
  const connection = new TellingConnection()
  const id = (await resultOf(contextOf(lane, { connection }), 'eth_subscribe', 'logs')) as string
  const asked = once(asks, 'asked')
  lane.setHead(headWithLogs(11))
  await asked
  t.mock.timers.tick(250)
  await connection.gotten(1)
  assert.equal((connection.results(id)[0] as { blockNumber: string }).blockNumber, '0xb')
  connection.close()
})

test('transactionReceipts: one list per block, only the wanted ones', async () => {
  const [lane, connection] = [new FakeLane({ blockReceipts: ({ at }) => receiptsOf(blockFromAsk(at)) }), new TellingConnection()]
  const ctx = contextOf(lane, { connection })
  const all = (await resultOf(ctx, 'eth_subscribe', 'transactionReceipts')) as string
  const one = (await resultOf(ctx, 'eth_subscribe', 'transactionReceipts', { transactionHashes: [toHex(hash(12))] })) as string
  for (const number of [11, 12]) lane.setHead(headAt(number))
  await connection.gotten(3)
  const hashes = (results: unknown[]): string[][] =>
    results.map((list) => (list as { transactionHash: string }[]).map(({ transactionHash }) => transactionHash))
  assert.deepEqual(hashes(connection.results(all)), [[toHex(hash(11))], [toHex(hash(12))]])
  assert.deepEqual(hashes(connection.results(one)), [[toHex(hash(12))]])
  connection.close()
})

test('newPendingTransactions: hashes or objects; the lane tells only while somebody listens', async () => {
  const [lane, connection] = [new FakeLane({ watchPool: () => null }), new FakeConnection()]
  const ctx = contextOf(lane, { connection })
  const hashes = (await resultOf(ctx, 'eth_subscribe', 'newPendingTransactions')) as string
  const full = (await resultOf(ctx, 'eth_subscribe', 'newPendingTransactions', true)) as string
  lane.tellPool([pooled])
  assert.deepEqual(connection.results(hashes), [toHex(hash(77))])
  assert.equal((connection.results(full)[0] as { blockHash: null; hash: string }).hash, toHex(hash(77)))
  assert.equal(await resultOf(ctx, 'eth_unsubscribe', hashes), true)
  assert.deepEqual(lane.asksOf('watchPool'), [{ on: true }])
  assert.equal(await resultOf(ctx, 'eth_unsubscribe', full), true)
  await new Promise(setImmediate)
  assert.deepEqual(lane.asksOf('watchPool'), [{ on: true }, { on: false }])
  assert.equal(lane.listenerCount(), 0)
})

test('a connection that closes while the lane is asked leaves nothing behind', async () => {
  let release = (): void => undefined
  const lane = new FakeLane({ watchPool: ({ on }) => (on ? new Promise((resolve) => (release = () => resolve(null))) : null) })
  const connection = new FakeConnection()
  const pending = resultOf(contextOf(lane, { connection }), 'eth_subscribe', 'newPendingTransactions')
  connection.close()
  release()
  await pending
  await new Promise(setImmediate)
  assert.equal(lane.listenerCount(), 0)
  assert.equal(connection.subscriptions.size, 0)
})

test('wrong requests', async () => {
  const [lane, connection] = [new FakeLane(), new FakeConnection()]
  const ctx = contextOf(lane, { connection, limits: { subscriptionsPerConnectionMax: 1 } })
  assert.deepEqual(await errorOf(ctx, 'eth_subscribe', 'nothing'), { code: -32601, message: 'no "nothing" subscription in eth namespace' })
  assert.equal((await errorOf(ctx, 'eth_subscribe', 'newPendingTransactions', 'yes')).code, -32602)
  assert.equal((await errorOf(ctx, 'eth_subscribe', 'logs', { address: '0x1' })).code, -32602)
  assert.equal(connection.subscriptions.size, 0)
  const id = await resultOf(ctx, 'eth_subscribe', 'syncing')
  assert.equal((await errorOf(ctx, 'eth_subscribe', 'newHeads')).code, -32005)
  assert.equal(await resultOf(ctx, 'eth_unsubscribe', id), true)
  assert.deepEqual(await errorOf(ctx, 'eth_unsubscribe', id), { code: -32000, message: 'subscription not found' })
})

test('addresses and topics decide, as in eth_getLogs', async () => {
  const { logMatcher } = await import('../../../src/rpc/log-matcher.js')
  const log = { address: toHex(address(1)), topics: [toHex(hash(1)), toHex(hash(2))] }
  const cases: [Uint8Array[], (Uint8Array[] | null)[], boolean][] = [
    [[], [], true],
    [[address(1)], [], true],
    [[address(2)], [], false],
    [[address(2), address(1)], [null, [hash(2)]], true],
    [[], [[hash(2)]], false],
    [[], [[hash(2), hash(1)]], true],
    [[], [null, null, null], false],
  ]
  for (const [addresses, topics, want] of cases) assert.equal(logMatcher({ addresses, topics })(log), want)
  assert.equal(bytesOf(1, 20).length, 20)
})
