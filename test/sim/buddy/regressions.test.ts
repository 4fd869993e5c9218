// Every seed that once failed, with what it found.

import assert from 'node:assert/strict'
import test from 'node:test'
import { ordinary } from './faults.js'
import { regressions } from './regressions.js'
import { simulate } from './run.js'

for (const { seed, sizes, cause } of regressions) {
  test(`seed ${seed}: ${cause}`, () => assert.equal(simulate(seed, { ...ordinary, sizes }).violation, null))
}
