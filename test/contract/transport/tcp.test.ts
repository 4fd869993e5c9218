// What only a transport between machines has to stand: strangers, liars, and somebody in the middle.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import test from 'node:test'
import { AppError } from '../../../src/errors.js'
import { encodeMessage } from '../../../src/buddy/core/codec.js'
import type { Message } from '../../../src/buddy/core/types.js'
import { createFrameReader } from '../../../src/buddy/frame-reader.js'
import { helloBytes } from '../../../src/buddy/handshake.js'
import { handshakeMs, handshakesMax, pingMs, silenceMs } from '../../../src/buddy/limits.js'
import type { Signer } from '../../../src/buddy/signer.js'
import type { CloseReason } from '../../../src/buddy/tcp-connection.js'
import { openTcpTransport } from '../../../src/buddy/transport-tcp.js'
import type { TcpOptions, TcpTransport } from '../../../src/buddy/transport-tcp.js'
import { seededRandom } from '../../fixtures/random.js'
import { dial, framed, host, identityOf, newSigners, openProxy, readHello, shakeHands, until } from '../../fixtures/tcp-buddies.js'
import { VirtualClock } from '../../fixtures/virtual-clock.js'

const ask = (height: bigint): Message => ({ kind: 'ask', height, view: null })

type End = { transport: TcpTransport; heard: Message[]; closed: CloseReason[]; port: number }

async function open(signer: Signer, more: Partial<TcpOptions> = {}): Promise<End> {
  const closed: CloseReason[] = []
  const heard: Message[] = []
  const transport = await openTcpTransport({
    identity: identityOf(signer),
    listen: { host, port: 0 },
    addresses: [],
    followers: [],
    onClosed: (reason) => closed.push(reason),
    ...more,
  })
  transport.onMessage((_, message) => heard.push(message))
  return { transport, heard, closed, port: transport.port ?? 0 }
}

/** Closed by the other side without waiting for anything more. */
async function cutOff(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket.resume(), 'close')
}

test('garbage is cut off, and the others do not notice', async () => {
  const [own, friend] = newSigners(2) as [Signer, Signer]
  const random = seededRandom('garbage')
  const end = await open(own)
  const other = await open(friend)
  for (const { transport } of [end, other]) transport.admit([own.key, friend.key])
  other.transport.locate(own.key, { host, port: end.port })
  await until(() => end.transport.peers.length === 1)
  const messages = [
    ...Array.from({ length: 30 }, () => random.bytes(200)),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    framed(new Uint8Array(helloBytes)),
    framed(random.bytes(80)),
    Buffer.alloc(4),
  ]
  for (const message of messages) {
    const socket = await dial(end.port)
    socket.write(message)
    await cutOff(socket)
  }
  assert.equal(end.closed.length, messages.length)
  assert.ok(
    end.closed.every((reason) => reason === 'oversized' || reason === 'foreign'),
    end.closed.join(),
  )
  other.transport.send([own.key], ask(1n))
  await until(() => end.heard.length === 1)
  await Promise.all([end.transport.close(), other.transport.close()])
})

test('a stranger that announces 100 MB is cut off at its announcement', async () => {
  const end = await open(newSigners(1)[0] as Signer)
  const socket = await dial(end.port)
  const head = Buffer.alloc(4)
  head.writeUInt32BE(100 * 1024 * 1024)
  socket.write(head)
  await cutOff(socket)
  assert.deepEqual(end.closed, ['oversized'])
  await end.transport.close()
})

test('a validator that announces 100 MB is cut off at its announcement, and what it said before is heard', async () => {
  const [own, liar] = newSigners(2) as [Signer, Signer]
  const end = await open(own)
  end.transport.admit([own.key, liar.key])
  const { socket, cipher } = await shakeHands(end.port, own, liar)
  socket.write(cipher.seal(2, encodeMessage(ask(5n))))
  await until(() => end.heard.length === 1)
  const head = Buffer.alloc(4)
  head.writeUInt32BE(100 * 1024 * 1024)
  socket.write(head)
  await cutOff(socket)
  assert.deepEqual(end.closed, ['oversized'])
  assert.deepEqual(end.transport.peers, [])
  await end.transport.close()
})

test('a handshake that somebody recorded is of no use to them', async () => {
  const [own, friend] = newSigners(2) as [Signer, Signer]
  const end = await open(own)
  const proxy = await openProxy(() => end.port)
  const other = await open(friend, { listen: null, addresses: [{ key: own.key, host, port: proxy.port }] })
  for (const { transport } of [end, other]) transport.admit([own.key, friend.key])
  other.transport.send([own.key], ask(1n))
  await until(() => end.heard.length === 1)
  await other.transport.close()
  await until(() => end.transport.peers.length === 0)
  end.closed.length = 0
  const socket = await dial(end.port)
  for (const chunk of proxy.forth[0] ?? []) socket.write(chunk)
  await cutOff(socket)
  assert.deepEqual(end.closed, ['garbled'])
  assert.equal(end.heard.length, 1)
  await Promise.all([end.transport.close(), proxy.close()])
})

test('somebody in the middle who speaks for himself is refused on both sides', async () => {
  const [own, friend, middle] = newSigners(3) as [Signer, Signer, Signer]
  const end = await open(own)
  const between = await open(middle)
  const other = await open(friend, { listen: null, addresses: [{ key: own.key, host, port: between.port }] })
  end.transport.admit([own.key, friend.key])
  other.transport.admit([own.key, friend.key])
  between.transport.admit([own.key, friend.key])
  between.transport.locate(own.key, { host, port: end.port })
  await until(() => end.closed.includes('refused') && between.closed.includes('refused'))
  assert.deepEqual(end.transport.peers, [])
  assert.deepEqual(other.transport.peers, [])
  await Promise.all([end.transport.close(), between.transport.close(), other.transport.close()])
})

test('who answers with another key than the one that was dialled is refused', async () => {
  const [own, wanted, actual] = newSigners(3) as [Signer, Signer, Signer]
  const end = await open(actual)
  const caller = await open(own, { listen: null, addresses: [{ key: wanted.key, host, port: end.port }] })
  end.transport.admit([own.key, wanted.key, actual.key])
  caller.transport.admit([own.key, wanted.key, actual.key])
  // The proof is made for the key that the caller wants, so it means nothing to another one.
  await until(() => end.closed.includes('refused') && caller.closed.length > 0)
  assert.deepEqual(caller.transport.peers, [])
  await Promise.all([end.transport.close(), caller.transport.close()])
})

test('another network is another network', async () => {
  const [own, friend] = newSigners(2) as [Signer, Signer]
  const end = await open(own)
  const other = await open(friend, {
    identity: identityOf(friend, new Uint8Array(32)),
    listen: null,
    addresses: [{ key: own.key, host, port: end.port }],
  })
  for (const { transport } of [end, other]) transport.admit([own.key, friend.key])
  await until(() => end.closed.includes('foreign') || other.closed.includes('foreign'))
  assert.deepEqual(end.transport.peers, [])
  await Promise.all([end.transport.close(), other.transport.close()])
})

test('one bit changed on the way ends the connection, and the next one serves', async () => {
  const [own, friend] = newSigners(2) as [Signer, Signer]
  const end = await open(own)
  const proxy = await openProxy(() => end.port)
  const other = await open(friend, { listen: null, addresses: [{ key: own.key, host, port: proxy.port }] })
  for (const { transport } of [end, other]) transport.admit([own.key, friend.key])
  await until(() => end.transport.peers.length === 1 && other.transport.peers.length === 1)
  proxy.filter = (chunk, direction) => {
    if (direction === 'back') return chunk
    const changed = Buffer.from(chunk)
    changed[changed.length - 1] = (changed[changed.length - 1] as number) ^ 1
    return changed
  }
  other.transport.send([own.key], ask(1n))
  await until(() => end.closed.includes('garbled'))
  assert.deepEqual(end.heard, [])
  proxy.filter = (chunk) => chunk
  await until(() => end.transport.peers.length === 1 && other.transport.peers.length === 1)
  other.transport.send([own.key], ask(2n))
  await until(() => end.heard.some(({ height }) => height === 2n))
  await Promise.all([end.transport.close(), other.transport.close(), proxy.close()])
})

test('frames cut anywhere arrive as they were', async () => {
  const [own, friend] = newSigners(2) as [Signer, Signer]
  const end = await open(own)
  const bytes: number[] = []
  const reader = createFrameReader(
    () => 1_000,
    (frame) => bytes.push(frame.length) > 0,
  )
  for (const byte of Buffer.concat([framed(new Uint8Array(3)), framed(new Uint8Array(300))])) assert.ok(reader.push(Buffer.of(byte)))
  assert.deepEqual(bytes, [3, 300])
  assert.ok(!reader.push(framed(new Uint8Array(1_001)).subarray(0, 4)))
  const proxy = await openProxy(() => end.port)
  const other = await open(friend, { listen: null, addresses: [{ key: own.key, host, port: proxy.port }] })
  // Everything waits, then goes through at once, in pieces that end anywhere.
  proxy.filter = async (chunk) => {
    await new Promise(setImmediate)
    return chunk
  }
  for (const { transport } of [end, other]) transport.admit([own.key, friend.key])
  await until(() => end.transport.peers.length === 1 && other.transport.peers.length === 1)
  for (let i = 0; i < 50; i++) other.transport.send([own.key], ask(BigInt(i)))
  await until(() => end.heard.length === 50)
  assert.deepEqual(
    end.heard.map(({ height }) => height),
    Array.from({ length: 50 }, (_, i) => BigInt(i)),
  )
  await Promise.all([end.transport.close(), other.transport.close(), proxy.close()])
})

test('both dial at once, over and over: one connection stays, and nothing said on the other is lost', async () => {
  const heights = Array.from({ length: 30 }, (_, i) => BigInt(i))
  let replaced = 0
  for (let round = 0; round < 10; round++) {
    const signers = newSigners(2) as [Signer, Signer]
    const ends = [await open(signers[0]), await open(signers[1])] as const
    for (const { transport } of ends) transport.admit(signers.map(({ key }) => key))
    ends[0].transport.locate(signers[1].key, { host, port: ends[1].port })
    ends[1].transport.locate(signers[0].key, { host, port: ends[0].port })
    for (const height of heights) {
      ends[0].transport.send([signers[1].key], ask(height))
      ends[1].transport.send([signers[0].key], ask(height))
      await new Promise(setImmediate)
    }
    await until(() => ends.every(({ heard }) => heard.length === heights.length))
    for (const { heard, transport } of ends) {
      assert.deepEqual(new Set(heard.map(({ height }) => height)), new Set(heights))
      assert.equal(transport.peers.length, 1)
    }
    replaced += ends.filter(({ closed }) => closed.includes('replaced')).length
    await Promise.all(ends.map(({ transport }) => transport.close()))
  }
  assert.ok(replaced > 0, 'two connections met at least once')
})

test('who does not finish the handshake in time is cut off, and no more than a few may be in it', async () => {
  const clock = new VirtualClock()
  const end = await open(newSigners(1)[0] as Signer, { timers: clock })
  const idle = await Promise.all(Array.from({ length: handshakesMax }, () => dial(end.port)))
  // Each has our hello, so all are counted.
  await Promise.all(idle.map(readHello))
  await cutOff(await dial(end.port))
  assert.deepEqual(end.closed, [])
  await clock.advance(handshakeMs)
  await Promise.all(idle.map(cutOff))
  assert.deepEqual(new Set(end.closed), new Set(['late']))
  const next = await dial(end.port)
  await readHello(next)
  await end.transport.close()
  await cutOff(next)
})

test('idle peers ping each other; one that falls silent is given up', async () => {
  const clock = new VirtualClock()
  const [own, friend] = newSigners(2) as [Signer, Signer]
  const end = await open(own, { timers: clock })
  const proxy = await openProxy(() => end.port)
  const other = await open(friend, { listen: null, timers: clock, addresses: [{ key: own.key, host, port: proxy.port }] })
  for (const { transport } of [end, other]) transport.admit([own.key, friend.key])
  await until(() => end.transport.peers.length === 1 && other.transport.peers.length === 1)
  let pings = 0
  proxy.filter = (chunk) => {
    pings++
    return chunk
  }
  // In the first period there was the handshake.
  await clock.advance(pingMs)
  for (let period = 0; period < 10; period++) {
    const before = pings
    await clock.advance(pingMs)
    await until(() => pings >= before + 2)
    // The ping has left the proxy; it is read before the next period ends.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  }
  assert.deepEqual([...end.closed, ...other.closed], [])
  proxy.filter = () => Buffer.alloc(0)
  await clock.advance(silenceMs + 2 * pingMs)
  await until(() => end.closed.includes('silent') && other.closed.length > 0)
  await Promise.all([end.transport.close(), other.transport.close(), proxy.close()])
})

test('a port that is taken is refused with a reason', async () => {
  const [own, other] = newSigners(2) as [Signer, Signer]
  const end = await open(own)
  await assert.rejects(open(other, { listen: { host, port: end.port } }), (error) => error instanceof AppError && error.code === 'config-invalid')
  await end.transport.close()
})

test('what a validator sends that is no message is counted and not heard', async () => {
  const [own, liar] = newSigners(2) as [Signer, Signer]
  const end = await open(own)
  end.transport.admit([own.key, liar.key])
  const { socket, cipher } = await shakeHands(end.port, own, liar)
  socket.write(cipher.seal(2, Uint8Array.of(1, 2, 3)))
  socket.write(cipher.seal(2, encodeMessage(ask(1n))))
  await until(() => end.heard.length === 1)
  assert.equal(end.transport.traffic().malformed, 1)
  socket.write(cipher.seal(9, new Uint8Array(0)))
  await cutOff(socket)
  await end.transport.close()
})
