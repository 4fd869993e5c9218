// A running Buddy: order of effects, faults of its disk and its app, starting again.

import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '../../../src/errors.js'
import type { MemoryStore } from '../../../src/store/memory-store.js'
import type { Store } from '../../../src/store/store.js'
import { agree, contradictions, createCluster } from '../../fixtures/buddy-cluster.js'
import type { Cluster, Seat } from '../../fixtures/buddy-cluster.js'
import { FaultyStore } from '../../fixtures/faulty-store.js'
import { seededRandom } from '../../fixtures/random.js'

const everyone = (cluster: Cluster): number[] => [...cluster.set.keys()]
const seatOf = (cluster: Cluster, at: number): Seat => cluster.seats[at] as Seat

async function started(size: number, more: Parameters<typeof createCluster>[1] = {}): Promise<Cluster> {
  const cluster = createCluster(size, more)
  for (const at of cluster.seats.keys()) await cluster.start(at)
  return cluster
}

for (const size of [1, 2, 4, 7]) {
  test(`${size} Buddies seal height after height and tell their apps of each once`, async () => {
    const cluster = await started(size)
    for (let height = 1n; height <= 5n; height++) await cluster.seal(height, everyone(cluster))
    assert.ok(agree(cluster))
    assert.deepEqual(contradictions(cluster), [])
    const { buddy, app } = seatOf(cluster, 0)
    assert.deepEqual((await buddy?.sealed(3n))?.block, app.sealed[2]?.block)
    assert.equal(buddy?.status().state, 'running')
    await cluster.stopAll()
  })
}

test('nothing is said before what it rests on is on disk', async () => {
  const cluster = await started(4)
  const gate = createGate()
  await cluster.stop(0)
  await cluster.start(0, gate.through)
  gate.shut()
  const before = cluster.said.length
  for (let round = 0; round < 10; round++) {
    cluster.cycle()
    await cluster.clock.advance(20)
  }
  assert.deepEqual(
    cluster.said.slice(before).filter(({ by, message }) => by === 0 && message.kind !== 'ask'),
    [],
  )
  assert.ok(gate.writes() > 0)
  gate.open()
  await cluster.seal(seatOf(cluster, 1).app.height + 1n, everyone(cluster))
  assert.deepEqual(contradictions(cluster), [])
  await cluster.stopAll()
})

test('one down: the others seal; back again, it learns what it missed', async () => {
  const cluster = await started(4)
  await cluster.seal(1n, everyone(cluster))
  await cluster.stop(2)
  await cluster.seal(4n, [0, 1, 3])
  assert.equal(seatOf(cluster, 2).app.height, 1n)
  await cluster.start(2)
  await cluster.seal(5n, everyone(cluster))
  assert.ok(agree(cluster))
  await cluster.stopAll()
})

test('two of four down: nothing is sealed until one is back', async () => {
  const cluster = await started(4)
  await cluster.seal(1n, everyone(cluster))
  await cluster.stop(0)
  await cluster.stop(1)
  const reached = Math.max(...[2, 3].map((at) => Number(seatOf(cluster, at).app.height)))
  for (let round = 0; round < 50; round++) {
    cluster.cycle()
    await cluster.clock.advance(50)
  }
  assert.equal(Number(seatOf(cluster, 2).app.height), reached)
  assert.equal(Number(seatOf(cluster, 3).app.height), reached)
  await cluster.start(1)
  await cluster.seal(BigInt(reached) + 2n, [1, 2, 3])
  assert.deepEqual(contradictions(cluster), [])
  await cluster.stopAll()
})

test('a disk that fails ends the Buddy, which says nothing more; on the same disk it goes on', async () => {
  const cluster = await started(4)
  await cluster.stop(3)
  await cluster.start(3, (disk) => new FaultyStore(disk, { atBatch: 2, kind: 'cut' }))
  await cluster.seal(3n, [0, 1, 2])
  const [failure] = seatOf(cluster, 3).failures
  assert.ok(failure instanceof AppError && failure.code === 'store-failed', String(failure))
  assert.equal(seatOf(cluster, 3).buddy?.status().state, 'failed')
  const silentFrom = cluster.said.length
  await cluster.seal(4n, [0, 1, 2])
  assert.ok(!cluster.said.slice(silentFrom).some(({ by }) => by === 3))
  await cluster.stop(3)
  await cluster.start(3)
  await cluster.seal(6n, everyone(cluster))
  assert.ok(agree(cluster))
  assert.deepEqual(contradictions(cluster), [])
  await cluster.stopAll()
})

test('a power cut at any write, again and again: no vote is given twice, all agree', async () => {
  const random = seededRandom('power cuts')
  const cluster = await started(4)
  for (let cut = 0; cut < 40; cut++) {
    const at = random.below(4)
    await cluster.stop(at)
    const atBatch = 1 + random.below(8)
    await cluster.start(at, (disk) => new FaultyStore(disk, { atBatch, kind: 'cut' }))
    const others = everyone(cluster).filter((other) => other !== at)
    await cluster.seal(seatOf(cluster, others[0] as number).app.height + 2n, others)
    await cluster.stop(at)
    await cluster.start(at)
  }
  await cluster.seal(seatOf(cluster, 0).app.height + 1n, everyone(cluster))
  assert.ok(agree(cluster))
  assert.deepEqual(contradictions(cluster), [])
  await cluster.stopAll()
})

test('an app that fails ends the Buddy; the next start tells it what the log has beyond it, once', async () => {
  const cluster = await started(4)
  await cluster.seal(1n, everyone(cluster))
  const seat = seatOf(cluster, 1)
  seat.app.onDecided = async ({ seal }) => {
    if (seal.qc.height === 2n) throw new Error('no room')
  }
  await cluster.seal(4n, [0, 2, 3])
  assert.equal(seat.failures.length, 1)
  assert.equal(seat.app.height, 1n)
  seat.app.onDecided = async () => {}
  await cluster.stop(1)
  await cluster.start(1)
  assert.ok(seat.app.height >= 2n)
  await cluster.seal(5n, everyone(cluster))
  assert.ok(agree(cluster))
  await cluster.stopAll()
})

test('a follower has no vote, and learns what is sealed from those who push it and by asking', async () => {
  const cluster = await started(4, { followers: 1 })
  await cluster.seal(3n, [4])
  assert.equal(seatOf(cluster, 4).buddy?.status().validator, null)
  assert.ok(!cluster.said.some(({ by, message }) => by === 4 && message.kind !== 'ask'))
  await cluster.stop(4)
  await cluster.seal(6n, everyone(cluster))
  await cluster.start(4)
  await cluster.seal(6n, [4])
  assert.ok(agree(cluster))
  await cluster.stopAll()
})

test('the set changes while they run: the new one votes, the removed one does not', async () => {
  const cluster = createCluster(5)
  const smaller = cluster.set.slice(0, 4)
  const other = cluster.set.slice(1)
  for (const { app } of cluster.seats) app.nextSet = (height) => (height === 2n ? smaller : height === 4n ? other : null)
  for (const at of cluster.seats.keys()) await cluster.start(at)
  await cluster.seal(3n, [0, 1, 2, 3])
  assert.equal(seatOf(cluster, 0).buddy?.status().set.length, 4)
  await cluster.seal(7n, [1, 2, 3, 4])
  assert.equal(seatOf(cluster, 4).buddy?.status().validator, 3)
  assert.equal(seatOf(cluster, 0).buddy?.status().validator, null)
  assert.ok(agree(cluster))
  await cluster.stopAll()
})

/** A disk whose writes wait while the gate is shut. */
function createGate(): { through: (disk: Store) => Store; shut: () => void; open: () => void; writes: () => number } {
  let waiting: (() => void)[] = []
  let shut = false
  let writes = 0
  const through = (disk: Store): Store =>
    Object.assign(Object.create(disk) as Store, {
      batch: async (...args: Parameters<MemoryStore['batch']>) => {
        writes++
        if (shut) await new Promise<void>((resolve) => waiting.push(resolve))
        return disk.batch(...args)
      },
    })
  return {
    through,
    shut: () => {
      shut = true
    },
    open: () => {
      shut = false
      for (const go of waiting.splice(0)) go()
      waiting = []
    },
    writes: () => writes,
  }
}
