// The transaction object of calls and sends.

import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '../../../../src/errors.js'
import { toHex } from '../../../../src/primitives.js'
import { callMessage, sendMessage } from '../../../../src/rpc/params/call.js'

const to = `0x${'11'.repeat(20)}`
const slot = `0x${'22'.repeat(32)}`

test('reads every field and ignores unknown keys', () => {
  const message = callMessage.decode({
    type: '0x2',
    from: to,
    to,
    gas: '0x5208',
    gasPrice: '0x1',
    maxFeePerGas: '0x2',
    maxPriorityFeePerGas: '0x3',
    maxFeePerBlobGas: '0x4',
    value: '0x5',
    nonce: '0x6',
    input: '0xab',
    accessList: [{ address: to, storageKeys: [slot] }],
    blobVersionedHashes: [slot],
    chainId: '0x7',
    color: 'red',
    authorizationList: [{ chainId: '0x1', address: to, nonce: '0x0', yParity: '0x1', r: '0x2', s: '0x3' }],
  })
  assert.deepEqual(
    {
      ...message,
      from: toHex(message.from!),
      to: toHex(message.to!),
      input: toHex(message.input!),
      accessList: 1,
      blobVersionedHashes: 1,
      authorizationList: 1,
    },
    {
      type: 2,
      from: to,
      to,
      gas: 21_000n,
      gasPrice: 1n,
      maxFeePerGas: 2n,
      maxPriorityFeePerGas: 3n,
      maxFeePerBlobGas: 4n,
      value: 5n,
      nonce: 6n,
      input: '0xab',
      accessList: 1,
      blobVersionedHashes: 1,
      authorizationList: 1,
      chainId: 7n,
    },
  )
  assert.deepEqual(
    message.accessList!.map((item) => [toHex(item.address), item.storageKeys.map(toHex)]),
    [[to, [slot]]],
  )
  assert.equal(message.authorizationList![0]!.r, 2n)
})

test('null fields are absent, a missing `to` creates', () => {
  assert.deepEqual(callMessage.decode({ to: null, from: null, data: null, accessList: null }), {})
})

test('an access list item may leave out its keys', () => {
  assert.deepEqual(
    callMessage.decode({ accessList: [{ address: to }] }).accessList!.map((item) => item.storageKeys),
    [[]],
  )
})

test('a `type` geth would not read is ignored', () => {
  for (const type of [2, 'legacy', '0x02', '0x7e', {}]) assert.equal(callMessage.decode({ type }).type, undefined)
})

test('calls prefer `input`; sends refuse two that differ', () => {
  const both = { data: '0x01', input: '0x02' }
  assert.equal(toHex(callMessage.decode(both).input!), '0x02')
  assert.throws(() => sendMessage.decode(both), /both "data" and "input" are set and not equal/)
  assert.equal(toHex(sendMessage.decode({ data: '0x01', input: '0x01' }).input!), '0x01')
  assert.equal(toHex(callMessage.decode({ data: '0x03' }).input!), '0x03')
})

for (const [desc, json, field] of [
  ['no object', 'x', /ethapi\.TransactionArgs/],
  ['a gas with leading zero', { gas: '0x01' }, /leading zero digits into Go struct field TransactionArgs\.gas of type hexutil\.Uint64/],
  ['a value over 256 bits', { value: `0x1${'0'.repeat(64)}` }, /hex number > 256 bits/],
  ['a gas over 64 bits', { gas: `0x1${'0'.repeat(16)}` }, /hex number > 64 bits/],
  ['an empty `to`', { to: '' }, /empty hex string/],
  ['a `to` of no bytes', { to: '0x' }, /has length 0, want 40/],
  [
    'an authorization without r',
    { authorizationList: [{ chainId: '0x1', address: to, nonce: '0x0', yParity: '0x0', s: '0x0' }] },
    /missing required field 'r'/,
  ],
] as const) {
  test(`refuses ${desc}`, () => {
    assert.throws(
      () => callMessage.decode(json),
      (error) => error instanceof AppError && error.code === 'invalid-params' && field.test(error.message),
    )
  })
}
