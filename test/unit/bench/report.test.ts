// Medians, quantiles and ratios: what the benchmark's table claims.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Sample } from '../../../scripts/bench/measure.js'
import { summarize, tableText } from '../../../scripts/bench/report.js'
import { median, quantiles } from '../../../scripts/bench/statistics.js'

const sample = (target: string, perSecond: number | null, answeredPerSecond = perSecond ?? 0): Sample => ({
  row: 'transfers',
  target,
  operations: 100,
  elapsedMs: 1,
  perSecond,
  answeredPerSecond,
  serverCpuUs: target === 'unknown' ? null : 10,
  generatorCpuUs: 5,
  othersCores: null,
  p50Ms: 1,
  p99Ms: 2,
  window: [0, 1],
})

test('the median of an odd and of an even count', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([9, 1, 5, 6]), 5.5)
})

test('quantiles are nearest ranks and leave the input as it was', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  assert.deepEqual(quantiles(values), { p50: 50, p99: 99, max: 100 })
  assert.equal(values[0], 100)
})

test('ratios compare medians with the baseline, which has none itself', () => {
  const samples = [100, 300, 200].map((rate) => sample('anvil', rate)).concat([250, 150, 900].map((rate) => sample('paralane', rate)))
  const [anvil, paralane] = summarize(samples, 'anvil')
  assert.equal(anvil?.perSecond, 200)
  assert.equal(anvil?.ratio, null)
  assert.equal(paralane?.ratio, 1.25)
  assert.deepEqual([paralane?.perSecondMin, paralane?.perSecondMax, paralane?.runs], [150, 900, 3])
})

test('a run that left transactions without a receipt counts as what it answered only', () => {
  const samples = [sample('anvil', null, 300), sample('anvil', 200, 200), sample('anvil', null, 400), sample('paralane', 450)]
  const [anvil, paralane] = summarize(samples, 'anvil')
  assert.deepEqual([anvil?.perSecond, anvil?.complete, anvil?.runs, anvil?.answeredPerSecond], [200, 1, 3, 300])
  assert.equal(paralane?.ratio, 1.5)
})

test('a target whose process is unknown shows no CPU time instead of zero', () => {
  const lines = summarize([sample('unknown', 100)], 'unknown')
  assert.equal(lines[0]?.serverCpuUs, null)
  assert.match(tableText(lines).split('\n')[2] ?? '', /\| +- \|/)
})
