// Power cuts between any two things that a Buddy does: what it said stays what it says.

import assert from 'node:assert/strict'
import test from 'node:test'
import { keyOf } from '../../../src/codec/bytes.js'
import { agree, contradictions, createCluster } from '../../fixtures/buddy-cluster.js'
import type { Cluster, Seat } from '../../fixtures/buddy-cluster.js'
import { LossyStore } from '../../fixtures/lossy-store.js'
import { prng, seededRandom } from '../../fixtures/random.js'
import type { Random } from '../../fixtures/random.js'

const seatOf = (cluster: Cluster, at: number): Seat => cluster.seats[at] as Seat

/** One Buddy after the other loses power at some turn of the event loop, and comes back. */
async function cutPower(random: Random, more: { sync: boolean; cuts: number }): Promise<Cluster> {
  const cluster = createCluster(4)
  const start = (at: number): Promise<void> => cluster.start(at, (disk) => new LossyStore(disk, random), more.sync)
  for (const at of cluster.seats.keys()) await start(at)
  for (let cut = 0; cut < more.cuts; cut++) {
    cluster.cycle()
    for (let turn = random.below(40); turn > 0; turn--) await new Promise(setImmediate)
    const at = random.below(4)
    await cluster.stop(at)
    await start(at)
    if (random.chance(3)) await cluster.seal(seatOf(cluster, at).app.height + 1n, [0, 1, 2, 3])
  }
  return cluster
}

test('with a synced log no cut makes a Buddy contradict itself', async () => {
  const cluster = await cutPower(seededRandom('synced log'), { sync: true, cuts: 120 })
  await cluster.seal(seatOf(cluster, 0).app.height + 2n, [0, 1, 2, 3])
  assert.deepEqual(contradictions(cluster), [])
  assert.ok(agree(cluster))
  assert.deepEqual(
    cluster.seats.flatMap(({ app }) => app.evidences),
    [],
  )
  await cluster.stopAll()
})

test('without sync the same cuts do: the test above would see it', async () => {
  let found = 0
  for (let seed = 1; seed <= 20 && found === 0; seed++) {
    // A log that lost what its app has stops this Buddy for good, which is not what this is about.
    const cluster = await cutPower(prng(seed), { sync: false, cuts: 30 }).catch(() => null)
    found += cluster === null ? 0 : contradictions(cluster).length
    await cluster?.stopAll()
  }
  assert.ok(found > 0)
})

test('cut off between its log and its network, a Buddy says the same when it is back', async () => {
  const cluster = createCluster(4)
  for (const at of cluster.seats.keys()) await cluster.start(at)
  let repeated = 0
  for (let height = 1n; height <= 8n; height++) {
    const at = Number(height) % 4
    const before = cluster.said.length
    // What it votes for is written, and nobody hears of it.
    cluster.mute.add(at)
    cluster.cycle()
    for (let turn = 0; turn < 40; turn++) await new Promise(setImmediate)
    await cluster.stop(at)
    cluster.mute.delete(at)
    const first = votesOf(cluster, at, before)
    const restarted = cluster.said.length
    await cluster.start(at)
    await cluster.seal(height, [0, 1, 2, 3])
    const second = votesOf(cluster, at, restarted)
    for (const [name, digest] of first) {
      if (!second.has(name)) continue
      assert.equal(second.get(name), digest)
      repeated++
    }
  }
  assert.ok(repeated > 0)
  assert.deepEqual(contradictions(cluster), [])
  await cluster.stopAll()
})

/** What a Buddy wanted to say of its own votes, since a place in all that was said. */
function votesOf({ said, set, seats }: Cluster, at: number, from: number): Map<string, string> {
  const own = set.findIndex(({ key }) => keyOf(key) === keyOf(seatOf({ seats } as Cluster, at).key))
  const votes = new Map<string, string>()
  for (const { by, message } of said.slice(from)) {
    if (by !== at || message.kind !== 'votes') continue
    for (const { validator, digest } of message.votes) {
      if (validator === own) votes.set(`${message.vote} ${message.height} ${message.view}`, keyOf(digest))
    }
  }
  return votes
}
