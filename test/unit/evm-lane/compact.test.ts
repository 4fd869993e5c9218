// Windows on large buffers are cut out before a message is cloned; everything else stays what it is.

import assert from 'node:assert/strict'
import test from 'node:test'
import { compact } from '../../../src/evm-lane/compact.js'

test('a window on a large buffer gets its own, wherever it is', () => {
  const block = new Uint8Array(100_000).fill(7)
  const hash = block.subarray(10, 42)
  const message = { logs: [{ topics: [hash, new Uint8Array(32)], data: hash }], count: 5n, none: null }
  const sent = compact(message)
  assert.deepStrictEqual(sent, message)
  assert.equal(sent.logs[0]?.topics[0]?.buffer.byteLength, 32)
  assert.equal(sent.logs[0]?.data.buffer.byteLength, 32)
  assert.equal(message.logs[0]?.data, hash, 'the sender’s data is not changed')
})

test('what is small already is sent as it is', () => {
  const message = { hash: new Uint8Array(32), list: [1n, 'a', null, new Uint8Array(4_096).subarray(1)] }
  assert.equal(compact(message), message)
})
