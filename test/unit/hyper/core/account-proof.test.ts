// Proofs of tries that another library built: what is there and what is not is proven, and nothing else.

import assert from 'node:assert/strict'
import test from 'node:test'
import { createMerkleProof, createMPT } from '@ethereumjs/mpt'
import { accountUnder, BadTrieProof, slotUnder, valueUnder } from '../../../../src/hyper/core/account-proof.js'
import { encodeRlp } from '../../../../src/codec/rlp.js'
import { lightCrypto } from '../../../../src/hyper/core/light-crypto.js'
import { seededRandom } from '../../../fixtures/random.js'

test('every key of random tries, and keys that are not there', async () => {
  const random = seededRandom('tries')
  for (let round = 0; round < 12; round++) {
    const trie = await createMPT()
    const entries = new Map<string, { key: Uint8Array; value: Uint8Array }>()
    // Short keys of few letters: long shared paths, values in branches, nodes within nodes.
    const size = 1 + random.below(60)
    const width = 2 + random.below(3)
    for (let i = 0; i < size; i++) {
      const key = random.bytes(width).map((byte) => byte & (round % 2 === 0 ? 0x33 : 0xff))
      const value = random.bytes(1 + random.below(40)).map((byte) => byte | 1)
      await trie.put(key, value)
      entries.set(key.join(), { key, value })
    }
    for (const { key, value } of entries.values()) {
      const proof = await createMerkleProof(trie, key)
      assert.deepEqual(valueUnder(lightCrypto, trie.root(), key, proof), value)
      assert.throws(() => valueUnder(lightCrypto, trie.root(), key, [...proof, encodeRlp([])]), BadTrieProof)
      if (proof.length > 1) assert.throws(() => valueUnder(lightCrypto, trie.root(), key, proof.slice(1)), BadTrieProof)
      assert.throws(() => valueUnder(lightCrypto, lightCrypto.hash(trie.root()), key, proof), BadTrieProof)
    }
    for (let i = 0; i < 30; i++) {
      const key = random.bytes(width)
      if (entries.has(key.join())) continue
      assert.equal(valueUnder(lightCrypto, trie.root(), key, await createMerkleProof(trie, key)), null)
    }
  }
})

test('a spoiled node proves nothing', async () => {
  const random = seededRandom('spoiled nodes')
  const trie = await createMPT()
  const keys = Array.from({ length: 50 }, () => random.bytes(32))
  for (const key of keys) await trie.put(key, random.bytes(33))
  for (let i = 0; i < 300; i++) {
    const key = random.pick(keys)
    const proof = (await createMerkleProof(trie, key)).map((node) => Uint8Array.from(node))
    const node = random.pick(proof)
    const at = random.below(node.length)
    node[at] = (node[at] as number) ^ (1 << random.below(8))
    assert.throws(() => valueUnder(lightCrypto, trie.root(), key, proof), BadTrieProof)
  }
})

test('nothing is in an empty trie, and a proof that hides what is there is none', async () => {
  const empty = await createMPT()
  assert.equal(valueUnder(lightCrypto, empty.root(), new Uint8Array(32), []), null)
  const trie = await createMPT()
  await trie.put(lightCrypto.hash(new Uint8Array(20)), new Uint8Array(40).fill(7))
  assert.throws(() => accountUnder(lightCrypto, trie.root(), new Uint8Array(20), []), /ends too early/)
  assert.throws(() => accountUnder(lightCrypto, trie.root(), new Uint8Array(20), [encodeRlp(new Uint8Array(0))]), BadTrieProof)
})

test('a value that is no account, and a slot wider than a word', async () => {
  const trie = await createMPT()
  const address = new Uint8Array(20).fill(1)
  await trie.put(lightCrypto.hash(address), encodeRlp([Uint8Array.of(1), Uint8Array.of(2)]))
  await assert.rejects(async () => accountUnder(lightCrypto, trie.root(), address, await createMerkleProof(trie, lightCrypto.hash(address))), /four fields/) // prettier-ignore
  const slot = new Uint8Array(32)
  const storage = await createMPT()
  await storage.put(lightCrypto.hash(slot), encodeRlp(new Uint8Array(33).fill(9)))
  await assert.rejects(async () => slotUnder(lightCrypto, storage.root(), slot, await createMerkleProof(storage, lightCrypto.hash(slot))), /at most 32 bytes/) // prettier-ignore
})
