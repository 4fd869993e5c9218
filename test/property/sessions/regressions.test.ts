// Trees that once differed from one chain, each with its cause.

import test from 'node:test'
import assert from 'node:assert/strict'
import type { Tree } from '../../fixtures/session-programs.js'
import { runOracle } from '../../fixtures/session-oracle.js'
import { openWorlds, runTree } from '../../fixtures/session-worlds.js'

const call = (to: number, slot: number, value: number): Tree['program'][number] => ({
  op: 'call',
  to,
  value: 0,
  how: 'call',
  via: 'proxy',
  bubble: false,
  program: [{ op: 'sstore', slot, value }],
})

const cases: { cause: string; trees: Tree[] }[] = [
  {
    cause: 'a second call took back the refund that the first had earned, and failed because its lane did not know of it',
    trees: [
      { lane: 2, to: 6, value: 0, program: [{ op: 'sstore', slot: 0, value: 3 }] },
      { lane: 0, to: 1, value: 1, program: [call(6, 0, 0), call(6, 0, 2)] },
    ],
  },
]

for (const { cause, trees } of cases) {
  test(`S2 S5: ${cause}`, async () => {
    const worlds = await openWorlds()
    for (const tree of trees) assert.deepEqual(await runTree(worlds, tree), [])
    assert.ok(worlds.stats.sessions > 0)
    await worlds.stop()
  })
}

test('S4: random trees make no new proxy in a static frame, which fails on lanes and is nothing on one chain', async () => {
  assert.equal(await runOracle({ seed: 20_261_126, from: 62_516, to: 62_517 }), null)
})
