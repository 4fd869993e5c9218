// The net has no hole: with a quorum one too small, disagreement must be seen.

import assert from 'node:assert/strict'
import test from 'node:test'
import { quorumWeight } from '../../../src/buddy/core/validators.js'
import { ordinary } from './faults.js'
import { simulate } from './run.js'

const seedsMax = 400

test('a quorum one too small is caught', () => {
  const wish = { ...ordinary, sizes: [4], quorum: (total: bigint) => quorumWeight(total) - 1n, byzantine: 'all' as const }
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { violation } = simulate(seed, wish)
    if (violation?.startsWith('agreement:') === true) return
  }
  assert.fail(`no disagreement in ${seedsMax} seeds`)
})
