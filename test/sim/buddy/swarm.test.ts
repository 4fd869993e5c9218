// The short form of the swarm: the seeds of CI. The long form is scripts/sim.ts.

import assert from 'node:assert/strict'
import test from 'node:test'
import { ordinary } from './faults.js'
import { replayCommand, simulate } from './run.js'

const seeds = 300

test(`${seeds} seeds: nobody disagrees, nobody honest is framed, all live after healing`, () => {
  for (let seed = 1; seed <= seeds; seed++) {
    const { violation } = simulate(seed, ordinary)
    assert.equal(violation, null, `seed ${seed}: ${violation}\n  ${replayCommand(seed, ordinary)}`)
  }
})

test('the same seed is the same history', () => {
  for (const seed of [5, 77, 1234]) assert.equal(simulate(seed, ordinary).hash, simulate(seed, ordinary).hash, `seed ${seed}`)
  assert.notEqual(simulate(5, ordinary).hash, simulate(6, ordinary).hash)
})
