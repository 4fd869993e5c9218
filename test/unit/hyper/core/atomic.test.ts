// The life of sessions, step by step. S2, S3, S8, S10, S11.

import test from 'node:test'
import assert from 'node:assert/strict'
import { A, B, C, Table, crossCall, executed, hash, returned, wanted } from './steps.js'

test('S11: a session over two lanes is in the journal before any lane commits', () => {
  const table = new Table().up(A, B, C).want(wanted(1, A, [B]))
  assert.deepEqual(table.said(), [`sessionOpen@${A}`, `sessionOpen@${B}`, `sessionTx@${A}`])
  table.begin(A, B)
  table.feed({ kind: 'crossCall', token: 7, chainId: A, batch: 1, call: crossCall(A, B) })
  assert.deepEqual(table.said(), [`crossCallIn@${B}`])
  table.reply('crossCallIn', B, returned)
  assert.deepEqual(table.effects, [{ kind: 'answer', token: 7, result: { ...returned, mark: 1 } }])
  table.reply('sessionTx', A, executed(1))
  assert.deepEqual(table.openCalls(), [`sessionEnd@${A}`, `sessionEnd@${B}`])
  assert.deepEqual(
    table.effects.filter(({ kind }) => kind === 'flush'),
    [A, B].map((chainId) => ({ kind: 'flush', chainId })),
    'no session follows that they could go with',
  )
  table.reply('sessionEnd', A, { legs: [{ chainId: A, transactionHash: hash(1) }] })
  table.reply('sessionEnd', B, { legs: [{ chainId: B, transactionHash: hash(9) }] })
  assert.deepEqual(table.said(), [`sessionSeal@${A}`, `sessionSeal@${B}`])
  // S6
  assert.deepEqual(table.callOf('sessionSeal', A).call.req, {
    batch: 1,
    links: [{ session: hash(101), legs: [{ chainId: B, transactionHash: hash(9) }] }],
  })
  assert.deepEqual(table.callOf('sessionSeal', B).call.req, {
    batch: 1,
    links: [{ session: hash(101), legs: [{ chainId: A, transactionHash: hash(1) }] }],
  })
  table.seal(A, B)
  assert.deepEqual(table.said(), ['journal 1'])
  table.feed({ kind: 'journaled', batch: 1 })
  assert.deepEqual(table.said(), [`sessionCommit@${A}`, `sessionCommit@${B}`])
  table.reply('sessionCommit', A, null)
  assert.deepEqual(table.said(), [])
  table.reply('sessionCommit', B, null)
  assert.deepEqual(table.said(), ['complete 1', 'finished committed'])
})

test('S10: sessions on disjoint lanes run at the same time, overlapping ones in turn, the oldest first', () => {
  const table = new Table().up(A, B, C)
  table.want(wanted(1, A))
  assert.deepEqual(table.said(), [`sessionOpen@${A}`, `sessionTx@${A}`])
  table.want(wanted(2, B))
  assert.deepEqual(table.said(), [`sessionOpen@${B}`, `sessionTx@${B}`])
  table.want(wanted(3, A, [C]))
  assert.deepEqual(table.said(), [], 'lane A is taken')
  table.want(wanted(4, C))
  assert.deepEqual(table.said(), [], 'lane C is reserved for the older session')
})

test('S10: a session sets out before its lanes say that they are open; its time begins when the last of them does', () => {
  const table = new Table().up(A, B, C).want(wanted(1, A, [B]))
  assert.deepEqual(
    table.effects.map((effect) => (effect.kind === 'call' ? `${effect.call.op}@${effect.chainId}${effect.later ? ' later' : ''}` : effect.kind)),
    [`sessionOpen@${A}`, `sessionOpen@${B}`, `sessionBegin@${A} later`, `sessionBegin@${B} later`, `sessionTx@${A}`],
  )
  table.opened(A)
  assert.deepEqual(table.said(), [], 'lane B still makes a block of its own')
  table.opened(B)
  assert.deepEqual(table.said(), ['timer sessionTime'])
})

test('S10: a session that is over before all lanes are open is not sealed before', () => {
  const table = new Table()
    .up(A, B, C)
    .want(wanted(1, A, [B]))
    .opened(A)
  table.reply('sessionTx', A, executed(1)).want(wanted(2, A))
  table.reply('sessionBegin', A, null).reply('sessionEnd', A, { legs: [] })
  table.opened(B)
  assert.deepEqual(table.said(), [], 'nor does another one join it')
  table.reply('sessionBegin', B, null).reply('sessionEnd', B, { legs: [] })
  assert.deepEqual(table.said(), [`sessionSeal@${A}`, `sessionSeal@${B}`])
})

test('S11: a lane that does not open takes the batch with it, when what runs has ended', () => {
  const table = new Table()
    .up(A, B, C)
    .want(wanted(1, A, [B]))
    .fail('sessionOpen', B)
    .opened(A)
  assert.deepEqual(table.said(), [])
  table.feed({ kind: 'crossCall', token: 1, chainId: A, batch: 1, call: crossCall(A, B) })
  assert.deepEqual(table.said(), ['answer 1 abandoned'])
  table.reply('sessionTx', A, { kind: 'abandoned' })
  assert.deepEqual(table.said(), [`sessionAbort@${A}`, `sessionAbort@${B}`])
})

test('S10: sessions that need no other lanes share one lock period', () => {
  const table = new Table()
    .up(A, B, C)
    .want(wanted(1, A, [B]))
    .want(wanted(2, B))
    .want(wanted(3, B, [A]))
    .want(wanted(4, B, [C]))
  table.begin(A, B).reply('sessionTx', A, executed(1))
  table.reply('sessionEnd', A, { legs: [] }).reply('sessionEnd', B, { legs: [] })
  assert.deepEqual(
    table.state.batches.get(1)?.toRun.map(({ order }) => order),
    [3],
  )
  assert.deepEqual(
    table.state.waiting.map(({ order }) => order),
    [4],
  )
})

test('a call to a lane that is not locked undoes the session and runs it again with the larger set', () => {
  const table = new Table().up(A, B, C).want(wanted(1, A)).begin(A)
  table.feed({ kind: 'crossCall', token: 1, chainId: A, batch: 1, call: crossCall(A, B) })
  assert.deepEqual(table.said(), ['answer 1 abandoned'])
  table.reply('sessionTx', A, { kind: 'abandoned' })
  assert.deepEqual(table.callOf('sessionEnd', A).call.req, { batch: 1, keep: false })
  table.reply('sessionEnd', A, { legs: [] }).reply('sessionAbort', A, null)
  assert.deepEqual(table.said(), [`sessionOpen@${A}`, `sessionOpen@${B}`, `sessionTx@${A}`])
})

test('lanes of a target are remembered', () => {
  const table = new Table()
    .up(A, B, C)
    .want(wanted(1, A, [B]))
    .begin(A, B)
  table.feed({ kind: 'crossCall', token: 1, chainId: A, batch: 1, call: crossCall(A, B) }).reply('crossCallIn', B, returned)
  table.reply('sessionTx', A, executed(1)).reply('sessionEnd', A, { legs: [] }).reply('sessionEnd', B, { legs: [] }).seal(A, B)
  table.feed({ kind: 'journaled', batch: 1 }).reply('sessionCommit', A, null).reply('sessionCommit', B, null)
  const again = wanted(1, A)
  table.want({ ...again, work: { kind: 'transaction', tx: { chainId: A, transactionHash: hash(2) }, to: new Uint8Array(20).fill(1) } })
  assert.deepEqual(table.said(), [`sessionOpen@${A}`, `sessionOpen@${B}`, `sessionTx@${A}`])
})

test('S3: a failed frame undoes its cross calls on the other lanes, in any depth, and only those', () => {
  const table = new Table()
    .up(A, B, C)
    .want(wanted(1, A, [B, C]))
    .begin(A, B, C)
  const call = (token: number, from: number, to: number) =>
    table.feed({ kind: 'crossCall', token, chainId: from, batch: 1, call: crossCall(from, to) })
  call(1, A, B).reply('crossCallIn', B, returned)
  call(2, A, B)
  call(3, B, C).reply('crossCallIn', C, returned)
  call(4, B, A).reply('crossCallIn', A, returned)
  table.feed({ kind: 'undoSince', token: 5, chainId: B, batch: 1, mark: 2 })
  assert.deepEqual(table.said(), [`undoIn@${A}`, `undoIn@${C}`], 'not lane B itself')
  table.reply('undoIn', A, null)
  assert.deepEqual(table.said(), [])
  table.reply('undoIn', C, null)
  assert.deepEqual(table.said(), ['undone 5'])
  table.reply('crossCallIn', B, returned)
  table.feed({ kind: 'undoSince', token: 6, chainId: A, batch: 1, mark: 0 })
  assert.deepEqual(table.said(), [`undoIn@${B}`], 'what is undone is not undone again')
})

test('only the lane that executes is answered', () => {
  const table = new Table()
    .up(A, B, C)
    .want(wanted(1, A, [B]))
    .begin(A, B)
  table.feed({ kind: 'crossCall', token: 1, chainId: B, batch: 1, call: crossCall(B, A) })
  assert.deepEqual(table.said(), ['answer 1 abandoned'])
  table.feed({ kind: 'crossCall', token: 2, chainId: A, batch: 9, call: crossCall(A, B) })
  assert.deepEqual(table.said(), ['answer 2 abandoned'])
})

test('S5: unknown and unavailable lanes are refused with their own errors', () => {
  const table = new Table()
    .up(A, B)
    .want(wanted(1, A, [B]))
    .begin(A, B)
  table.feed({ kind: 'crossCall', token: 1, chainId: A, batch: 1, call: crossCall(A, 999) })
  assert.deepEqual(table.effects, [
    { kind: 'answer', token: 1, result: { kind: 'refused', refusal: { error: 'LaneUnknown', chainId: 999 }, mark: 0 } },
  ])
  table.feed({ kind: 'crossCall', token: 2, chainId: A, batch: 1, call: crossCall(A, C) })
  assert.deepEqual(table.effects, [
    { kind: 'answer', token: 2, result: { kind: 'refused', refusal: { error: 'LaneUnavailable', chainId: C }, mark: 0 } },
  ])
})

test('S8: a bundle of which one transaction fails is undone, and its transactions leave the pools', () => {
  const txs = [A, B].map((chainId) => ({ chainId, transactionHash: hash(chainId) }))
  const table = new Table()
    .up(A, B, C)
    .want(wanted(1, A, [], { work: { kind: 'bundle', txs } }))
    .begin(A, B)
  table.reply('sessionTx', A, executed(A))
  assert.deepEqual(table.said(), [`sessionTx@${B}`])
  table.reply('sessionTx', B, executed(B, false))
  assert.deepEqual(table.callOf('sessionEnd', A).call.req, { batch: 1, keep: false })
  table.reply('sessionEnd', A, { legs: [] }).reply('sessionEnd', B, { legs: [] })
  assert.deepEqual(table.said(), [`drop@${A}`, `drop@${B}`, 'finished failed', `sessionAbort@${A}`, `sessionAbort@${B}`])
})

test('S11: a lane lost before the commit point: nothing stands, the others are told, the session begins again', () => {
  const table = new Table()
    .up(A, B, C)
    .want(wanted(1, A, [B]))
    .begin(A, B)
  table.feed({ kind: 'crossCall', token: 1, chainId: A, batch: 1, call: crossCall(A, B) })
  table.feed({ kind: 'laneDown', chainId: B })
  assert.deepEqual(table.said(), ['answer 1 abandoned'])
  table.reply('sessionTx', A, { kind: 'abandoned' })
  assert.deepEqual(table.said(), [`sessionAbort@${A}`])
  table.reply('sessionAbort', A, null)
  assert.deepEqual(table.said(), [`sessionOpen@${A}`, `sessionTx@${A}`], 'without the lane that is down')
})

test('S11: a lane lost after the commit point gets its block when it is back, before it builds', () => {
  const table = new Table()
    .up(A, B, C)
    .want(wanted(1, A, [B]))
    .begin(A, B)
    .reply('sessionTx', A, executed(1))
  table.reply('sessionEnd', A, { legs: [] }).reply('sessionEnd', B, { legs: [] }).seal(A, B)
  table.feed({ kind: 'laneDown', chainId: B }).feed({ kind: 'laneUp', chainId: B })
  assert.deepEqual(table.said(), [], 'nobody knows yet what it has to have')
  table.feed({ kind: 'journaled', batch: 1 })
  assert.deepEqual(table.said(), [`sessionCommit@${A}`, `sessionRecover@${B}`])
  const { req } = table.callOf('sessionRecover', B).call as { req: { blocks: { chainId: number }[] } }
  assert.deepEqual(
    req.blocks.map(({ chainId }) => chainId),
    [B],
  )
  table.reply('sessionCommit', A, null).reply('sessionRecover', B, null)
  assert.deepEqual(table.said(), [`recovered@${B}`, 'complete 1', 'finished committed'])
})

test('S11: after a crash of the process every lane gets what the journal has', () => {
  const block = (chainId: number) => ({ chainId, number: 5n, hash: hash(1), stateRoot: hash(2), txCount: 1, batch: new Uint8Array(3) })
  const table = new Table({}, [A, B], [{ batch: 4, lanes: [A, B], blocks: [block(A), block(B)], sessions: [] }])
  table.feed({ kind: 'laneUp', chainId: B })
  assert.deepEqual(table.callOf('sessionRecover', B).call.req, { blocks: [block(B)] })
  table.reply('sessionRecover', B, null)
  assert.deepEqual(table.said(), [`recovered@${B}`])
  table.up(A)
  assert.deepEqual(table.said(), [`recovered@${A}`, 'complete 4'])
})

test('a commit or an abort without an answer is asked again', () => {
  const table = new Table().up(A, B, C).want(wanted(1, A)).fail('sessionOpen', A).fail('sessionTx', A).fail('sessionAbort', A)
  assert.deepEqual(table.said(), ['timer again'])
  table.feed({ kind: 'timer', timer: { kind: 'again', batch: 1, chainId: A } })
  assert.deepEqual(table.said(), [`sessionAbort@${A}`])
})

test('a batch whose record is certainly not durable is aborted', () => {
  const table = new Table().up(A, B, C).want(wanted(1, A)).begin(A).reply('sessionTx', A, executed(1)).reply('sessionEnd', A, { legs: [] }).seal(A)
  table.feed({ kind: 'journalFailed', batch: 1 })
  assert.deepEqual(table.said(), [`sessionAbort@${A}`])
})

test('S10: a session begins while the lanes still answer what they have of the one before; a lane that fails at that takes both with it', () => {
  const table = new Table()
    .up(A, B, C)
    .want(wanted(1, A, [B]))
    .want(wanted(2, A, [B]))
    .begin(A, B)
  table.reply('sessionTx', A, executed(1))
  assert.deepEqual(table.openCalls(), [`sessionEnd@${A}`, `sessionEnd@${B}`, `sessionBegin@${A}`, `sessionBegin@${B}`, `sessionTx@${A}`])
  table.reply('sessionEnd', A, { legs: [{ chainId: A, transactionHash: hash(1) }] }).fail('sessionEnd', B)
  assert.deepEqual(table.said(), [], 'the transaction that runs is not cut off')
  table.reply('sessionTx', A, executed(2))
  assert.deepEqual(table.said(), [`sessionAbort@${A}`, `sessionAbort@${B}`])
  assert.deepEqual(
    table.state.waiting.map(({ order }) => order),
    [1, 2],
  )
})
