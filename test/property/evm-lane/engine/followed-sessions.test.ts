// Random sessions over three lanes, then every lane executed again block by block by somebody else: same roots, receipts, links and facts (S12, H4), and the
// facts say what is really in the state (S11). Does not own: the trees (session-programs.ts).

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { BlockFact } from '../../../../src/evm-lane/protocol.js'
import { followLane, SessionLog, sumOver } from '../../../fixtures/followed-lanes.js'
import { sealHyper } from '../../../fixtures/session-lanes.js'
import { tree } from '../../../fixtures/session-programs.js'
import { openWorlds, runTree } from '../../../fixtures/session-worlds.js'

const trees = Number(process.env['TREES'] ?? 60)
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

test(`S11 S12 H4: ${trees} call trees over three lanes, executed again lane by lane`, { timeout: 600_000 }, async (t) => {
  console.log(`followed sessions: SEED=${seed}`)
  const worlds = await openWorlds({ sealed: true })
  t.after(worlds.stop)
  const { lanes, coordinator } = worlds.across
  const log = new SessionLog(coordinator.reader)
  let hyper = 0
  for (const [i, one] of fc.sample(tree, { seed, numRuns: trees }).entries()) {
    assert.deepEqual(await runTree(worlds, one), [], `tree ${i} of seed ${seed}`)
    if (i % 3 === 0) await sealHyper(lanes, ++hyper)
  }
  await coordinator.stop()
  assert.ok(log.sessions > trees / 4, `${log.sessions} sessions`)
  const facts = await Promise.all(lanes.map((lane) => followLane(lane, log, hyper)))
  const first = facts.map((of) => of[0] as BlockFact)
  const last = facts.map((of) => of.at(-1) as BlockFact)
  assert.equal(sumOver(last, 'bridgedIn'), sumOver(last, 'bridgedOut'), 'no session leaves anything in flight')
  assert.ok(sumOver(last, 'bridgedIn') > 0n, 'value did cross')
  // What is missing was destroyed with an account that died in the transaction that made it.
  const destroyed = sumOver(first, 'supply') - sumOver(last, 'supply') - sumOver(last, 'burned')
  assert.ok(destroyed >= 0n, `${destroyed} wei destroyed`)
  t.diagnostic(`${log.sessions} sessions, ${sumOver(last, 'bridgedIn')} wei crossed, ${destroyed} wei destroyed`)
})
