// Error codes to JSON-RPC errors.

import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '../../../src/errors.js'
import type { ErrorCode } from '../../../src/errors.js'
import { fromHex } from '../../../src/primitives.js'
import { JsonRpcError, toRpcError } from '../../../src/rpc/errors.js'
import { hash } from './fake-lane.js'

const panic = fromHex(`0x4e487b71${'0'.repeat(63)}1`)

for (const [desc, error, want] of [
  [
    'a revert',
    new AppError('reverted', 'x', { data: panic }),
    { code: 3, message: 'execution reverted: assert(false)', data: `0x4e487b71${'0'.repeat(63)}1` },
  ],
  ['a revert without data', new AppError('reverted', 'x'), { code: 3, message: 'execution reverted', data: '0x' }],
  [
    'a transaction that was not mined in time',
    new AppError('tx-not-mined', 'later', { hash: hash(1) }),
    { code: 4, message: 'later', data: `0x${'0'.repeat(63)}1` },
  ],
  [
    'a pool error keeps its words and hides its data',
    new AppError('tx-nonce-low', 'nonce too low', { expected: 1n }),
    { code: -32000, message: 'nonce too low' },
  ],
  ['a halt of the EVM', new AppError('vm-error', 'invalid opcode: INVALID'), { code: -32000, message: 'invalid opcode: INVALID' }],
  ['a block that is not there', new AppError('block-not-found', 'header not found'), { code: -32000, message: 'header not found' }],
  ['a wrong parameter', new AppError('invalid-params', 'bad'), { code: -32602, message: 'bad' }],
  [
    'an unknown lane lists the lanes',
    new AppError('unknown-lane', 'no', { lanes: [{ chainId: 1n, name: 'a' }] }),
    { code: -32001, message: 'no', data: { lanes: [{ chainId: '0x1', name: 'a' }] } },
  ],
  ['too many at once', new AppError('busy', 'busy'), { code: -32005, message: 'busy' }],
  ['an inner error does not show', new AppError('internal', 'stack of calls'), { code: -32603, message: 'internal error' }],
  ['an error of the store names only its code', new AppError('store-failed', '/data/x'), { code: -32603, message: 'internal error: store-failed' }],
  ['what is no error of ours', new TypeError('x is undefined'), { code: -32603, message: 'internal error' }],
  ['what is no error at all', 'text', { code: -32603, message: 'internal error' }],
  ['an error of the surface', new JsonRpcError(6, 'gap', '0x1'), { code: 6, message: 'gap', data: '0x1' }],
  ['an error of the surface without data', new JsonRpcError(-32000, 'gone'), { code: -32000, message: 'gone' }],
] as const) {
  test(desc, () => assert.deepEqual(toRpcError(error), want))
}

test("every transaction error is geth's general code", () => {
  const codes: ErrorCode[] = [
    'tx-malformed',
    'tx-type',
    'tx-chain',
    'tx-sender',
    'tx-known',
    'tx-underpriced',
    'tx-replacement',
    'tx-nonce-high',
    'tx-funds',
    'tx-pool-full',
  ]
  for (const code of codes) assert.equal(toRpcError(new AppError(code, 'm')).code, -32000)
})
