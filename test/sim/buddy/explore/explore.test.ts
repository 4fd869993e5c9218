// Every history of four Buddies over two views, with the proposer of the first or of the second one Byzantine, or with one crash among
// honest ones. The long form is scripts/explore.ts.

import assert from 'node:assert/strict'
import test from 'node:test'
import { quorumWeight } from '../../../../src/buddy/core/validators.js'
import { explore } from './explore.js'
import { ordinary } from './scope.js'
import type { Bounds } from './scope.js'

const cases: { desc: string; bounds: Partial<Bounds>; statesMax: number }[] = [
  { desc: 'the first proposer equivocates', bounds: { byzantine: 0 }, statesMax: Infinity },
  { desc: 'the second proposer does', bounds: { byzantine: 1 }, statesMax: 50_000 },
  { desc: 'all are honest and one crashes, wherever that is', bounds: { byzantine: null, crashes: 1 }, statesMax: 50_000 },
]
for (const { desc, bounds, statesMax } of cases) {
  test(`two views, ${desc}`, (t) => {
    const { violation, complete, ...figures } = explore({ ...ordinary, ...bounds }, statesMax)
    t.diagnostic(`${JSON.stringify(figures)}, complete: ${complete}`)
    assert.equal(violation, null)
    assert.ok(complete || figures.states >= statesMax)
    assert.ok(figures.sealed > 0)
  })
}

test('a quorum one too small disagrees', () => {
  const { violation } = explore({ ...ordinary, quorum: (total) => quorumWeight(total) - 1n })
  assert.match(violation ?? '', /^(agreement|certificate): /)
})
