// S10: a session that would exceed a limit is undone, and its transaction fails with a receipt that says which.

import test from 'node:test'
import assert from 'node:assert/strict'
import type { SessionLimits } from '../../../../src/hyper/core/types.js'
import { A, B, C, Table, crossCall, executed, hash, wanted } from './steps.js'

/** Each: the limit, and how often lane A and B call each other before it is met. */
const limits: { desc: string; limits: Partial<SessionLimits>; calls: number; size: number }[] = [
  { desc: 'calls', limits: { crossCallsMax: 1 }, calls: 1, size: 4 },
  { desc: 'depth', limits: { depthMax: 2 }, calls: 2, size: 4 },
  { desc: 'data', limits: { dataBytesMax: 100 }, calls: 1, size: 60 },
]

for (const { desc, limits: given, calls, size } of limits) {
  test(`S10: ${desc}`, () => {
    const table = new Table(given)
      .up(A, B, C)
      .want(wanted(1, A, [B]))
      .begin(A, B)
    for (let i = 0; i <= calls; i++) {
      const [from, to] = i % 2 === 0 ? [A, B] : [B, A]
      table.feed({ kind: 'crossCall', token: i, chainId: from, batch: 1, call: crossCall(from, to, size) })
    }
    assert.deepEqual(table.said(), [`answer ${calls} abandoned`])
    for (let i = calls - 1; i >= 0; i--) table.reply('crossCallIn', i % 2 === 0 ? B : A, { kind: 'abandoned' })
    table.reply('sessionTx', A, { kind: 'abandoned' }).reply('sessionEnd', A, { legs: [] }).reply('sessionEnd', B, { legs: [] })
    assertRefusedNext(table, desc)
  })
}

test('S10: lanes', () => {
  const table = new Table({ lanesMax: 2 })
    .up(A, B, C)
    .want(wanted(1, A, [B]))
    .begin(A, B)
  table.feed({ kind: 'crossCall', token: 1, chainId: A, batch: 1, call: crossCall(A, C) })
  table.reply('sessionTx', A, { kind: 'abandoned' }).reply('sessionEnd', A, { legs: [] }).reply('sessionEnd', B, { legs: [] })
  assertRefusedNext(table, 'lanes')
})

test('S10: time', () => {
  const table = new Table()
    .up(A, B, C)
    .want(wanted(1, A, [B]))
    .begin(A, B)
  table.feed({ kind: 'timer', timer: { kind: 'sessionTime', batch: 1, order: 1 } })
  table.feed({ kind: 'crossCall', token: 1, chainId: A, batch: 1, call: crossCall(A, B) })
  assert.deepEqual(table.said(), ['answer 1 abandoned'])
  table.reply('sessionTx', A, { kind: 'abandoned' }).reply('sessionEnd', A, { legs: [] }).reply('sessionEnd', B, { legs: [] })
  assertRefusedNext(table, 'time')
})

test('S10: gas', () => {
  const table = new Table({ gasMax: 20_000n })
    .up(A, B, C)
    .want(wanted(1, A, [B]))
    .begin(A)
  assert.deepEqual(table.callOf('sessionTx', A).call.req, { batch: 1, hash: hash(1), refuse: { error: 'SessionLimit', which: 'gas' }, mark: 0 })
})

test('the timer of a session that has ended does not touch the next', () => {
  const table = new Table().up(A, B, C).want(wanted(1, A)).want(wanted(2, A)).begin(A).reply('sessionTx', A, executed(1))
  table.reply('sessionEnd', A, { legs: [] }).reply('sessionBegin', A, null)
  table.feed({ kind: 'timer', timer: { kind: 'sessionTime', batch: 1, order: 1 } })
  assert.equal(table.state.batches.get(1)?.run?.doom, null)
})

test('a lane that fails again and again: the session ends with SessionConflict', () => {
  const table = new Table({ triesMax: 2 }).up(A, B, C).want(wanted(1, A, [B]))
  for (let i = 0; i <= 2; i++) {
    table.fail('sessionOpen', B).opened(A).reply('sessionTx', A, executed(1))
    table.reply('sessionAbort', A, null).reply('sessionAbort', B, null)
  }
  table.begin(A)
  assert.deepEqual(table.callOf('sessionTx', A).call.req, { batch: 4, hash: hash(1), refuse: { error: 'SessionConflict' }, mark: 0 })
})

test('a full queue refuses what comes, and the transaction leaves the pool', () => {
  const table = new Table({ queueMax: 1 }).up(A, B, C).want(wanted(1, A)).want(wanted(2, A)).want(wanted(3, A))
  assert.deepEqual(table.said(), [`drop@${A}`, 'finished failed'])
})

test('a transaction that is told of twice runs once', () => {
  const table = new Table().up(A, B, C).want(wanted(1, A)).want(wanted(1, A))
  assert.equal(table.state.waiting.length, 0)
  assert.deepEqual(table.openCalls(), [`sessionOpen@${A}`, `sessionBegin@${A}`, `sessionTx@${A}`])
})

test('a full block: the session waits for the next one', () => {
  const table = new Table().up(A, B, C).want(wanted(1, A)).want(wanted(2, A)).begin(A).reply('sessionTx', A, executed(1))
  table.reply('sessionEnd', A, { legs: [] }).reply('sessionBegin', A, null)
  table.reply('sessionTx', A, { kind: 'rejected', reason: 'no room', blockFull: true }).reply('sessionEnd', A, { legs: [] })
  assert.deepEqual(table.said(), [`sessionSeal@${A}`])
  assert.deepEqual(
    table.state.waiting.map(({ order, tries }) => [order, tries]),
    [[2, 0]],
  )
})

function assertRefusedNext(table: Table, which: string): void {
  table.reply('sessionAbort', A, null).reply('sessionAbort', B, null).begin(A)
  assert.deepEqual(table.callOf('sessionTx', A).call.req, {
    batch: 2,
    hash: hash(1),
    refuse: { error: 'SessionLimit', which },
    mark: table.state.batches.get(2)?.marks,
  })
}
