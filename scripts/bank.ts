// Owns: the long run of the bank test: `node dist/scripts/bank.js [crashes]`, 100 by default; SEED repeats a run.
// Does not own: the bank (test/e2e/crosslane/bank.ts). Called by: a developer.

import { runBank } from '../test/e2e/crosslane/bank.js'
import { seededRandom } from '../test/fixtures/random.js'

const crashes = Number(process.argv[2] ?? 100)
if (!Number.isSafeInteger(crashes) || crashes < 1) throw new Error(`${process.argv[2]}: expected how often the process is to be killed`)
const { sessions, moves, failures } = await runBank({ crashes, random: seededRandom('bank'), log: console.log })
console.log(
  `${crashes} times kill -9: ${sessions} sessions, ${moves} moves of tokens, ${failures} failed transactions; every sum exact, every session whole`,
)
