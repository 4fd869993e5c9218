// What four Buddies say and write, word for word. `node dist/test/golden/buddy-four.test.js --update` accepts a change, for review.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'node:test'
import { createBench } from '../fixtures/buddy-bench.js'
import type { Bench } from '../fixtures/buddy-bench.js'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../test/golden')
const four = [1n, 1n, 1n, 1n]
/** Whoever was asked to build the first block. */
const proposer = (bench: Bench): number => Number(bench.lines.find((line) => line.endsWith('build for view 0'))?.[0])

const stories: Record<string, () => Bench> = {
  'one height': () => {
    const bench = createBench(four, { merge: 'buddy' })
    bench.cycle()
    bench.run(50)
    return bench
  },
  'one Buddy is down': () => {
    const bench = createBench(four)
    bench.cycle()
    bench.crash((proposer(bench) + 1) % 4)
    bench.run(50)
    return bench
  },
  'the proposer is down': () => {
    const bench = createBench(four)
    bench.filter = (_, __, message) => (message.kind === 'propose' && message.view === 0 ? null : message)
    bench.cycle()
    bench.crash(proposer(bench))
    bench.run(80)
    return bench
  },
  'the lock of a view that timed out binds the next one': () => {
    const bench = createBench(four)
    bench.filter = (_, __, message) => (message.kind === 'votes' && message.vote === 'commit' && message.view === 0 ? null : message)
    bench.cycle()
    bench.run(75)
    return bench
  },
  'a Buddy stops after its vote and starts again': () => {
    const bench = createBench(four)
    bench.cycle()
    bench.run(1)
    const victim = (proposer(bench) + 2) % 4
    bench.crash(victim)
    bench.run(3)
    bench.restart(victim)
    bench.run(70)
    return bench
  },
}

test('four Buddies say what they said before', () => {
  const text = Object.entries(stories)
    .map(([title, tell]) => `== ${title}\n${tell().lines.join('\n')}\n`)
    .join('\n')
  const path = join(folder, 'buddy-four.txt')
  if (process.argv.includes('--update')) writeFileSync(path, text)
  assert.equal(text, readFileSync(path, 'utf8'))
})
