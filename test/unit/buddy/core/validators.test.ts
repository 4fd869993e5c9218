// Thresholds, slots and buddy levels, for all sizes that fit a test.

import assert from 'node:assert/strict'
import test from 'node:test'
import { depthOf, levelsOf, proposersOf, quorumWeight, slotsOf, someHonestWeight } from '../../../../src/buddy/core/validators.js'
import { envOf, genesisHash } from '../../../fixtures/buddy-bench.js'

const thresholds: { total: bigint; quorum: bigint; someHonest: bigint }[] = [
  { total: 1n, quorum: 1n, someHonest: 1n },
  { total: 3n, quorum: 3n, someHonest: 2n },
  { total: 4n, quorum: 3n, someHonest: 2n },
  { total: 6n, quorum: 5n, someHonest: 3n },
  { total: 7n, quorum: 5n, someHonest: 3n },
  { total: 100n, quorum: 67n, someHonest: 34n },
]

for (const { total, quorum, someHonest } of thresholds) {
  test(`weight ${total}: quorum ${quorum}, some honest ${someHonest}`, () => {
    assert.equal(quorumWeight(total), quorum)
    assert.equal(someHonestWeight(total), someHonest)
    assert.ok(3n * quorum > 2n * total && 3n * (quorum - 1n) <= 2n * total)
  })
}

test('slots are a permutation that height, view and parent change', () => {
  const at = { parentHash: genesisHash, height: 1n, view: 0 }
  const slots = slotsOf(envOf(0), 13, at)
  assert.deepEqual([...slots].sort((a, b) => a - b), Array.from({ length: 13 }, (_, i) => i)) // prettier-ignore
  assert.notDeepEqual(slotsOf(envOf(0), 13, { ...at, height: 2n }), slots)
  assert.notDeepEqual(slotsOf(envOf(0), 13, { ...at, view: 1 }), slots)
})

test('n views in a row have n proposers', () => {
  for (const size of [1, 4, 7, 13]) {
    const proposers = proposersOf(envOf(0), size, { parentHash: genesisHash, height: 9n })
    assert.equal(proposers.length, size)
    assert.equal(new Set(proposers).size, size)
  }
})

test('B1: complete ranges pushed up the levels reach everybody, one message per level each', () => {
  for (let size = 2; size <= 40; size++) {
    const slots = slotsOf(envOf(0), size, { parentHash: genesisHash, height: BigInt(size), view: 0 })
    const all = slots.map((_, validator) => levelsOf(envOf(0), slots, validator))
    const known = all.map((_, validator) => new Set([validator]))
    for (let k = 0; k < depthOf(size); k++) {
      const heard = all.map(() => 0)
      const before = known.map((votes) => [...votes])
      for (const [validator, levels] of all.entries()) {
        const level = levels[k]
        assert.ok(level !== undefined)
        assert.ok(
          level.mine.every((mine) => before[validator]?.includes(mine)),
          `n=${size}: level ${k} of ${validator} is complete when its turn comes`,
        )
        for (const target of level.targets) {
          heard[target] = (heard[target] as number) + 1
          for (const vote of level.mine) known[target]?.add(vote)
        }
      }
      assert.ok(Math.max(...heard) === 1, `n=${size}: level ${k} tells somebody twice`)
    }
    for (const votes of known) assert.equal(votes.size, size)
  }
})

test('direct exchange is one level with everybody, a set of one has none', () => {
  const [level, ...more] = levelsOf(envOf(2, { exchange: 'direct' }), [0, 1, 2, 3], 2)
  assert.deepEqual(level, { mine: [2], sibling: [0, 1, 3], targets: [0, 1, 3] })
  assert.equal(more.length, 0)
  assert.deepEqual(levelsOf(envOf(0), [0], 0), [])
})
