// Sessions over toy lanes: thousands of seeded histories with crashes, losses and delays. S3, S9, S10, S11.
// One seed: SEED=<n> node dist/scripts/test.js sim/hyper

import test from 'node:test'
import assert from 'node:assert/strict'
import { judge } from './checkers.js'
import { World } from './world.js'

const given = process.env['SEED']
const seeds = given === undefined ? Array.from({ length: Number(process.env['SEEDS'] ?? 2_000) }, (_, i) => i + 1) : [Number(given)]

function fails(seed: number, canary: 'none' | 'commitFirst' = 'none'): string[] {
  const world = new World(seed, canary)
  world.run()
  return judge(world)
}

test('S11: on every lane all of a session or none, whatever dies when', () => {
  let sessions = 0
  for (const seed of seeds) {
    const world = new World(seed)
    world.run()
    assert.deepEqual(judge(world), [], `SEED=${seed} node dist/scripts/test.js sim/hyper`)
    for (const { record } of world.journal.values()) sessions += record.sessions.length
  }
  console.log(`${seeds.length} seeds, ${sessions} sessions committed`)
  assert.ok(sessions >= seeds.length, 'the runs commit sessions')
})

test('the same seed gives the same run', () => {
  for (const seed of [1, 2, 3]) {
    const [first, second] = [new World(seed), new World(seed)]
    first.run()
    second.run()
    assert.equal(first.clock.hash, second.clock.hash)
  }
})

test('canary: a coordinator that commits before the journal has the record is caught', () => {
  const caught = Array.from({ length: 50 }, (_, i) => fails(i + 1, 'commitFirst')).filter((wrong) => wrong.length > 0)
  assert.ok(caught.length >= 25, `caught in ${caught.length} of 50 runs`)
})
