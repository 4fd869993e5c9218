// The short form of the swarm: the seeds of CI. The long form is scripts/sim.ts.

import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import test from 'node:test'
import { ordinary } from './faults.js'
import { replayCommand, simulate } from './run.js'
import { figures, swarm } from './swarm.js'

const count = 2_000
/** SEED=<n> runs others than the fixed ones. */
const first = Number(process.env['SEED'] ?? 1)

test(`${count} seeds from ${first}: nobody disagrees, nobody honest is framed, all live after healing`, async (t) => {
  const outcomes = await swarm({ first, count, sizes: ordinary.sizes, threads: availableParallelism() })
  t.diagnostic(`${outcomes.length} seeds from SEED=${first}: ${figures(outcomes)}`)
  const failed = outcomes.filter(({ violation }) => violation !== null)
  assert.equal(failed.length, 0, failed.map(({ seed, violation }) => `seed ${seed}: ${violation}\n  ${replayCommand(seed, ordinary)}`).join('\n'))
  assert.equal(outcomes.length, count)
})

test('the same seed is the same history', () => {
  for (const seed of [5, 77, 1234]) assert.equal(simulate(seed, ordinary).hash, simulate(seed, ordinary).hash, `seed ${seed}`)
  assert.notEqual(simulate(5, ordinary).hash, simulate(6, ordinary).hash)
})
