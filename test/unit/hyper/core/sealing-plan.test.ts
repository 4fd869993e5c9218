// What a start finds, and what follows from it.

import assert from 'node:assert/strict'
import test from 'node:test'
import { planLane, planReplay } from '../../../../src/hyper/core/sealing-plan.js'

test('a log that is behind the store gets what it lacks, one that is level or ahead gets nothing', () => {
  assert.deepEqual(planReplay(7n, 4n), { from: 5n, to: 7n })
  assert.deepEqual(planReplay(7n, 0n), { from: 1n, to: 7n })
  assert.equal(planReplay(7n, 7n), null)
  assert.equal(planReplay(7n, 8n), null)
  assert.equal(planReplay(0n, 0n), null)
})

test('a lane goes on from its newest sealed block, told or not', () => {
  for (const finalized of [0n, 3n, 5n]) {
    assert.deepEqual(planLane({ head: 9n, finalized }, 5n), { kind: 'go', finalized: 5n })
  }
  assert.deepEqual(planLane({ head: 5n, finalized: 5n }, 5n), { kind: 'go', finalized: 5n })
  assert.deepEqual(planLane({ head: 0n, finalized: 0n }, 0n), { kind: 'go', finalized: 0n })
})

test('a lane that lost sealed blocks, or knows of Seals that nobody stored, makes no others', () => {
  assert.equal(planLane({ head: 4n, finalized: 4n }, 5n).kind, 'lost')
  assert.equal(planLane({ head: 9n, finalized: 6n }, 5n).kind, 'lost')
})
