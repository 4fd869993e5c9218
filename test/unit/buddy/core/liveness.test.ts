// Whole histories that end only because of one rule of liveness: without it exactly these tests fail.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Input } from '../../../../src/buddy/core/types.js'
import { proposersOf } from '../../../../src/buddy/core/validators.js'
import { createBench, envOf, genesisHash } from '../../../fixtures/buddy-bench.js'
import type { Bench } from '../../../fixtures/buddy-bench.js'
import { keyNumber } from '../../../sim/buddy/crypto.js'

const order = proposersOf(envOf(0), 4, { parentHash: genesisHash, height: 1n })
const [, down, deaf] = order as [number, number, number]

/** Puts something before every input that the Buddies take. */
function before(bench: Bench, look: (desk: number, input: Input) => boolean): void {
  const { input: take } = bench
  bench.input = (desk, input) => (look(desk, input) ? take(desk, input) : undefined)
}

for (const exchange of ['buddy', 'direct'] as const) {
  test(`B4 exchange, ${exchange}: a \`want\` is answered, and whoever hears nothing else still votes in the first view`, () => {
    const bench = createBench([1n, 1n, 1n, 1n], { exchange })
    let answering = false
    before(bench, (desk, input) => {
      const { message, from } = input.kind === 'receive' ? input : { message: null, from: null }
      answering = desk !== deaf && message?.kind === 'votes' && message.want && from !== null && from.every((byte, i) => byte === keyNumber(deaf)[i])
      return true
    })
    // With one of four down the deaf one's COMMIT is needed, so it has to learn of the PREPAREs.
    bench.filter = (_, to, message) => (to === deaf && message.kind !== 'propose' && !answering ? null : message)
    bench.cycle()
    bench.crash(down)
    bench.run(50)
    for (const desk of order.filter((validator) => validator !== down)) {
      assert.equal(bench.desks[desk]?.state.height, 2n, `Buddy ${desk}:\n${bench.lines.join('\n')}`)
      assert.equal(bench.desks[desk]?.sealed[0]?.qc.view, 0)
    }
  })
}

test('B4 TIMEOUT: whoever has no clock joins more than a third that gave up', () => {
  const bench = createBench([1n, 1n, 1n, 1n])
  before(bench, (desk, input) => !(desk === deaf && input.kind === 'timer' && input.id.what === 'view'))
  bench.cycle()
  // The proposer of view 0: nothing happens before the Timeouts, of which two are a third and not a quorum.
  bench.crash(order[0] as number)
  bench.run(200)
  for (const desk of order.slice(1)) assert.equal(bench.desks[desk]?.state.height, 2n, `Buddy ${desk}:\n${bench.lines.join('\n')}`)
})

test('B4 TIMEOUT: a Timeout that was lost is repeated', () => {
  const bench = createBench([1n, 1n, 1n, 1n])
  const told = new Set<string>()
  bench.filter = (from, to, message) => {
    const name = `${from} ${to} ${message.kind}`
    if (message.kind !== 'timeout' || told.has(name)) return message
    told.add(name)
    return null
  }
  bench.cycle()
  bench.crash(order[0] as number)
  bench.run(300)
  for (const desk of order.slice(1)) assert.equal(bench.desks[desk]?.state.height, 2n, `Buddy ${desk}:\n${bench.lines.join('\n')}`)
})
