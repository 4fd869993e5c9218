// A branch proves a leaf, its place and how many leaves there are, and nothing else.

import assert from 'node:assert/strict'
import test from 'node:test'
import { lightCrypto } from '../../../../src/hyper/core/light-crypto.js'
import { merkleBranch, merkleRoot, underRoot } from '../../../../src/hyper/core/merkle.js'
import { joinBytes } from '../../../../src/codec/bytes.js'
import { seededRandom } from '../../../fixtures/random.js'

const { hash } = lightCrypto
const leafHash = (leaf: Uint8Array): Uint8Array => hash(joinBytes(Uint8Array.of(0), leaf))
const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => hash(joinBytes(Uint8Array.of(1), left, right))
const leaf = (i: number): Uint8Array => Uint8Array.of(i >> 8, i & 255)

test('the tree as it is written down', () => {
  const [a, b, c] = [leaf(1), leaf(2), leaf(3)]
  assert.deepEqual(merkleRoot(lightCrypto, []), new Uint8Array(32))
  assert.deepEqual(merkleRoot(lightCrypto, [a]), leafHash(a))
  assert.deepEqual(merkleRoot(lightCrypto, [a, b]), nodeHash(leafHash(a), leafHash(b)))
  assert.deepEqual(merkleRoot(lightCrypto, [a, b, c]), nodeHash(nodeHash(leafHash(a), leafHash(b)), leafHash(c)))
})

test('the last leaf is not counted twice', () => {
  const [a, b, c] = [leaf(1), leaf(2), leaf(3)]
  assert.notDeepEqual(merkleRoot(lightCrypto, [a, b, c]), merkleRoot(lightCrypto, [a, b, c, c]))
})

test('every leaf of every size is proven at its place, and at no other', () => {
  for (let count = 1; count <= 33; count++) {
    const leaves = Array.from({ length: count }, (_, i) => leaf(i))
    const root = merkleRoot(lightCrypto, leaves)
    for (let index = 0; index < count; index++) {
      const branch = merkleBranch(lightCrypto, leaves, index)
      assert.ok(underRoot(lightCrypto, root, leaf(index), { index, count, branch }))
      for (let other = 0; other < count; other++) {
        if (other !== index)
          assert.ok(!underRoot(lightCrypto, root, leaf(index), { index: other, count, branch }), `${index} as ${other} of ${count}`)
      }
      assert.ok(!underRoot(lightCrypto, root, leaf(99), { index, count, branch }))
      assert.ok(!underRoot(lightCrypto, root, leaf(index), { index, count, branch: [...branch, root] }))
      if (branch.length > 0) assert.ok(!underRoot(lightCrypto, root, leaf(index), { index, count, branch: branch.slice(1) }))
    }
  }
})

test('a node is no leaf', () => {
  const leaves = [leaf(1), leaf(2), leaf(3), leaf(4)]
  const root = merkleRoot(lightCrypto, leaves)
  const inner = joinBytes(leafHash(leaf(1)), leafHash(leaf(2)))
  assert.ok(!underRoot(lightCrypto, root, inner, { index: 0, count: 2, branch: [nodeHash(leafHash(leaf(3)), leafHash(leaf(4)))] }))
})

test('spoiled branches prove nothing', () => {
  const random = seededRandom('branches')
  for (let i = 0; i < 300; i++) {
    const count = 2 + random.below(40)
    const leaves = Array.from({ length: count }, () => random.bytes(32))
    const index = random.below(count)
    const branch = merkleBranch(lightCrypto, leaves, index).map((node) => Uint8Array.from(node))
    const node = random.pick(branch)
    const at = random.below(32)
    node[at] = (node[at] as number) ^ (1 << random.below(8))
    assert.ok(!underRoot(lightCrypto, merkleRoot(lightCrypto, leaves), leaves[index] as Uint8Array, { index, count, branch }))
  }
})
