// Owns: that no crash loses or makes money, and that every session is done on all its lanes or on none (S11).
// Does not own: the bank (bank.ts). Called by: node --test.
// PARALANE_BANK_CRASHES says how often the process is killed (scripts/bank.ts: 100), SEED repeats a run.

import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../../fixtures/random.js'
import { needsOwnGateway } from '../gateway.js'
import { runBank } from './bank.js'

const crashes = Number(process.env['PARALANE_BANK_CRASHES'] ?? 10)

test(`bank over 4 lanes, kill -9 ${crashes} times`, { skip: needsOwnGateway, timeout: 200_000 + crashes * 90_000 }, async (t) => {
  const { sessions, moves, failures } = await runBank({ crashes, random: seededRandom('bank'), log: (line) => t.diagnostic(line) })
  assert(sessions > crashes && moves > crashes && failures > 0, 'there was a load')
})
