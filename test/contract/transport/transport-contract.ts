// Owns: what every Transport must do, as tests over a factory.
// Called by: transport.test.ts with each implementation.

import assert from 'node:assert/strict'
import test from 'node:test'
import { keyOf } from '../../../src/codec/bytes.js'
import type { Key, Message } from '../../../src/buddy/core/types.js'
import type { Transport } from '../../../src/buddy/transport.js'

export type TransportWorld = {
  keys: readonly Key[]
  /** Opens the end of a key, which may then be opened again. Its followers may always connect. */
  open: (at: number, followers?: readonly number[]) => Promise<Transport>
  /** Settles when `holds` does; the world knows when to look again. */
  until: (holds: () => boolean) => Promise<void>
  close: () => Promise<void>
}

const ask = (height: bigint): Message => ({ kind: 'ask', height, view: null })

type Ear = { heard: { from: string; message: Message }[]; transport: Transport }

function listen(transport: Transport): Ear {
  const ear: Ear = { heard: [], transport }
  transport.onMessage((from, message) => ear.heard.push({ from: keyOf(from), message }))
  return ear
}

export function testTransport(name: string, make: (size: number) => Promise<TransportWorld>): void {
  const within = (what: string, size: number, run: (world: TransportWorld) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const world = await make(size)
      try {
        await run(world)
      } finally {
        await world.close()
      }
    })
  }

  within('validators reach each other, in order, and know who speaks', 3, async ({ keys, open, until }) => {
    const ears = await Promise.all([0, 1, 2].map(async (at) => listen(await open(at))))
    for (const { transport } of ears) transport.admit(keys)
    await until(() => ears.every(({ transport }) => transport.peers.length === 2))
    for (const [at, { transport }] of ears.entries()) {
      for (let i = 0; i < 20; i++) {
        transport.send(
          keys.filter((_, other) => other !== at),
          ask(BigInt(at * 100 + i)),
        )
      }
    }
    await until(() => ears.every(({ heard }) => heard.length === 40))
    for (const { heard } of ears) {
      for (const [at, key] of keys.entries()) {
        const heights = heard.filter(({ from }) => from === keyOf(key)).map(({ message }) => message.height)
        assert.deepEqual(heights, heights.length === 0 ? [] : Array.from({ length: 20 }, (_, i) => BigInt(at * 100 + i)))
      }
    }
  })

  within('a message of a megabyte arrives as it was', 2, async ({ keys, open, until }) => {
    const [a, b] = [listen(await open(0)), listen(await open(1))]
    a.transport.admit(keys)
    b.transport.admit(keys)
    await until(() => a.transport.peers.length === 1 && b.transport.peers.length === 1)
    const body = new Uint8Array(1024 * 1024).map((_, i) => i * 31)
    const block = { header: Uint8Array.of(1), body, nextSet: null }
    const message: Message = { kind: 'propose', height: 1n, view: 0, block, tc: null, signature: new Uint8Array(64) }
    a.transport.send([keys[1] as Key], message)
    await until(() => b.heard.length === 1)
    assert.deepEqual(b.heard[0]?.message, message)
  })

  within('who is not admitted is not heard, and cut off when it is no validator any more', 3, async ({ keys, open, until }) => {
    const [a, b, stranger] = [listen(await open(0)), listen(await open(1)), listen(await open(2))]
    a.transport.admit(keys.slice(0, 2))
    b.transport.admit(keys)
    stranger.transport.admit(keys)
    await until(() => a.transport.peers.length === 1 && b.transport.peers.length === 2)
    stranger.transport.send(keys.slice(0, 2), ask(1n))
    await until(() => b.heard.length === 1)
    assert.deepEqual(a.heard, [])
    b.transport.admit(keys.slice(0, 2))
    await until(() => b.transport.peers.length === 1 && stranger.transport.peers.length === 0)
    a.transport.admit(keys)
    await until(() => a.transport.peers.length === 2)
    stranger.transport.send(keys.slice(0, 1), ask(2n))
    await until(() => a.heard.some(({ message }) => message.height === 2n))
  })

  within('what was told to one that is no validator any more still arrives', 2, async ({ keys, open, until }) => {
    const [a, b] = [listen(await open(0)), listen(await open(1))]
    a.transport.admit(keys)
    b.transport.admit(keys)
    await until(() => a.transport.peers.length === 1 && b.transport.peers.length === 1)
    // More than the network takes at once.
    const block = { header: Uint8Array.of(1), body: new Uint8Array(8 * 1024 * 1024), nextSet: null }
    a.transport.send([keys[1] as Key], { kind: 'propose', height: 9n, view: 0, block, tc: null, signature: new Uint8Array(64) })
    a.transport.admit(keys.slice(0, 1))
    assert.deepEqual(a.transport.peers, [])
    await until(() => b.heard.length === 1 && b.transport.peers.length === 0)
    assert.equal(b.heard[0]?.message.height, 9n)
  })

  within('a follower connects to those who allow it', 2, async ({ keys, open, until }) => {
    const [validator, follower] = [listen(await open(0, [1])), listen(await open(1))]
    validator.transport.admit(keys.slice(0, 1))
    follower.transport.admit(keys.slice(0, 1))
    await until(() => validator.transport.peers.length === 1 && follower.transport.peers.length === 1)
    follower.transport.send(keys.slice(0, 1), ask(7n))
    await until(() => validator.heard.length === 1)
    validator.transport.send(keys.slice(1), ask(8n))
    await until(() => follower.heard.length === 1)
  })

  within('an end that closes is gone for the others, and back when it is opened again', 2, async ({ keys, open, until }) => {
    const [a, b] = [listen(await open(0)), listen(await open(1))]
    a.transport.admit(keys)
    b.transport.admit(keys)
    await until(() => a.transport.peers.length === 1 && b.transport.peers.length === 1)
    await b.transport.close()
    await until(() => a.transport.peers.length === 0)
    assert.deepEqual(b.transport.peers, [])
    const again = listen(await open(1))
    again.transport.admit(keys)
    await until(() => a.transport.peers.length === 1 && again.transport.peers.length === 1)
    a.transport.send([keys[1] as Key], ask(3n))
    await until(() => again.heard.some(({ message }) => message.height === 3n))
  })

  within('a flood keeps the newest and counts what fell out', 2, async ({ keys, open, until }) => {
    const [a, b] = [listen(await open(0)), listen(await open(1))]
    a.transport.admit(keys)
    b.transport.admit(keys)
    await until(() => a.transport.peers.length === 1 && b.transport.peers.length === 1)
    const count = 2_000
    // More than the network itself holds.
    const body = new Uint8Array(64 * 1024)
    const block = { header: Uint8Array.of(1), body, nextSet: null }
    for (let i = 1; i <= count; i++) {
      a.transport.send([keys[1] as Key], { kind: 'propose', height: BigInt(i), view: 0, block, tc: null, signature: new Uint8Array(64) })
    }
    await until(() => b.heard.at(-1)?.message.height === BigInt(count))
    const fallen = a.transport.traffic().dropped + b.transport.traffic().dropped
    assert.ok(fallen > 0)
    assert.equal(b.heard.length + fallen, count)
  })
}
