// Owns: the long form of the explorer: every history of four Buddies within bounds, and the figures.
// Does not own: the exploration (test/sim/buddy/explore).
// Called by: npm run explore -- --views 3 --byzantine 0 --crashes 1 --states 5000000 (--byzantine none; --canary for a quorum one too small)

import { parseArgs } from 'node:util'
import { quorumWeight } from '../src/buddy/core/validators.js'
import { explore } from '../test/sim/buddy/explore/explore.js'

const { values } = parseArgs({
  options: {
    views: { type: 'string', default: '2' },
    byzantine: { type: 'string', default: '0' },
    crashes: { type: 'string', default: '0' },
    states: { type: 'string', default: '20000000' },
    canary: { type: 'boolean', default: false },
  },
})
const [views, crashes, states] = [Number(values.views), Number(values.crashes), Number(values.states)]
const byzantine = values.byzantine === 'none' ? null : Number(values.byzantine)
if (![views, crashes, states, byzantine ?? 0].every((value) => Number.isSafeInteger(value) && value >= 0) || views < 1 || crashes > 7) {
  throw new Error('--views, --byzantine, --crashes (at most 7) and --states are whole numbers')
}

const started = performance.now()
const quorum = (total: bigint): bigint => quorumWeight(total) - (values.canary ? 1n : 0n)
const { violation, complete, ...figures } = explore({ views, crashes, byzantine, quorum }, states)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
process.stdout.write(
  `${views} views, Byzantine proposer ${values.byzantine}, ${crashes} crashes: ${figures.states} states, ${figures.steps} steps, ` +
    `${figures.locals} states of single Buddies, ${figures.sealed} seals; ${complete ? 'complete' : 'not complete'}; ${violation ?? 'no violation'}; ${seconds} s\n`,
)
process.exit(violation === null ? 0 : 1)
