// Owns: the command line of the oracle test of sessions, for more trees than a test run has time for and for repeating one.
// Does not own: the comparison (test/fixtures/session-oracle.ts).
// Usage: node dist/scripts/sessions-oracle.js [--trees N] [--seed S] [--from I] | --program '<json>'

import { parseArgs } from 'node:util'
import { runOracle } from '../test/fixtures/session-oracle.js'
import type { Tree } from '../test/fixtures/session-programs.js'
import { openWorlds, runTree } from '../test/fixtures/session-worlds.js'

const { values } = parseArgs({
  options: {
    trees: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    from: { type: 'string', default: '0' },
    program: { type: 'string' },
  },
})
const failure = values.program === undefined ? await many() : await one(JSON.parse(values.program) as Tree)
if (failure !== null) process.stderr.write(`${failure}\n`)
process.exit(failure === null ? 0 : 1)

async function many(): Promise<string | null> {
  const seed = Number(values.seed)
  const from = Number(values.from)
  const to = from + Number(values.trees)
  const started = performance.now()
  const totals = { trees: 0, sessions: 0, legs: 0, failed: 0 }
  const line = (): string =>
    `seed ${seed}: ${totals.trees} trees, ${totals.sessions} of them sessions, ${totals.legs} inbound calls, ${totals.failed} failed transactions, ${((performance.now() - started) / 1_000).toFixed(0)} s`
  const report = await runOracle({
    seed,
    from,
    to,
    onWorld: ({ stats }) => {
      for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += stats[key]
      if (totals.trees % 1_000 === 0) process.stdout.write(`${line()}\n`)
    },
  })
  process.stdout.write(`${line()}${report === null ? ', no difference' : ''}\n`)
  return report
}

async function one(program: Tree): Promise<string | null> {
  const worlds = await openWorlds()
  const differences = await runTree(worlds, program)
  await worlds.stop()
  return differences.length === 0 ? null : differences.join('\n')
}
