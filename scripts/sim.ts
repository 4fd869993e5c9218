// Owns: the long form of the Buddy simulator: many seeds, figures, and one line to replay whatever fails.
// Does not own: the histories (test/sim/buddy).
// Called by: npm run sim -- --seed N --seeds K --n 4,7,10,13 --threads T

import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { ordinary } from '../test/sim/buddy/faults.js'
import { replayCommand } from '../test/sim/buddy/run.js'
import { figures, swarm } from '../test/sim/buddy/swarm.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1000' },
    n: { type: 'string', default: ordinary.sizes.join(',') },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
})
const [first, count, threads] = [Number(values.seed), Number(values.seeds), Number(values.threads)]
const wish = { ...ordinary, sizes: values.n.split(',').map(Number) }
if (![first, count, threads, ...wish.sizes].every((value) => Number.isSafeInteger(value) && value >= 1)) {
  throw new Error('--seed, --seeds, --n and --threads are whole numbers')
}

const started = performance.now()
const outcomes = await swarm({ first, count, sizes: wish.sizes, threads }, ({ seed, violation }) => {
  if (violation !== null) process.stderr.write(`seed ${seed}: ${violation}\n  ${replayCommand(seed, wish)}\n`)
})
const seconds = ((performance.now() - started) / 1000).toFixed(1)
process.stdout.write(`${count} seeds from ${first}, n ${wish.sizes.join(',')}: ${figures(outcomes)}; ${seconds} s\n`)
process.exit(outcomes.every(({ violation }) => violation === null) ? 0 : 1)
