// Hyper Blocks in the store: found by number, by hash, by any lane block; evidence; changes that wait.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Evidence } from '../../../src/buddy/core/types.js'
import { createHyperStore } from '../../../src/hyper/hyper-store.js'
import type { SignedChange } from '../../../src/hyper/core/hyper-types.js'
import { MemoryStore } from '../../../src/store/memory-store.js'
import { filled, hyperBlock, laneEntry } from '../../fixtures/hyper-blocks.js'

const after = { batchFloor: 3, roster: filled(9) }

test('an empty store has no block', async () => {
  const store = createHyperStore(new MemoryStore())
  assert.equal(await store.tip(), 0n)
  assert.equal(await store.byNumber(1n), null)
  assert.equal(await store.numberOf(filled(1)), null)
  assert.equal(await store.numberOfLaneBlock(7, 1n), null)
  assert.equal(await store.batchFloor(), 0)
  assert.equal(await store.roster(), null)
})

test('a block is found by number, hash and every lane block it holds', async () => {
  const store = createHyperStore(new MemoryStore())
  const blocks = [
    hyperBlock(1n, [laneEntry(7, 1n, 3n), laneEntry(8, 1n, 0n)]),
    hyperBlock(2n, [laneEntry(7, 4n, 3n), laneEntry(8, 1n, 300n)]),
    hyperBlock(3n, [laneEntry(7, 4n, 4n), laneEntry(8, 301n, 301n)]),
  ]
  for (const block of blocks) await store.append(block, after)
  assert.equal(await store.tip(), 3n)
  for (const block of blocks) {
    assert.deepEqual(await store.byNumber(block.header.number), { seal: block.seal, block: block.block })
    assert.equal(await store.numberOf(block.hash), block.header.number)
  }
  const at = (chainId: number, number: bigint): Promise<bigint | null> => store.numberOfLaneBlock(chainId, number)
  assert.deepEqual(await Promise.all([at(7, 1n), at(7, 3n), at(7, 4n), at(7, 5n)]), [1n, 1n, 3n, null])
  assert.deepEqual(await Promise.all([at(8, 1n), at(8, 300n), at(8, 301n), at(8, 302n), at(6, 1n)]), [2n, 2n, 3n, null, null])
  assert.deepEqual([await store.batchFloor(), await store.roster()], [3, after.roster])
})

test('evidence from a number on, oldest first, at most so many', async () => {
  const store = createHyperStore(new MemoryStore())
  const guilt = (culprit: number): Evidence => {
    const vote = { kind: 'prepare' as const, height: 1n, view: 0, validator: culprit, digest: new Uint8Array(64), signature: new Uint8Array(64) }
    return { rule: 'E1', height: 1n, culprit, first: vote, second: { ...vote, digest: new Uint8Array(64).fill(1) }, tc: null }
  }
  await store.append(hyperBlock(1n, [], { evidence: [guilt(0), guilt(1)] }), after)
  await store.append(hyperBlock(2n, [], { evidence: [guilt(2)] }), after)
  const culprits = async (from: bigint, max: number): Promise<number[]> => (await store.evidence(from, max)).map(({ evidence }) => evidence.culprit)
  assert.deepEqual(await culprits(1n, 10), [0, 1, 2])
  assert.deepEqual(await culprits(1n, 2), [0, 1])
  assert.deepEqual(await culprits(2n, 10), [2])
  assert.deepEqual(await culprits(3n, 10), [])
})

test('a change waits until the block that holds it', async () => {
  const store = createHyperStore(new MemoryStore())
  const change = (nonce: bigint): SignedChange => ({
    nonce,
    change: { kind: 'buddy-set', key: filled(3), weight: 2n },
    signature: new Uint8Array(64),
  })
  await store.keepChange(change(0n))
  await store.keepChange(change(1n))
  assert.deepEqual(await store.changesWaiting(), [change(0n), change(1n)])
  await store.append(hyperBlock(1n, [], { changes: [change(0n)] }), after)
  assert.deepEqual(await store.changesWaiting(), [change(1n)])
})
