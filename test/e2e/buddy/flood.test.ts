// One of four sends as much as the others take: false votes of others, true ones for views far away, questions for everything. The others seal on.

import assert from 'node:assert/strict'
import test from 'node:test'
import { encodeMessage } from '../../../src/buddy/core/codec.js'
import { timeoutPreimage } from '../../../src/buddy/core/signing.js'
import type { Judge, Message } from '../../../src/buddy/core/types.js'
import { quorumWeight } from '../../../src/buddy/core/validators.js'
import { createVerifier } from '../../../src/buddy/signer.js'
import { keccak256 } from '../../../src/evm-lane/engine/keccak.js'
import { readHeader } from '../../sim/buddy/toy-block.js'
import { prng } from '../../fixtures/random.js'
import { genesisHash, shakeHands, until } from '../../fixtures/tcp-buddies.js'
import { agreed, openTcpCluster, verifyChain } from '../../fixtures/tcp-cluster.js'
import type { TcpCluster, TcpSeat } from '../../fixtures/tcp-cluster.js'

const size = 4
const judge: Judge = { crypto: { hash: keccak256, verify: createVerifier() }, genesisHash, readHeader, quorum: quorumWeight }

/** Messages of a Buddy that follows no rule but that it signs what is its own. */
function* nonsense({ seats }: TcpCluster, { signer }: TcpSeat): Generator<Message> {
  const random = prng(7)
  const [noise, digest] = [random.bytes(64), random.bytes(64)]
  const self = seats.length - 1
  for (let view = 0; ; view++) {
    const height = BigInt(1 + (seats[0]?.app.sealed.length ?? 0))
    // Each differs from all before: nothing of it can be remembered as seen.
    const votes = Array.from({ length: 8 }, (_, i) => {
      const other = digest.slice()
      new DataView(other.buffer).setUint32(4 * i, view)
      return { validator: i % size, digest: other, signature: noise }
    })
    yield { kind: 'votes', vote: view % 2 === 0 ? 'prepare' : 'commit', height, view: view % 8, votes, want: true }
    yield { kind: 'timeout', height, view, validator: self, highQc: null, signature: signer.sign(timeoutPreimage(judge, height, view, null)) }
    yield { kind: 'ask', height: 1n, view: null }
    yield { kind: 'timeout', height: height + 5n, view, validator: self, highQc: null, signature: noise }
  }
}

type Flood = { sent: () => number; stop: () => void }

/** As fast as the other end reads. */
async function flood(cluster: TcpCluster, to: TcpSeat, from: TcpSeat): Promise<Flood> {
  const { socket, cipher } = await shakeHands(to.transport?.port ?? 0, to.signer, from.signer)
  const messages = nonsense(cluster, from)
  let sent = 0
  let stopped = false
  const write = (): void => {
    for (let more = true; more && !stopped && !socket.destroyed; sent++) more = socket.write(cipher.seal(2, encodeMessage(messages.next().value)))
  }
  socket.resume()
  socket.on('drain', () => setImmediate(write))
  write()
  return {
    sent: () => sent,
    stop: () => {
      stopped = true
      socket.destroy()
    },
  }
}

test('one of four floods the others: they go on sealing', { timeout: 600_000 }, async (t) => {
  const cluster = await openTcpCluster(size)
  t.after(() => cluster.close())
  const honest = cluster.seats.slice(0, 3)
  const liar = cluster.seats[3] as TcpSeat
  for (const at of honest.keys()) await cluster.start(at)
  await until(() => honest.every(({ app }) => app.sealed.length >= 2))
  const floods = await Promise.all(honest.map((seat) => flood(cluster, seat, liar)))
  t.after(() => floods.forEach(({ stop }) => stop()))
  const from = Math.max(...honest.map(({ app }) => app.sealed.length))
  await until(() => honest.every(({ app }) => app.sealed.length >= from + 20))
  t.diagnostic(`20 heights under ${floods.map(({ sent }) => sent()).join(', ')} messages`)
  assert.ok(floods.every(({ sent }) => sent() > 1_000))
  assert.ok(agreed(cluster))
  for (const seat of honest) {
    assert.deepEqual(seat.failures, [])
    assert.equal(seat.buddy?.status().overrun, 0)
    verifyChain(cluster, size, seat)
  }
})
