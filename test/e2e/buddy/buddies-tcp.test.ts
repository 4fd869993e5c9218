// Four Buddies over TCP, with real signatures and logs on disk: stops and starts, a bad network, strangers at the door.

import assert from 'node:assert/strict'
import { createConnection } from 'node:net'
import test from 'node:test'
import { seededRandom } from '../../fixtures/random.js'
import { host, until } from '../../fixtures/tcp-buddies.js'
import { agreed, openTcpCluster, verifyChain } from '../../fixtures/tcp-cluster.js'
import type { TcpCluster, TcpSeat } from '../../fixtures/tcp-cluster.js'

const size = 4
const seatOf = (cluster: TcpCluster, at: number): TcpSeat => cluster.seats[at] as TcpSeat

async function within(more: { followers?: number }, run: (cluster: TcpCluster) => Promise<void>): Promise<void> {
  const cluster = await openTcpCluster(size, more)
  try {
    for (const at of cluster.seats.keys()) await cluster.start(at)
    await run(cluster)
    assert.ok(agreed(cluster))
    for (const seat of cluster.seats) {
      assert.deepEqual(seat.failures, [])
      verifyChain(cluster, size, seat)
    }
  } finally {
    await cluster.close()
  }
}

/** The highest height of any, and `more`. */
function beyond({ seats }: TcpCluster, more: bigint): bigint {
  return seats.reduce((top, { app }) => (app.height > top ? app.height : top), 0n) + more
}

async function reach(cluster: TcpCluster, seats: readonly number[], height: bigint): Promise<void> {
  await Promise.all(seats.map((at) => seatOf(cluster, at).app.reached(height)))
}

test('any one of four stops and starts again: the others seal, and it catches up', async () => {
  await within({}, async (cluster) => {
    await reach(cluster, [0, 1, 2, 3], 2n)
    for (let at = 0; at < size; at++) {
      const others = [0, 1, 2, 3].filter((other) => other !== at)
      await cluster.stop(at)
      const stopped = seatOf(cluster, at).app.height
      await reach(cluster, others, beyond(cluster, 3n))
      assert.equal(seatOf(cluster, at).app.height, stopped)
      await cluster.start(at)
      await reach(cluster, [0, 1, 2, 3], beyond(cluster, 2n))
    }
  })
})

test('two of four down: sealing stops; with one of them back it goes on', async () => {
  await within({}, async (cluster) => {
    await reach(cluster, [0, 1, 2, 3], 2n)
    await cluster.stop(0)
    await cluster.stop(3)
    const [left, gone] = [
      [1, 2],
      [0, 3],
    ].map((seats) => seats.map((at) => seatOf(cluster, at))) as [TcpSeat[], TcpSeat[]]
    // Whoever votes for a block has stored the one before it (B4.3). So the votes of the two that may still arrive seal one height more at most.
    const bound = gone.reduce((top, { app }) => (app.height > top ? app.height : top), 0n) + 1n
    const beyondBound = (): boolean => left.some(({ app }) => app.height > bound)
    // Each gives the same height up several times: nothing more is coming.
    await until(() => left.every(({ timeouts }) => timeouts >= 6) || beyondBound())
    assert.ok(!beyondBound(), `sealed ${left.map(({ app }) => app.height).join(' and ')} by two, with votes of others for no more than ${bound}`)
    await cluster.start(3)
    await reach(cluster, [1, 2, 3], bound + 3n)
    await cluster.start(0)
    await reach(cluster, [0, 1, 2, 3], beyond(cluster, 1n))
  })
})

test('all stop at once and start again: nothing that was sealed is lost', async () => {
  await within({}, async (cluster) => {
    await reach(cluster, [0, 1, 2, 3], 3n)
    await Promise.all([0, 1, 2, 3].map(cluster.stop))
    const before = seatOf(cluster, 0).app.sealed.length
    for (let at = 0; at < size; at++) await cluster.start(at)
    await reach(cluster, [0, 1, 2, 3], BigInt(before) + 3n)
  })
})

test('a network that delays, cuts and garbles: they agree, and go on at full speed when it is mended', async () => {
  const random = seededRandom('bad network')
  await within({}, async (cluster) => {
    for (const { proxy } of cluster.seats) {
      proxy.filter = async (chunk) => {
        if (random.chance(3)) await new Promise((resolve) => setTimeout(resolve, random.below(15)))
        if (random.chance(60)) return null
        if (!random.chance(60)) return chunk
        const garbled = Buffer.from(chunk)
        garbled[random.below(garbled.length)] = random.below(256)
        return garbled
      }
    }
    await reach(cluster, [0, 1, 2, 3], beyond(cluster, 10n))
    for (const { proxy } of cluster.seats) proxy.filter = (chunk) => chunk
    await reach(cluster, [0, 1, 2, 3], beyond(cluster, 5n))
    assert.ok(cluster.seats.some(({ closed }) => closed.includes('garbled') || closed.includes('ended')))
  })
})

test('one whose door is shut takes part over the connections that it opens itself', async () => {
  await within({}, async (cluster) => {
    await reach(cluster, [0, 1, 2, 3], 2n)
    const { proxy } = seatOf(cluster, 2)
    proxy.broken = true
    proxy.cut()
    await reach(cluster, [0, 1, 2, 3], beyond(cluster, 3n))
    proxy.broken = false
    await reach(cluster, [0, 1, 2, 3], beyond(cluster, 2n))
  })
})

test('strangers with garbage and announcements of 100 MB at every door do not hold up sealing', async () => {
  const random = seededRandom('strangers')
  await within({}, async (cluster) => {
    await reach(cluster, [0, 1, 2, 3], 1n)
    let over = 0
    const total = 80
    for (let i = 0; i < total; i++) {
      const socket = createConnection({ host, port: seatOf(cluster, i % size).transport?.port ?? 0 })
      const head = Buffer.alloc(4)
      head.writeUInt32BE(100 * 1024 * 1024)
      socket.on('error', () => undefined)
      socket.on('close', () => over++)
      socket.resume().write(i % 2 === 0 ? head : random.bytes(1 + random.below(500)))
      // Some say nothing more and leave; the rest are cut off.
      if (i % 5 === 0) socket.end()
    }
    await reach(cluster, [0, 1, 2, 3], beyond(cluster, 5n))
    await until(() => cluster.seats.flatMap(({ closed }) => closed).filter((reason) => reason === 'oversized').length >= total / 4)
    await until(() => over > 0)
  })
})

test('a follower is told of every Seal, also after it was away', async () => {
  await within({ followers: 1 }, async (cluster) => {
    await reach(cluster, [0, 1, 2, 3, 4], 3n)
    await cluster.stop(4)
    await reach(cluster, [0, 1, 2, 3], beyond(cluster, 5n))
    await cluster.start(4)
    await reach(cluster, [4], beyond(cluster, 2n))
    assert.equal(seatOf(cluster, 4).buddy?.status().validator, null)
  })
})
