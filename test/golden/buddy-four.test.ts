// What four Buddies say and write, word for word. `node dist/test/golden/buddy-four.test.js --update` accepts a change, for review.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'node:test'
import type { Propose } from '../../src/buddy/core/types.js'
import { createBench } from '../fixtures/buddy-bench.js'
import type { Bench, Desk } from '../fixtures/buddy-bench.js'
import { keyNumber } from '../sim/buddy/crypto.js'
import { forgedPropose, rivalBlock } from '../sim/buddy/roles/forge.js'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../test/golden')
const four = [1n, 1n, 1n, 1n]
/** Whoever was asked to build the first block. */
const proposer = (bench: Bench): number => Number(bench.lines.find((line) => line.endsWith('build for view 0'))?.[0])

/** Another block in the same place, signed by the one who proposed the first. */
function rivalOf(bench: Bench, from: number, message: Propose): Propose | null {
  const desk = bench.desks[from] as Desk
  const block = rivalBlock(message, 1)
  return block === null ? null : forgedPropose(desk, message, block, null)
}

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
  'two sides of a partition, and both together again': () => {
    const bench = createBench(four)
    const side = (desk: number): boolean => desk === proposer(bench) || desk === (proposer(bench) + 1) % 4
    const whole = bench.filter
    bench.filter = (from, to, message) => (side(from) === side(to) ? message : null)
    bench.cycle()
    bench.run(70)
    bench.lines.push('the partition heals')
    bench.filter = whole
    bench.run(160)
    return bench
  },
  'one Buddy proposes two blocks, and is told': () => {
    const bench = createBench(four)
    bench.filter = (from, to, message) =>
      message.kind === 'propose' && message.view === 0 && to === (from + 1) % 4 ? rivalOf(bench, from, message) : message
    bench.cycle()
    bench.run(1)
    bench.lines.push('the proposal that the others have reaches the one that has another')
    const told = bench.sent.find(({ kind }) => kind === 'propose')
    const victim = (proposer(bench) + 1) % 4
    if (told !== undefined) bench.input(victim, { kind: 'receive', from: (bench.desks[(victim + 1) % 4] as Desk).env.key, message: told })
    bench.run(50)
    return bench
  },
  'a set changes: one leaves, one who followed joins': () => {
    const bench = createBench(four, { followers: 1 })
    const next = [1, 2, 3, 4].map((number) => ({ key: keyNumber(number), weight: 1n }))
    bench.nextSet = (height) => (height === 1n ? next : null)
    for (let i = 0; i < 3; i++) {
      bench.cycle()
      bench.run(20)
    }
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
