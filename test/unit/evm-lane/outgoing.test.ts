// Owns: when messages to a lane leave: at once, or with those that come while it makes a block.
// Does not own: the lane client around it (test/contract/lane-client.test.ts). Called by: node --test.

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { Outgoing } from '../../../src/evm-lane/outgoing.js'
import type { ToLane } from '../../../src/evm-lane/protocol.js'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const transaction = (id: number): ToLane[number] => ({
  kind: 'request',
  id,
  op: 'submit',
  req: { raw: new Uint8Array(1), sender: null, waitMs: 1 },
})
const read = (id: number): ToLane[number] => ({ kind: 'request', id, op: 'poolStatus', req: {} })

/** What waits goes after a while by itself, which only the test's own clock may say. */
function watched(t: TestContext): { outgoing: Outgoing; posted: number[][] } {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const posted: number[][] = []
  return { outgoing: new Outgoing((messages) => void posted.push(messages.map(({ id }) => id))), posted }
}

test('what is said in one turn leaves together, the first transactions too', async (t) => {
  const { outgoing, posted } = watched(t)
  for (const message of [transaction(1), read(2), transaction(3)]) outgoing.add(message)
  assert.deepEqual(posted, [])
  await turn()
  assert.deepEqual(posted, [[1, 2, 3]])
})

test('transactions that come while the lane makes a block leave when it says something', async (t) => {
  const { outgoing, posted } = watched(t)
  outgoing.add(transaction(1))
  await turn()
  outgoing.add(transaction(2))
  await turn()
  outgoing.add(transaction(3))
  await turn()
  assert.deepEqual(posted, [[1]])
  outgoing.heard()
  assert.deepEqual(posted, [[1], [2, 3]])
  outgoing.heard()
  outgoing.add(transaction(4))
  await turn()
  assert.deepEqual(posted, [[1], [2, 3], [4]])
})

test('what is no transaction goes at once, and what waits goes before it', async (t) => {
  const { outgoing, posted } = watched(t)
  outgoing.add(transaction(1))
  await turn()
  outgoing.add(transaction(2))
  outgoing.add(read(3))
  outgoing.add(transaction(4))
  await turn()
  assert.deepEqual(posted, [[1], [2, 3, 4]])
})

test('a lane that says nothing gets what waits after a while, and a lane that is gone never', async (t) => {
  const { outgoing, posted } = watched(t)
  outgoing.add(transaction(1))
  await turn()
  outgoing.add(transaction(2))
  t.mock.timers.tick(4)
  assert.deepEqual(posted, [[1], [2]])
  outgoing.add(transaction(3))
  outgoing.clear()
  t.mock.timers.tick(1_000)
  outgoing.heard()
  await turn()
  assert.deepEqual(posted, [[1], [2]])
})
