// Random sessions over three lanes, then every lane executed again block by block by somebody else: same roots, receipts, links and facts (S12, H4), and the
// facts say what is really in the state (S11). Does not own: the trees (session-programs.ts).

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { locatedReceipts } from '../../../../src/evm-lane/engine/query.js'
import type { BlockFact } from '../../../../src/evm-lane/protocol.js'
import { exportAll, openFollower, SessionLog, sumOfBalances } from '../../../fixtures/followed-lanes.js'
import { hyperHashOf, sealHyper, type TestLane } from '../../../fixtures/session-lanes.js'
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
  const last = await Promise.all(lanes.map((lane) => followed(lane, log, hyper)))
  const first = await Promise.all(lanes.map(async ({ client }) => (await client.call('blockFacts', { from: 0n, max: 1 }))[0] as BlockFact))
  const sum = (facts: BlockFact[], field: 'supply' | 'burned' | 'bridgedIn' | 'bridgedOut'): bigint =>
    facts.reduce((total, fact) => total + fact[field], 0n)
  assert.equal(sum(last, 'bridgedIn'), sum(last, 'bridgedOut'), 'no session leaves anything in flight')
  assert.ok(sum(last, 'bridgedIn') > 0n, 'value did cross')
  // What is missing was destroyed with an account that died in the transaction that made it.
  const destroyed = sum(first, 'supply') - sum(last, 'supply') - sum(last, 'burned')
  assert.ok(destroyed >= 0n, `${destroyed} wei destroyed`)
  t.diagnostic(`${log.sessions} sessions, ${sum(last, 'bridgedIn')} wei crossed, ${destroyed} wei destroyed`)
})

/** Executes all blocks of a lane again. Answers the fact of its head. */
async function followed(lane: TestLane, log: SessionLog, hyper: number): Promise<BlockFact> {
  const follower = await openFollower({ ...lane.client.spec, coordinated: false })
  const { parts } = follower
  for (let number = 0; number <= hyper; number++) {
    await parts.hyper.sealed({ hyperNumber: BigInt(number), hyperHash: hyperHashOf(number), finalized: 0n })
  }
  const facts = await lane.client.call('blockFacts', { from: 0n, max: 1_000 })
  assert.deepEqual(parts.facts.head, facts[0])
  for (const block of await exportAll(lane, log)) {
    await follower.take(block)
    const { head } = parts.chain
    const { number } = head.block.header
    const at = { kind: 'number' as const, number }
    assert.deepEqual(parts.facts.head, facts[Number(number)])
    assert.equal(parts.facts.head?.supply, await sumOfBalances(parts.store))
    assert.deepEqual(locatedReceipts(head, false), await lane.client.call('blockReceipts', { at }))
    const replayed = await lane.client.call('replayBlock', { number, sessions: block.own.sessions })
    assert.deepEqual(replayed, { reproduced: true, reason: null })
  }
  await follower.close()
  return facts.at(-1) as BlockFact
}
