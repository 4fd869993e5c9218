// Owns: the long form of the Buddy simulator: many seeds, figures, and one line to replay whatever fails.
// Does not own: the histories (test/sim/buddy).
// Called by: npm run sim -- --seed N --seeds K --n 4,7,10,13

import { parseArgs } from 'node:util'
import { ordinary } from '../test/sim/buddy/faults.js'
import { replayCommand, simulate } from '../test/sim/buddy/run.js'
import type { Outcome } from '../test/sim/buddy/run.js'

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, seeds: { type: 'string', default: '1000' }, n: { type: 'string', default: '4,7,10,13' } },
})
const [first, count] = [Number(values.seed), Number(values.seeds)]
const wish = { ...ordinary, sizes: values.n.split(',').map(Number) }
if (![first, count, ...wish.sizes].every((value) => Number.isSafeInteger(value) && value >= 1))
  throw new Error('--seed, --seeds and --n are whole numbers')

const started = performance.now()
const outcomes: Outcome[] = []
for (let seed = first; seed < first + count; seed++) {
  const outcome = simulate(seed, wish)
  outcomes.push(outcome)
  if (outcome.violation !== null) process.stderr.write(`seed ${seed}: ${outcome.violation}\n  ${replayCommand(seed, wish)}\n`)
}
const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, outcome) => total + of(outcome), 0)
const max = (of: (outcome: Outcome) => number): number => outcomes.reduce((most, outcome) => Math.max(most, of(outcome)), 0)
const failed = outcomes.filter(({ violation }) => violation !== null).length
const rules = ['E1', 'E2', 'E3', 'E4', 'E5'].map((rule) => `${rule} ${sum(({ evidence }) => evidence.get(rule) ?? 0)}`).join(' ')
process.stdout.write(
  `${count} seeds from ${first}, n ${wish.sizes.join(',')}: ${failed} failed; ${sum(({ heights }) => heights)} heights, ${sum(({ packets }) => packets)} packets, ` +
    `${sum(({ crashes }) => crashes)} crashes, ${rules}, highest sealing view ${max(({ views }) => views)}, ` +
    `slowest healing ${Math.round(max(({ healMs }) => healMs))} ms; hash ${outcomes.at(-1)?.hash}; ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
)
process.exit(failed === 0 ? 0 : 1)
