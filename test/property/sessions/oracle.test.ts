// Random call trees over three lanes against the same trees on one chain: storage, balances, nonces, code, answers, logs (S2, S3).

import test from 'node:test'
import assert from 'node:assert/strict'
import { runOracle } from '../../fixtures/session-oracle.js'

/** 100,000 by scripts/sessions-oracle.ts. */
const trees = Number(process.env['TREES'] ?? 2_000)
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

test(`S2 S3: ${trees} call trees over three lanes do what they do on one chain`, async () => {
  console.log(`sessions oracle: SEED=${seed}`)
  const totals = { trees: 0, sessions: 0, legs: 0, failed: 0 }
  const report = await runOracle({
    seed,
    from: 0,
    to: trees,
    onWorld: ({ stats }) => {
      for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += stats[key]
    },
  })
  assert.equal(report, null, report ?? '')
  console.log(JSON.stringify(totals))
  // Trees that never leave their lane would prove nothing.
  assert.ok(totals.sessions > trees / 2, `${totals.sessions} sessions of ${trees} trees`)
})
