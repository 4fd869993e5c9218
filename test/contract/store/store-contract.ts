// Owns: what every Store must do, as tests over a factory.
// Called by: store.test.ts with each implementation.

import assert from 'node:assert/strict'
import test from 'node:test'
import { bareHex } from '../../../src/primitives.js'
import { compareBytes, prefixEnd, type Store, type StoreRange } from '../../../src/store/store.js'
import { seededRandom } from '../../fixtures/random.js'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

async function keysOf(store: Store, range: StoreRange): Promise<string[]> {
  const keys: string[] = []
  for await (const [key] of store.iterate(range)) keys.push(bareHex(key))
  return keys
}

export function testStore(name: string, open: () => Promise<Store>): void {
  test(`${name}: reads what a batch wrote, in every way of reading`, async () => {
    const store = await open()
    await store.batch([
      { type: 'put', key: bytes(1), value: bytes(10) },
      { type: 'put', key: bytes(2), value: bytes() },
    ])
    assert.deepEqual([...(store.getSync(bytes(1)) ?? [])], [10])
    assert.deepEqual([...((await store.get(bytes(1))) ?? [])], [10])
    assert.equal(store.getSync(bytes(2))?.length, 0)
    assert.equal(store.getSync(bytes(3)), undefined)
    assert.equal(await store.get(bytes(3)), undefined)
    assert.deepEqual(
      (await store.getMany([bytes(3), bytes(1)])).map((value) => value?.[0]),
      [undefined, 10],
    )
    await store.close()
  })

  test(`${name}: the last operation of a batch on a key wins`, async () => {
    const store = await open()
    await store.batch([
      { type: 'put', key: bytes(1), value: bytes(1) },
      { type: 'del', key: bytes(1) },
      { type: 'put', key: bytes(1), value: bytes(2) },
    ])
    assert.deepEqual(store.getSync(bytes(1))?.[0], 2)
    await store.batch(
      [
        { type: 'put', key: bytes(1), value: bytes(3) },
        { type: 'del', key: bytes(1) },
      ],
      { sync: true },
    )
    assert.equal(store.getSync(bytes(1)), undefined)
    await store.close()
  })

  test(`${name}: a sync leaves nothing behind`, async () => {
    const store = await open()
    await store.batch([{ type: 'put', key: bytes(1), value: bytes(10) }])
    await store.sync()
    assert.deepEqual(await keysOf(store, {}), ['01'])
    await store.close()
    await assert.rejects(store.sync())
  })

  test(`${name}: does not keep the caller's buffers`, async () => {
    const store = await open()
    const key = bytes(1)
    const value = bytes(1)
    await store.batch([{ type: 'put', key, value }])
    key[0] = 9
    value[0] = 9
    assert.equal(store.getSync(bytes(1))?.[0], 1)
    await store.close()
  })

  test(`${name}: iterates in the order of unsigned bytes, within bounds`, async () => {
    const store = await open()
    const random = seededRandom(`${name} order`)
    const keys = [...new Set(Array.from({ length: 200 }, () => bareHex(random.bytes(1 + random.below(3)))))].map((hex) =>
      Uint8Array.from(Buffer.from(hex, 'hex')),
    )
    await store.batch(keys.map((key) => ({ type: 'put', key, value: key })))
    const sorted = keys.sort(compareBytes)
    for (let i = 0; i < 50; i++) {
      const [low, high] = [random.bytes(1 + random.below(3)), random.bytes(1 + random.below(3))].sort(compareBytes)
      if (low === undefined || high === undefined) continue
      const within = sorted.filter((key) => compareBytes(key, low) >= 0 && compareBytes(key, high) < 0).map(bareHex)
      assert.deepEqual(await keysOf(store, { gte: low, lt: high }), within)
      assert.deepEqual(await keysOf(store, { gte: low, lt: high, reverse: true, limit: 3 }), within.reverse().slice(0, 3))
      const open = sorted.filter((key) => compareBytes(key, low) > 0 && compareBytes(key, high) <= 0).map(bareHex)
      assert.deepEqual(await keysOf(store, { gt: low, lte: high, limit: 5 }), open.slice(0, 5))
    }
    assert.deepEqual(await keysOf(store, {}), sorted.map(bareHex))
    await store.close()
  })

  test(`${name}: an iteration shows the store as it was when it began`, async () => {
    const store = await open()
    await store.batch([1, 2, 3].map((n) => ({ type: 'put', key: bytes(n), value: bytes(n) })))
    const seen: number[] = []
    for await (const [key, value] of store.iterate({})) {
      seen.push(value[0] ?? 0)
      if (key[0] === 1)
        await store.batch([
          { type: 'put', key: bytes(2), value: bytes(99) },
          { type: 'del', key: bytes(3) },
          { type: 'put', key: bytes(4), value: bytes(4) },
        ])
    }
    assert.deepEqual(seen, [1, 2, 3])
    await store.close()
  })

  test(`${name}: a closed store refuses`, async () => {
    const store = await open()
    await store.close()
    await assert.rejects(store.batch([{ type: 'put', key: bytes(1), value: bytes(1) }]))
  })
}

test('prefixEnd is above every key with the prefix and at most the next other key', () => {
  assert.deepEqual([...(prefixEnd(bytes(1, 2)) ?? [])], [1, 3])
  assert.deepEqual([...(prefixEnd(bytes(1, 0xff, 0xff)) ?? [])], [2])
  assert.equal(prefixEnd(bytes(0xff)), undefined)
})
