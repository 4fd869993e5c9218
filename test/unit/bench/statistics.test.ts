// Tests: order statistics and ratios of the benchmarks. Run by: scripts/test.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { median, ratioOfMeans } from '../../../scripts/bench/statistics.js'

test('the median of an even count is between the two in the middle', () => {
  assert.equal(median([9, 1, 3, 5]), 4)
  assert.equal(median([9, 1, 3]), 3)
})

test('a ratio of means weighs every pair by its size, and a machine that is twice as fast for a while changes nothing', () => {
  const { ratio, error } = ratioOfMeans([[100, 90], [200, 180], [50, 45]]) // prettier-ignore
  assert.equal(ratio, 0.9)
  assert.ok(error < 1e-12, String(error))
})

test('pairs that disagree say so in the standard error', () => {
  const { ratio, error } = ratioOfMeans([[100, 80], [100, 100], [100, 80], [100, 100]]) // prettier-ignore
  assert.equal(ratio, 0.9)
  // Deviations of 10 in 100 each; the sample's variance is 400 / 3, over four pairs.
  assert.ok(Math.abs(error - Math.sqrt(400 / 3 / 4) / 100) < 1e-12, String(error))
})
