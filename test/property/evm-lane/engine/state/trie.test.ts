// Our trie against @ethereumjs/mpt: same roots and proofs over random changes, checkpoints in a store, dropped batches.

import assert from 'node:assert/strict'
import test from 'node:test'
import { MerklePatriciaTrie, createMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { bareHex } from '../../../../../src/primitives.js'
import { indexTrieRoot } from '../../../../../src/evm-lane/engine/state/index-trie.js'
import { initKeccak } from '../../../../../src/evm-lane/engine/keccak.js'
import { collectUnsaved, forget, markSaved, type NodeMarks } from '../../../../../src/evm-lane/engine/state/trie-checkpoint.js'
import { currentGen, Trie } from '../../../../../src/evm-lane/engine/state/trie.js'
import type { Node } from '../../../../../src/evm-lane/engine/state/trie-node.js'
import { seededRandom, type Random } from '../../../../fixtures/random.js'

/** What the lane keeps between batches: the root in memory and the nodes in the store. */
type Kept = { root: Node | undefined; removed: Map<string, Uint8Array>; store: Map<string, Uint8Array> }

const loader =
  (kept: Kept) =>
  (position: Uint8Array): Uint8Array | undefined =>
    kept.store.get(bareHex(position))

function checkpoint(kept: Kept): void {
  const marks: NodeMarks = []
  for (const { position, before, after } of collectUnsaved(kept.root, kept.removed, marks)) {
    assert.deepEqual(kept.store.get(bareHex(position)), before, 'history gets what the store has')
    if (after === undefined) kept.store.delete(bareHex(position))
    else kept.store.set(bareHex(position), after)
  }
  markSaved(marks)
  kept.removed = new Map()
}

function advance(kept: Kept, batch: Trie): void {
  kept.root = batch.root
  kept.removed = new Map([...batch.removed, ...kept.removed])
}

function change(random: Random, keys: Uint8Array[]): { key: Uint8Array; value: Uint8Array | undefined } {
  const value = random.chance(3) ? undefined : random.bytes(1 + (random.chance(2) ? random.below(4) : random.below(80)))
  return { key: random.pick(keys), value }
}

function apply(trie: Trie, { key, value }: { key: Uint8Array; value: Uint8Array | undefined }): void {
  if (value === undefined) trie.delete(key)
  else trie.put(key, value)
}

/** Only what is reachable: garbage would show as a position that a rebuilt trie does not have. */
function positionsOf(kept: Kept): string[] {
  const marks: NodeMarks = []
  const fresh = new Trie(undefined, () => undefined)
  const walk = Trie.openStored(loader(kept))
  for (const [key, value] of allValues(walk)) fresh.put(key, value)
  fresh.hash()
  return collectUnsaved(fresh.root, new Map(), marks)
    .map((node) => bareHex(node.position))
    .sort()
}

let allKeys: Uint8Array[] = []
function* allValues(trie: Trie): Generator<[Uint8Array, Uint8Array]> {
  for (const key of allKeys) {
    const value = trie.get(key)
    if (value !== undefined) yield [key, value]
  }
}

for (const keyLength of [1, 2, 4, 32]) {
  test(`trie equals @ethereumjs/mpt, keys of ${keyLength} bytes`, async () => {
    await initKeccak()
    const random = seededRandom(`trie-${keyLength}`)
    const keys = [
      ...new Map(
        Array.from({ length: 60 }, () => {
          const key = random.bytes(keyLength)
          if (random.chance(2)) key.fill(7, 0, keyLength - 1)
          return [bareHex(key), key] as const
        }),
      ).values(),
    ]
    allKeys = keys
    const kept: Kept = { root: undefined, removed: new Map(), store: new Map() }
    const expected = new MerklePatriciaTrie({ useRootPersistence: false })
    for (let round = 0; round < 60; round++) {
      const dropped = new Trie(kept.root, loader(kept))
      for (let i = 0; i < 10; i++) apply(dropped, change(random, keys))
      dropped.hash()
      const batch = new Trie(kept.root, loader(kept))
      for (let i = random.below(12); i >= 0; i--) {
        const next = change(random, keys)
        apply(batch, next)
        if (next.value === undefined) await expected.del(next.key)
        else await expected.put(next.key, next.value)
        if (random.chance(6)) assert.equal(bareHex(batch.hash()), bareHex(expected.root()))
      }
      assert.equal(bareHex(batch.hash()), bareHex(expected.root()), `round ${round}`)
      advance(kept, batch)
      const reader = new Trie(kept.root, loader(kept))
      for (const key of [random.pick(keys), random.bytes(keyLength)]) {
        assert.deepEqual(reader.get(key) ?? null, await expected.get(key))
        // As geth, we leave out nodes that their parent embeds; @ethereumjs/mpt lists them too.
        const nodes = (await createMerkleProof(expected, key)).filter((node, depth) => depth === 0 || node.length >= 32)
        assert.deepEqual(reader.prove(key).map(bareHex), nodes.map(bareHex))
      }
      if (!random.chance(3)) continue
      checkpoint(kept)
      if (kept.root !== undefined && random.chance(2))
        forget(kept.root, { depth: random.below(3), gen: random.chance(2) ? Infinity : currentGen() - random.below(30) })
      if (random.chance(3)) kept.root = Trie.openStored(loader(kept)).root
      assert.deepEqual([...kept.store.keys()].sort(), positionsOf(kept), 'the store has exactly the nodes of the trie')
    }
  })
}

test('index trie root equals @ethereumjs/mpt', async () => {
  const random = seededRandom('index-root')
  for (const count of [0, 1, 2, 16, 127, 128, 129, 300]) {
    const values = Array.from({ length: count }, () => random.bytes(1 + random.below(100)))
    const trie = new MerklePatriciaTrie()
    for (const [i, value] of values.entries()) await trie.put(RLP.encode(i), value)
    assert.equal(bareHex(indexTrieRoot(values)), bareHex(trie.root()))
  }
})
