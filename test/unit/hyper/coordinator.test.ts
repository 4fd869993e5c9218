// The shell of sessions over toy lanes and a store: from a lane's word that it wants a session to what a reader sees. S7, S8, S9, S11.

import test from 'node:test'
import type { TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { AppError } from '../../../src/errors.js'
import type { LocatedLog } from '../../../src/evm-lane/chain-data.js'
import { openCoordinator } from '../../../src/hyper/coordinator.js'
import type { Coordinator } from '../../../src/hyper/coordinator.js'
import { createJournal } from '../../../src/hyper/journal.js'
import type { StoredSession } from '../../../src/hyper/journal.js'
import { hyperLimits } from '../../../src/hyper/limits.js'
import type { PortalAbi } from '../../../src/hyper/message.js'
import { hyper, tableKey, u64 } from '../../../src/schema.js'
import { MemoryStore } from '../../../src/store/memory-store.js'
import type { Store } from '../../../src/store/store.js'
import { FaultyStore } from '../../fixtures/faulty-store.js'
import type { Script } from '../../sim/hyper/script.js'
import { sessionId } from '../../../src/hyper/session-id.js'
import { hashOf, idOf } from '../../sim/hyper/toy-lane.js'
import { crossCall } from './core/steps.js'
import { toyNet } from './toy-client.js'
import type { ToyNet } from './toy-client.js'

const address = (fill: number): Uint8Array => new Uint8Array(20).fill(fill)

/** Log data: [id, target lane, script]. */
const portal: PortalAbi = {
  portal: address(1),
  system: address(2),
  topics: [hashOf(1)],
  decodeMessageSent: ({ data }, fromChainId) => {
    const [, to = 0, script = 0] = data
    const message = { fromChainId, toChainId: BigInt(to), sender: address(5), nonce: 0n, target: address(6), value: 0n, gasLimit: 1n }
    return { ...message, refundTo: address(0), data: hashOf(script) }
  },
  decodeMessageDelivered: () => null,
  deliverCalldata: ({ data }) => data,
  deliveryGas: () => 1n,
}

/** Not keccak: the last four bytes of what is hashed, so that tests know the ids. */
const toyHash = (bytes: Uint8Array): Uint8Array => {
  const out = new Uint8Array(32)
  out.set(bytes.slice(-32), Math.max(0, 32 - bytes.length))
  return out
}

/** Outlives a coordinator that closes it, as a folder does. */
function keptOpen(store: Store): Store {
  const kept = Object.create(store) as Store
  return Object.assign(kept, {
    get: (key: Uint8Array) => store.get(key),
    batch: (ops: Parameters<Store['batch']>[0], options?: { sync?: boolean }) => store.batch(ops, options),
    sync: () => store.sync(),
    iterate: (range: Parameters<Store['iterate']>[0]) => store.iterate(range),
    close: () => Promise.resolve(),
  })
}

async function open(t: TestContext, net: ToyNet, store: Store = new MemoryStore(), limits = hyperLimits): Promise<Coordinator> {
  const coordinator = await openCoordinator({ lanes: net.lanes, store, keccak256: toyHash, portal, limits, log: () => undefined })
  t.after(() => coordinator.stop())
  await coordinator.ready
  return coordinator
}

function nextSession({ reader }: Coordinator): Promise<StoredSession> {
  return new Promise((resolve) => {
    const undo = reader.onSession((session) => {
      undo()
      resolve(session)
    })
  })
}

const move = (to: number, value: number): Script => [{ kind: 'call', to, value, script: [{ kind: 'add', key: 'calls', delta: 1 }], caught: false }]

test('S11: a transaction over two lanes: both have its block, and both sides lead to the session', async (t) => {
  const net = toyNet([11, 12])
  const [a, b] = net.clients
  assert.ok(a && b)
  const coordinator = await open(t, net)
  const committed = nextSession(coordinator)
  const hash = a.pool(77, move(12, 5), true)
  const { record, blocks } = await committed
  assert.deepEqual([a.toy.durable.values.get('balance'), b.toy.durable.values.get('balance'), b.toy.durable.values.get('calls')], [995, 1_005, 1])
  assert.deepEqual(blocks.map(({ chainId }) => chainId).sort(), [11, 12])
  assert.equal(record.legs.length, 1)
  const leg = record.legs[0]
  assert.ok(leg)
  assert.deepEqual(record.own, [{ chainId: 11, transactionHash: hash }])
  assert.equal(leg.chainId, 12)
  assert.equal((await coordinator.reader.getSession(record.id))?.kind, 'committed')
  assert.deepEqual(
    record.transcript.map(({ kind }) => kind),
    ['transaction', 'call', 'return', 'end'],
    'S12',
  )
  assert.deepEqual(net.violations, [])
})

/** Two lanes of a session, the first of which has its block while the second has not: `go` lets it have it. */
async function halfCommitted(t: TestContext, limits = hyperLimits) {
  const net = toyNet([11, 12])
  const [a, b] = net.clients
  assert.ok(a && b)
  const coordinator = await open(t, net, new MemoryStore(), limits)
  let go: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (go = resolve))
  b.holds = (op) => (op === 'sessionCommit' ? gate : undefined)
  t.after(go)
  const id = sessionId(toyHash, [{ chainId: 11, transactionHash: a.pool(77, move(12, 5), true) }])
  while (a.toy.durable.number === 0) await new Promise(setImmediate)
  return { coordinator, id, b, go }
}

test('who waits for a session everywhere hears when the last lane has its block', async (t) => {
  const { coordinator, id, b, go } = await halfCommitted(t)
  let heard = false
  const waiting = coordinator.reader.everywhere(id).then(() => (heard = true))
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  assert.deepEqual([heard, b.toy.durable.number], [false, 0])
  go()
  await waiting
  assert.equal(b.toy.durable.number, 1)
  await coordinator.reader.everywhere(id)
})

test('nobody waits for ever for a lane that is away (L7), nor for a session that nobody knows', async (t) => {
  const { coordinator, id, b } = await halfCommitted(t, { ...hyperLimits, everywhereMs: 1 })
  await coordinator.reader.everywhere(id)
  assert.equal(b.toy.durable.number, 0)
  await coordinator.reader.everywhere(hashOf(1))
})

test('S8: a bundle commits whole', async (t) => {
  const net = toyNet([11, 12])
  const coordinator = await open(t, net)
  const items = net.clients.map((lane, i) => ({ chainId: lane.spec.chainId, raw: lane.pool(50 + i, [{ kind: 'add', key: 'x', delta: 1 }], false) }))
  const sent = await coordinator.reader.sendBundle(items, 5_000)
  assert.equal(sent.state.kind, 'committed')
  for (const { toy } of net.clients) assert.equal(toy.durable.values.get('x'), 1)
  const found = await coordinator.reader.getSession(sent.session)
  assert.ok(found?.kind === 'committed')
  assert.equal(found.session.record.own.length, 2)
})

test('S8: a bundle of which one fails leaves nothing, and says why', async (t) => {
  const net = toyNet([11, 12])
  const coordinator = await open(t, net)
  const items = net.clients.map((lane, i) => {
    const script: Script = i === 0 ? [{ kind: 'add', key: 'x', delta: 1 }] : [{ kind: 'fail' }]
    return { chainId: lane.spec.chainId, raw: lane.pool(50 + i, script, false) }
  })
  const sent = await coordinator.reader.sendBundle(items, 5_000)
  assert.equal(sent.state.kind, 'failed')
  assert.deepEqual(await coordinator.reader.getSession(sent.session), { kind: 'bundle', id: sent.session, state: sent.state })
  for (const { toy } of net.clients) assert.deepEqual([toy.durable.number, toy.pool.size], [0, 0])
})

test('S8: a bundle that cannot be admitted whole is in no pool', async (t) => {
  const net = toyNet([11, 12])
  const coordinator = await open(t, net)
  const raw = net.clients[0]?.pool(50, [], false) ?? hashOf(0)
  const items = [
    { chainId: 11, raw },
    { chainId: 12, raw: hashOf(9) },
  ]
  await assert.rejects(coordinator.reader.sendBundle(items, 0), { code: 'tx-malformed' })
  await turn()
  assert.equal(net.clients[0]?.toy.pool.size, 0)
  await assert.rejects(coordinator.reader.sendBundle([], 0), { code: 'invalid-params' })
  await assert.rejects(coordinator.reader.sendBundle([{ chainId: 5, raw }], 0), { code: 'unknown-lane' })
})

test('S11: what the journal has is given to the lanes of the next life; a lane that is missing is refused', async (t) => {
  const store = keptOpen(new MemoryStore())
  const block = { chainId: 11, number: 1n, hash: hashOf(0), stateRoot: hashOf(0), txCount: 1, batch: hashOf(0) }
  await createJournal(store).write({ batch: 3, lanes: [11], blocks: [block], sessions: [] }, [])
  const options = { store, keccak256: toyHash, portal, limits: hyperLimits, log: () => undefined }
  await assert.rejects(
    openCoordinator({ ...options, lanes: toyNet([12]).lanes }),
    (error) => error instanceof AppError && error.code === 'config-invalid',
  )

  const net = toyNet([11])
  const coordinator = await open(t, net, store)
  assert.equal(net.clients[0]?.toy.durable.number, 1)
  await turn()
  await coordinator.stop()
  assert.deepEqual(await createJournal(store).incomplete(), [])
  assert.equal(await createJournal(store).nextBatch(), 4)
})

test('S11: the journal keeps a block until the disk of every lane has it', async (t) => {
  const store = keptOpen(new MemoryStore())
  const net = toyNet([11, 12])
  const [a, b] = net.clients
  assert.ok(a && b)
  const coordinator = await open(t, net, store)
  const committed = nextSession(coordinator)
  a.pool(77, move(12, 5), true)
  const { batch } = await committed
  b.refusesSync = true
  await coordinator.stop()
  assert.deepEqual(
    (await createJournal(store).incomplete()).map((record) => record.batch),
    [batch],
  )
})

test('S11: a journal that cannot be written: nothing is committed, the session runs again', async (t) => {
  const net = toyNet([11, 12])
  const [a, b] = net.clients
  assert.ok(a && b)
  const coordinator = await open(t, net, new FaultyStore(new MemoryStore(), { atBatch: 1, kind: 'fail' }))
  const committed = nextSession(coordinator)
  a.pool(77, move(12, 5), true)
  const { batch } = await committed
  assert.ok(batch > 1)
  assert.ok(a.calls.includes('sessionAbort'))
  assert.deepEqual([a.toy.durable.number, b.toy.durable.number, b.toy.durable.values.get('balance')], [1, 1, 1_005])
})

test('S9: a message is delivered once, also when its block is read again after a restart', async () => {
  const net = toyNet([11, 12])
  const [a, b] = net.clients
  assert.ok(a && b)
  net.scripts.push([], [{ kind: 'add', key: 'got', delta: 1 }])
  a.logs = [messageLog(hashOf(900), [0, 12, 1])]
  a.advance()
  const store = new MemoryStore()
  const options = { lanes: net.lanes, store: keptOpen(store), keccak256: toyHash, portal, limits: hyperLimits, log: () => undefined }
  const first = await openCoordinator(options)
  await nextSession(first)
  const message = await first.reader.getMessage(hashOf(900))
  assert.equal(message?.status.kind, 'delivered')
  assert.equal((await first.reader.getMessagesByTransaction(11, hashOf(901))).length, 1)
  await first.stop()

  // As if the cursor had not reached the disk.
  await store.batch([{ type: 'del', key: tableKey(hyper.messageCursor, u64(11)) }])
  const readBefore = a.calls.filter((op) => op === 'logs').length
  const second = await openCoordinator(options)
  await second.ready
  for (let turns = 0; turns < 20; turns++) await turn()
  await second.stop()
  assert.equal(a.calls.filter((op) => op === 'logs').length, readBefore + 1)
  assert.equal(b.toy.durable.values.get('got'), 1)
})

test('S7: a simulation is routed without locks, and every lane it touched forgets it', async (t) => {
  const net = toyNet([11, 12])
  const [a, b] = net.clients
  assert.ok(a && b)
  await open(t, net)
  const run = { kind: 'simulation' as const, chainId: 11, id: 1 }
  const answered: unknown[] = []
  b.call = (async (op: string, req: { mark?: number }) => {
    answered.push([op, req.mark])
    return op === 'crossCallIn' ? { kind: 'done', success: true, returnData: new Uint8Array(0), gasUsed: 1n, gasRefund: 0n, mark: 0 } : null
  }) as typeof b.call
  const first = await a.answerer('crossCall', { run, call: crossCall(11, 12) })
  assert.ok(first.kind === 'done' && first.mark === 1)
  assert.deepEqual(await a.answerer('crossCall', { run, call: crossCall(11, 999) }), {
    kind: 'refused',
    refusal: { error: 'LaneUnknown', chainId: 999 },
    mark: 1,
  })
  await a.answerer('undoSince', { run, mark: 0 })
  await a.answerer('simulationOver', { run })
  assert.deepEqual(answered, [
    ['crossCallIn', 1],
    ['undoIn', 0],
    ['simulationEnd', undefined],
  ])
})

function messageLog(id: Uint8Array, data: number[]): LocatedLog {
  return {
    log: { address: portal.portal, topics: [hashOf(1), id], data: new Uint8Array(data) },
    blockHash: hashOf(1),
    blockNumber: 1n,
    blockTimestamp: 1n,
    transactionHash: hashOf(901),
    transactionIndex: 0,
    logIndex: idOf(hashOf(0)),
  }
}
