// Owns: what a sealed lane does with what it is told of Hyper Blocks: tags (L5), the header fields of its blocks (H4), when it stops (back-pressure).
// Does not own: who tells it. Called by: node --test.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { LaneSpec } from '../../../../src/evm-lane/lane-spec.js'
import type { BlockTag, HeaderData } from '../../../../src/evm-lane/chain-data.js'
import { fromHex, toHex, type Hash32 } from '../../../../src/primitives.js'
import { chainId, testEngine, type TestEngine } from '../../../fixtures/engine-lane.js'
import { signedTx, signer } from '../../../fixtures/signed-tx.js'
import { VirtualClock } from '../../../fixtures/virtual-clock.js'

const ada = signer('ada')
const beaconRoots = fromHex('000f3df6d732807ef1319fb7b8bb8522d0beac02')
const hashOf = (number: number): Hash32 => new Uint8Array(32).fill(0xa0 + number)

type Lane = TestEngine & {
  clock: VirtualClock
  send: (nonce: bigint) => Promise<void>
  /** One transaction, one block. */
  mine: (nonce: bigint) => Promise<HeaderData>
  seal: (number: number, finalized: bigint) => Promise<void>
  tag: (tag: BlockTag) => Promise<bigint | undefined>
}

async function lane(t: test.TestContext, changes: Partial<LaneSpec> = {}, hardfork: string | null = null): Promise<Lane> {
  const clock = new VirtualClock(1_700_000_100_000)
  const alloc = [{ address: ada.address, balance: 10n ** 20n, nonce: 0n, code: new Uint8Array(0), storage: [] }]
  const engine = await testEngine(
    {
      production: { kind: 'instant', minBlockIntervalMs: 0, heartbeatMs: 500 },
      quietAfterBlocks: 0,
      sealed: true,
      genesis: { kind: 'default', hardfork, timestamp: 1_700_000_000n, alloc, baseFeePerGas: 1_000_000n },
      ...changes,
    },
    clock,
  )
  t.after(() => engine.stop())
  const send = async (nonce: bigint): Promise<void> => {
    const raw = signedTx(chainId, 0, ada, { nonce, gasLimit: 21_000n, to: ada.address, value: 1n })
    await engine.handlers.submit({ raw, sender: ada.address, waitMs: 0 })
  }
  return {
    ...engine,
    clock,
    send,
    mine: async (nonce) => {
      const next = engine.head().header.number + 1n
      await send(nonce)
      await clock.advance(1)
      await engine.reached(next)
      return engine.head().header
    },
    seal: async (number, finalized) => {
      await engine.handlers.sealed({ hyperNumber: BigInt(number), hyperHash: hashOf(number), finalized })
    },
    tag: async (tag) => (await engine.handlers.block({ at: { kind: 'tag', tag }, full: false }))?.header.number,
  }
}

test('H4: a sealed lane builds nothing before it knows what to build on, then carries it in every block', async (t) => {
  const one = await lane(t)
  await one.send(0n)
  await one.clock.advance(5_000)
  assert.equal(one.head().header.number, 0n)
  await one.seal(0, 0n)
  await one.clock.advance(1)
  const first = one.head().header
  assert.equal(first.number, 1n)
  assert.deepEqual(first.parentBeaconBlockRoot, hashOf(0))
  await one.seal(7, 1n)
  const second = await one.mine(1n)
  assert.deepEqual(second.parentBeaconBlockRoot, hashOf(7))
  assert.notDeepEqual(second.mixHash, first.mixHash)
  // EIP-4788: contracts of this block read it under the block's own timestamp.
  const data = new Uint8Array(32)
  new DataView(data.buffer).setBigUint64(24, second.timestamp)
  const message = { from: ada.address, to: beaconRoots, input: data, gas: 100_000n }
  const { returnData } = await one.handlers.call({ message, at: { kind: 'tag', tag: 'latest' }, stateOverrides: [], blockOverrides: null })
  assert.deepEqual(new Uint8Array(returnData), hashOf(7))
  await one.seal(8, 1n)
  const pending = await one.handlers.block({ at: { kind: 'tag', tag: 'pending' }, full: false })
  assert.deepEqual(pending?.header.parentBeaconBlockRoot, hashOf(8))
  const facts = structuredClone(await one.handlers.blockFacts({ from: 0n, max: 10 }))
  assert.deepEqual(
    facts.map((fact) => fact.hyperHash),
    [new Uint8Array(32), hashOf(0), hashOf(7)],
  )
})

test('H4: before Cancun a header has no place for the Hyper Block, and nothing is derived from it', async (t) => {
  const one = await lane(t, {}, 'shanghai')
  await one.seal(3, 0n)
  const first = await one.mine(0n)
  assert.equal(first.parentBeaconBlockRoot, undefined)
  const other = await lane(t, {}, 'shanghai')
  await other.seal(4, 0n)
  assert.deepEqual((await other.mine(0n)).mixHash, first.mixHash)
})

test('L5: safe and finalized follow what was proposed and sealed, never backward, and every reader sees it', async (t) => {
  const one = await lane(t)
  await one.seal(0, 0n)
  for (let nonce = 0n; nonce < 4n; nonce++) await one.mine(nonce)
  assert.deepEqual([await one.tag('latest'), await one.tag('safe'), await one.tag('finalized')], [4n, 0n, 0n])
  await one.handlers.proposed({ safe: 3n })
  await one.seal(1, 2n)
  assert.deepEqual([await one.tag('safe'), await one.tag('finalized')], [3n, 2n])
  assert.deepEqual(one.marks, [
    { safe: 3n, finalized: 0n },
    { safe: 3n, finalized: 2n },
  ])
  assert.deepEqual([one.head().safe, one.head().finalized], [3n, 2n])
  await one.seal(1, 2n)
  await one.handlers.proposed({ safe: 1n })
  assert.deepEqual([await one.tag('safe'), await one.tag('finalized')], [3n, 2n])
  assert.equal(one.marks.length, 2, 'nothing moved, nothing is told')
  const balance = await one.handlers.nonce({ address: ada.address, at: { kind: 'tag', tag: 'finalized' } })
  assert.equal(balance, 2n)
  await assert.rejects(one.handlers.sealed({ hyperNumber: 1n, hyperHash: hashOf(9), finalized: 3n }) as Promise<null>, { code: 'internal' })
})

test('L5: what is final stays final over a restart, and the Hyper Block to build on too', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'paralane-marks-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const one = await lane(t, { dir })
  await one.seal(0, 0n)
  await one.mine(0n)
  await one.mine(1n)
  await one.seal(5, 1n)
  await one.handlers.proposed({ safe: 2n })
  const facts = structuredClone(await one.handlers.blockFacts({ from: 0n, max: 10 }))
  await one.stop()
  const again = await lane(t, { dir })
  assert.deepEqual([await again.tag('safe'), await again.tag('finalized')], [1n, 1n])
  assert.deepEqual(structuredClone(await again.handlers.blockFacts({ from: 0n, max: 10 })), facts)
  assert.equal(toHex((await again.mine(2n)).parentBeaconBlockRoot as Hash32), toHex(hashOf(5)))
})

test('L5: a lane that has lost sealed blocks puts no others in their place, over a restart too', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'paralane-lost-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const one = await lane(t, { dir })
  await one.seal(0, 0n)
  await one.mine(0n)
  await one.send(1n)
  await assert.rejects(one.seal(5, 3n), { code: 'store-corrupt' })
  await one.clock.advance(60_000)
  assert.equal(one.head().header.number, 1n)
  assert.equal(await one.tag('finalized'), 1n)
  await one.stop()
  const again = await lane(t, { dir })
  await assert.rejects(again.send(1n), { code: 'store-corrupt' })
  await assert.rejects(again.seal(5, 3n), { code: 'store-corrupt' })
  assert.equal(again.head().header.number, 1n)
})

test('a lane that is part of no Hyper Blocks has its head safe and final', async (t) => {
  const one = await lane(t, { sealed: false })
  await one.mine(0n)
  assert.deepEqual([await one.tag('safe'), await one.tag('finalized')], [1n, 1n])
})

test('back-pressure: a lane too far ahead of what is sealed stops, refuses, answers reads, and goes on', async (t) => {
  const one = await lane(t, { maxUnsealed: 2 })
  await one.seal(0, 0n)
  await one.mine(0n)
  await one.mine(1n)
  await assert.rejects(one.send(2n), { code: 'unsealed-limit' })
  await one.clock.advance(60_000)
  assert.equal(one.head().header.number, 2n)
  assert.equal(await one.handlers.nonce({ address: ada.address, at: { kind: 'tag', tag: 'latest' } }), 2n)
  await one.seal(1, 1n)
  assert.equal((await one.mine(2n)).number, 3n)
})

test('back-pressure: what was pooled when the lane stopped is mined when it goes on', async (t) => {
  const one = await lane(t, { maxUnsealed: 1, gasLimit: 40_000n })
  await one.seal(0, 0n)
  await one.send(0n)
  await one.send(1n)
  await one.clock.advance(10_000)
  assert.equal(one.head().header.number, 1n)
  await one.seal(1, 1n)
  await one.clock.advance(1)
  assert.equal(one.head().header.number, 2n)
})
