// Filters: never miss, never repeat, bounded, forgotten when nobody asks.

import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '../../../src/errors.js'
import type { LocatedLog } from '../../../src/evm-lane/chain-data.js'
import type { LogQuery, PoolTx } from '../../../src/evm-lane/protocol.js'
import { toHex } from '../../../src/primitives.js'
import { FilterStore } from '../../../src/rpc/filters.js'
import { rpcLimits } from '../../../src/rpc/limits.js'
import { logFilter } from '../../../src/rpc/params/log-filter.js'
import { address, contextOf, FakeLane, hash, headAt, headerAt } from './fake-lane.js'
import { errorOf, resultOf } from './invoke.js'

function logAt(block: number): LocatedLog {
  return {
    log: { address: address(1), topics: [], data: new Uint8Array(0) },
    blockHash: headerAt(block).hash,
    blockNumber: BigInt(block),
    blockTimestamp: 0n,
    transactionHash: hash(1),
    transactionIndex: 0,
    logIndex: 0,
  }
}

function heights(query: LogQuery): [number, number] {
  const { range } = query
  if (range.kind !== 'numbers' || range.from.kind !== 'number' || range.to.kind !== 'number') throw new Error('not a range of numbers')
  return [Number(range.from.number), Number(range.to.number)]
}

/** One log in each block. */
function answerLogs(query: LogQuery): LocatedLog[] {
  const [from, to] = heights(query)
  return Array.from({ length: to - from + 1 }, (_, i) => logAt(from + i))
}

function storeOf(lane: FakeLane, changes: Partial<typeof rpcLimits> = {}): { store: FilterStore; clock: { nowMs: number } } {
  const clock = { nowMs: 0 }
  return { store: new FilterStore(lane, { ...rpcLimits, ...changes }, () => clock.nowMs), clock }
}

const blocksOf = (changes: unknown[]): number[] => changes.map((log) => Number((log as { blockNumber: string }).blockNumber))
const everything = logFilter.decode({})

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

test('a log filter tells each new block once', async () => {
  const lane = new FakeLane({ logs: answerLogs })
  const { store } = storeOf(lane)
  const id = store.addLogs(everything)
  assert.deepEqual(await store.changes(id), [])
  lane.setHead(headAt(12))
  assert.deepEqual(blocksOf(await store.changes(id)), [11, 12])
  assert.deepEqual(await store.changes(id), [])
  lane.setHead(headAt(13))
  assert.deepEqual(blocksOf(await store.changes(id)), [13])
  store.remove(id)
})

test('polls at the same time do not repeat, and a failed one loses nothing', async () => {
  let fail = true
  const lane = new FakeLane({
    logs: (query) => {
      if (fail) throw new AppError('lane-unavailable', 'down')
      return answerLogs(query)
    },
  })
  const { store } = storeOf(lane)
  const id = store.addLogs(everything)
  lane.setHead(headAt(12))
  await assert.rejects(store.changes(id), /down/)
  fail = false
  const [first, second] = await Promise.all([store.changes(id), store.changes(id)])
  assert.deepEqual([blocksOf(first), blocksOf(second)], [[11, 12], []])
  store.remove(id)
})

test('a head that comes during a poll is told by the next', async () => {
  const lane = new FakeLane({
    logs: (query) => {
      if (heights(query)[1] === 11) lane.setHead(headAt(12))
      return answerLogs(query)
    },
  })
  const { store } = storeOf(lane)
  const id = store.addLogs(everything)
  lane.setHead(headAt(11))
  assert.deepEqual(blocksOf(await store.changes(id)), [11])
  assert.deepEqual(blocksOf(await store.changes(id)), [12])
  store.remove(id)
})

test('long ranges go in pieces, too large ones in halves, long answers over several polls', async () => {
  const asked: [number, number][] = []
  const lane = new FakeLane({
    logs: (query) => {
      const [from, to] = heights(query)
      asked.push([from, to])
      if (to - from + 1 > 40) throw new AppError('range-too-large', 'too many')
      return answerLogs(query)
    },
  })
  const { store } = storeOf(lane, { filterItemsMax: 50 })
  const id = store.addLogs(everything)
  lane.setHead(headAt(210))
  const seen = [
    ...blocksOf(await store.changes(id)),
    ...blocksOf(await store.changes(id)),
    ...blocksOf(await store.changes(id)),
    ...blocksOf(await store.changes(id)),
  ]
  assert.deepEqual(
    seen,
    Array.from({ length: 200 }, (_, i) => 11 + i),
  )
  assert.deepEqual(asked[0], [11, 110], 'no piece exceeds what the lane scans')
  store.remove(id)
})

test('the bounds of a filter hold', async () => {
  const lane = new FakeLane({ logs: answerLogs })
  const { store } = storeOf(lane)
  const id = store.addLogs(logFilter.decode({ fromBlock: '0xc', toBlock: '0xd' }))
  lane.setHead(headAt(20))
  assert.deepEqual(blocksOf(await store.changes(id)), [12, 13])
  assert.deepEqual(await store.changes(id), [])
  assert.throws(() => store.addLogs(logFilter.decode({ fromBlock: '0x2', toBlock: '0x1' })), /invalid block range params/)
  assert.throws(() => store.addLogs(logFilter.decode({ fromBlock: 'pending' })), /pending logs are not supported/)
  store.remove(id)
})

test('a block filter tells hashes in order', async () => {
  const lane = new FakeLane()
  const { store } = storeOf(lane)
  const id = store.addBlocks()
  lane.setHead(headAt(11))
  lane.setHead(headAt(12))
  assert.deepEqual(
    await store.changes(id),
    [headerAt(11), headerAt(12)].map((header) => toHex(header.hash)),
  )
  assert.deepEqual(await store.changes(id), [])
  store.remove(id)
  assert.equal(lane.listenerCount(), 0)
})

test('pending filters: hashes or whole transactions; the lane tells only while one exists', async () => {
  const lane = new FakeLane({ watchPool: () => null })
  const { store } = storeOf(lane)
  const [hashes, full] = [await store.addPending(false), await store.addPending(true)]
  lane.tellPool([pooled])
  assert.deepEqual(await store.changes(hashes), [toHex(hash(77))])
  assert.equal(((await store.changes(full)) as { hash: string }[])[0]!.hash, toHex(hash(77)))
  store.remove(hashes)
  assert.deepEqual(lane.asksOf('watchPool'), [{ on: true }])
  lane.tellState('ready')
  assert.deepEqual(lane.asksOf('watchPool'), [{ on: true }, { on: true }], 'a restarted lane is told again')
  store.remove(full)
  assert.deepEqual(lane.asksOf('watchPool').at(-1), { on: false })
  assert.equal(lane.listenerCount(), 0)
})

test('a filter that nobody polls is forgotten, one that is polled stays', async () => {
  const lane = new FakeLane({ logs: answerLogs })
  const { store, clock } = storeOf(lane)
  const [idle, polled] = [store.addBlocks(), store.addLogs(everything)]
  clock.nowMs = rpcLimits.filterIdleMs
  await store.changes(polled)
  clock.nowMs += 1
  store.sweep()
  assert.equal(store.size, 1)
  await assert.rejects(store.changes(idle), (error) => error instanceof AppError && error.code === 'filter-not-found')
  assert.equal(lane.listenerCount(), 0)
  store.remove(polled)
})

test('the number of filters is bounded; idle ones make room', () => {
  const lane = new FakeLane()
  const { store, clock } = storeOf(lane, { filtersMax: 1 })
  const id = store.addBlocks()
  assert.throws(
    () => store.addLogs(everything),
    (error) => error instanceof AppError && error.code === 'busy',
  )
  clock.nowMs = rpcLimits.filterIdleMs + 1
  const next = store.addLogs(everything)
  assert.equal(store.remove(id), false)
  assert.equal(store.remove(next), true)
})

test('a block filter that holds too much is dropped, not cut', async () => {
  const lane = new FakeLane()
  const { store } = storeOf(lane, { filterItemsMax: 2 })
  const id = store.addBlocks()
  for (const number of [11, 12, 13]) lane.setHead(headAt(number))
  await assert.rejects(store.changes(id), /filter not found/)
  assert.equal(lane.listenerCount(), 0)
})

test('the methods: create, read the range again, uninstall, and the error afterwards', async () => {
  const lane = new FakeLane({ logs: () => [logAt(3)] })
  const ctx = contextOf(lane)
  const id = await resultOf(ctx, 'eth_newFilter', { fromBlock: '0x1', toBlock: '0xa', address: toHex(address(1)) })
  assert.match(id as string, /^0x[0-9a-f]{32}$/)
  assert.deepEqual(blocksOf((await resultOf(ctx, 'eth_getFilterLogs', id)) as unknown[]), [3])
  assert.equal(await resultOf(ctx, 'eth_uninstallFilter', id), true)
  assert.equal(await resultOf(ctx, 'eth_uninstallFilter', id), false)
  assert.deepEqual(await errorOf(ctx, 'eth_getFilterChanges', id), { code: -32000, message: 'filter not found' })
  const blocks = await resultOf(ctx, 'eth_newBlockFilter')
  assert.deepEqual(await errorOf(ctx, 'eth_getFilterLogs', blocks), { code: -32000, message: 'filter not found' })
  assert.equal(await resultOf(ctx, 'eth_uninstallFilter', blocks), true)
})
