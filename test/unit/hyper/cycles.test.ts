// The rhythm of Hyper Blocks (H1) under a clock of the test's own: when a cycle closes, what it tells, what a decided block does.

import assert from 'node:assert/strict'
import test from 'node:test'
import { initKeccak, keccak256 } from '../../../src/evm-lane/engine/keccak.js'
import type { BlockFact, Request } from '../../../src/evm-lane/protocol.js'
import { Cycles, rhythmOf, type Rhythm } from '../../../src/hyper/cycles.js'
import { createHyperStore } from '../../../src/hyper/hyper-store.js'
import type { LaneFacts } from '../../../src/hyper/core/hyper-facts.js'
import { sealingLimits } from '../../../src/hyper/sealing-limits.js'
import { SessionBatches } from '../../../src/hyper/session-batches.js'
import { MemoryStore } from '../../../src/store/memory-store.js'
import { FakeLane } from '../../fixtures/fake-lane.js'
import { filled, hyperBlock, laneEntry } from '../../fixtures/hyper-blocks.js'
import { VirtualClock } from '../../fixtures/virtual-clock.js'

await initKeccak()
const genesisHash = filled(1)

function factOf(number: bigint): BlockFact {
  const hash = (n: bigint): Uint8Array => filled(Number(n % 256n))
  const sums = { supply: 10n, burned: 0n, bridgedIn: 0n, bridgedOut: 0n }
  return { number, hash: hash(number), parentHash: hash(number - 1n), stateRoot: filled(2), hyperHash: genesisHash, timestampMs: number, txCount: 0, gasUsed: 0n, ...sums, messages: [] } // prettier-ignore
}

type Rig = Awaited<ReturnType<typeof rig>>

async function rig(rhythm: Rhythm = { periodMs: 500, minPeriodMs: 100, heartbeatMs: 0 }, oldestRunningBatch = 1) {
  const clock = new VirtualClock()
  const cycled: { atMs: number; heartbeat: boolean }[] = []
  const facts: LaneFacts[] = []
  const marks: Request<'sealed'>[] = []
  const latencies: (number | null)[] = []
  const lane: FakeLane = new FakeLane(7, 'seven', {
    blockFacts: ({ from, max }) => {
      const all: BlockFact[] = []
      for (let n = from; n <= lane.head().header.number && all.length < max; n++) all.push(factOf(n))
      return all
    },
    sealed: (mark) => {
      marks.push(mark)
      return null
    },
    proposed: () => null,
  })
  const store = createHyperStore(new MemoryStore())
  const batches = new SessionBatches(keccak256)
  const cycles = new Cycles(
    {
      rhythm,
      sealer: { add: (told) => facts.push(told), cycle: ({ heartbeat }) => cycled.push({ atMs: clock.nowMs() - startMs, heartbeat }) },
      batches,
      store,
      oldestRunningBatch: () => oldestRunningBatch,
      limits: sealingLimits,
      clock,
      log: () => undefined,
      onStored: () => undefined,
      onSealed: (_block, latencyMs) => latencies.push(latencyMs),
    },
    { hyperNumber: 0n, hyperHash: genesisHash },
  )
  const startMs = clock.nowMs()
  await cycles.addLane(lane, { sealed: 0n, member: true })
  cycles.begin()
  return { clock, cycled, facts, marks, latencies, lane, store, batches, cycles }
}

const sealNext = ({ cycles }: Rig, number: bigint, from: bigint, to: bigint): Promise<void> => cycles.decided(hyperBlock(number, [laneEntry(7, from, to)]), filled(9)) // prettier-ignore

test('a lane is told of the genesis before anything is sealed', async () => {
  const { marks } = await rig()
  assert.deepEqual(marks, [{ hyperNumber: 0n, hyperHash: genesisHash, finalized: 0n }])
})

test('an idle network makes no cycles; a new block closes one at the end of the period', async () => {
  const r = await rig()
  await r.clock.advance(2_600)
  assert.deepEqual([r.cycled, r.facts], [[], []])
  r.lane.advance()
  r.lane.advance()
  await r.clock.advance(400)
  assert.deepEqual(r.cycled, [{ atMs: 3_000, heartbeat: false }])
  assert.deepEqual(r.facts.flatMap(({ lanes }) => lanes.flatMap(({ blocks }) => blocks.map(({ number }) => number))), [1n, 2n]) // prettier-ignore
  await r.cycles.stop()
})

test('with a heartbeat an idle network makes a block now and then', async () => {
  const r = await rig({ periodMs: 500, minPeriodMs: 100, heartbeatMs: 2_000 })
  await r.clock.advance(2_100)
  assert.deepEqual(r.cycled, [{ atMs: 2_000, heartbeat: true }])
  await sealNext(r, 1n, 1n, 0n)
  await r.clock.advance(1_900)
  assert.equal(r.cycled.length, 1)
  await r.clock.advance(600)
  assert.equal(r.cycled.length, 2)
  await r.cycles.stop()
})

test('after a quiet period the first news close the cycle when they come', async () => {
  const r = await rig()
  await r.clock.advance(1_234)
  r.lane.advance()
  r.cycles.gather()
  await r.clock.advance(0)
  assert.deepEqual(r.cycled, [{ atMs: 1_234, heartbeat: false }])
  await r.clock.advance(6)
  await sealNext(r, 1n, 1n, 1n)
  // A period is not shortened by them.
  await r.clock.advance(300)
  r.lane.advance()
  r.cycles.gather()
  await r.clock.advance(190)
  assert.equal(r.cycled.length, 1)
  await r.clock.advance(500)
  assert.equal(r.cycled.length, 2)
  await r.cycles.stop()
})

test('a change closes a late cycle too', async () => {
  const r = await rig()
  await r.clock.advance(777)
  r.cycles.wish()
  await r.clock.advance(0)
  assert.deepEqual(r.cycled, [{ atMs: 777, heartbeat: false }])
  await r.cycles.stop()
})

test('a session that commits is sealed at once, but not more often than minPeriodMs', async () => {
  const r = await rig()
  await r.clock.advance(250)
  r.lane.advance()
  r.cycles.soon()
  await r.clock.advance(0)
  assert.deepEqual(r.cycled, [{ atMs: 250, heartbeat: false }])
  for (let i = 0; i < 3; i++) {
    r.lane.advance()
    r.cycles.soon()
    await r.clock.advance(10)
  }
  assert.equal(r.cycled.length, 1)
  await r.clock.advance(70)
  assert.deepEqual(r.cycled.at(-1), { atMs: 350, heartbeat: false })
  await r.clock.advance(490)
  assert.equal(r.cycled.length, 2)
  await r.cycles.stop()
})

test('cycles of Buddies elsewhere do not rest: they must end together', () => {
  const rhythm = { periodMs: 500, minPeriodMs: 100, heartbeatMs: 0, fromSeal: true }
  assert.deepEqual(rhythmOf(rhythm, { restFactor: 20, ownBuddies: false }), { ...rhythm, restFactor: 0 })
  assert.deepEqual(rhythmOf(rhythm, { restFactor: 20, ownBuddies: true }), { ...rhythm, restFactor: 20 })
})

test('the longer a Hyper Block took, the longer the next one waits, up to a period', async () => {
  const r = await rig({ periodMs: 500, minPeriodMs: 100, heartbeatMs: 0, restFactor: 20 })
  const sealAfter = async (number: bigint, tookMs: number): Promise<number> => {
    const before = r.cycled.length
    r.lane.advance()
    r.cycles.soon()
    while (r.cycled.length === before) await r.clock.advance(1)
    await r.clock.advance(tookMs)
    await sealNext(r, number, number, number)
    return r.cycled.at(-1)?.atMs ?? NaN
  }
  await r.clock.advance(400)
  const first = await sealAfter(1n, 9)
  const second = await sealAfter(2n, 40)
  const third = await sealAfter(3n, 1)
  const fourth = await sealAfter(4n, 1)
  assert.deepEqual(r.latencies.slice(0, 2), [10, 40])
  assert.deepEqual([second - first, third - second, fourth - third], [200, 500, 100])
  // Who comes later than that does not wait.
  await r.clock.advance(100)
  const before = r.cycled.length
  r.lane.advance()
  r.cycles.soon()
  await r.clock.advance(0)
  assert.equal(r.cycled.length, before + 1)
  await r.cycles.stop()
})

test('a decided block is stored, then told, and its lane blocks are not told to the ledger again', async () => {
  const r = await rig()
  r.lane.advance()
  await r.clock.advance(500)
  assert.equal(r.cycles.unsealed(7), 1n)
  await r.clock.advance(5)
  await sealNext(r, 1n, 1n, 1n)
  await r.clock.settle()
  assert.equal(await r.store.tip(), 1n)
  assert.deepEqual([r.marks.at(-1)?.hyperNumber, r.marks.at(-1)?.finalized], [1n, 1n])
  assert.deepEqual(r.latencies, [5])
  assert.equal(r.cycles.unsealed(7), 0n)
  await r.clock.advance(2_000)
  assert.deepEqual([r.cycled.length, r.facts.length], [1, 1])
  await assert.rejects(sealNext(r, 3n, 2n, 2n))
  await r.cycles.stop()
})

test('a sealer that begins anew hears of everything since the newest sealed block', async () => {
  const r = await rig()
  r.lane.advance()
  r.batches.add({ batch: 4, lanes: [7], blocks: [{ chainId: 7, number: 2n, hash: filled(2), stateRoot: filled(2), txCount: 1 }], sessions: [] })
  await r.clock.advance(500)
  await sealNext(r, 1n, 1n, 1n)
  r.lane.advance()
  await r.clock.advance(500)
  const before = r.facts.length
  r.cycles.retell()
  await r.clock.advance(500)
  const again = r.facts.slice(before)
  assert.deepEqual(again.flatMap(({ lanes }) => lanes.flatMap(({ blocks }) => blocks.map(({ number }) => number))), [2n]) // prettier-ignore
  assert.deepEqual(again.flatMap(({ batches }) => batches.map(({ batch }) => batch)), [4]) // prettier-ignore
  await r.cycles.stop()
})

test('a restart is told of the batches that are not sealed, and of none before', async () => {
  const r = await rig(undefined, 9)
  const block = (number: bigint) => ({ chainId: 7, number, hash: filled(2), stateRoot: filled(2), txCount: 1 })
  r.batches.add({ batch: 5, lanes: [7], blocks: [block(1n)], sessions: [] })
  r.batches.add({ batch: 6, lanes: [7], blocks: [block(3n)], sessions: [] })
  await sealNext(r, 1n, 1n, 2n)
  assert.equal(await r.store.batchFloor(), 6)
  await sealNext(r, 2n, 3n, 3n)
  assert.equal(await r.store.batchFloor(), 9)
  await r.cycles.stop()
})

test('a lane that does not answer is left out of the cycle (L7)', async () => {
  const r = await rig()
  const stuck = new FakeLane(8, 'stuck', { blockFacts: () => new Promise(() => undefined), sealed: () => null })
  await r.cycles.addLane(stuck, { sealed: 0n, member: true })
  stuck.advance()
  r.lane.advance()
  await r.clock.advance(500)
  assert.equal(r.cycled.length, 0)
  await r.clock.advance(sealingLimits.lanesMs)
  assert.deepEqual(r.cycled, [{ atMs: 600, heartbeat: false }])
  await r.cycles.stop()
})
