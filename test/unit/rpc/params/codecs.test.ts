// What each codec accepts and refuses, as geth does; error texts where tools match on them.

import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '../../../../src/errors.js'
import { toHex } from '../../../../src/primitives.js'
import type { ParamCodec } from '../../../../src/rpc/method.js'
import { atBlock, blockId, blockNumber } from '../../../../src/rpc/params/block.js'
import { blockCount, percentiles } from '../../../../src/rpc/params/fee-history.js'
import { logFilter } from '../../../../src/rpc/params/log-filter.js'
import { blockOverrides, stateOverrides } from '../../../../src/rpc/params/overrides.js'
import { address, bool, bytes, hash, index, milliseconds, text } from '../../../../src/rpc/params/scalars.js'
import { storageKey, storageKeys, storageRequests } from '../../../../src/rpc/params/storage.js'
import { readReceiptHashes } from '../../../../src/rpc/params/subscription.js'
import { typedData } from '../../../../src/rpc/params/typed-data.js'

const hash1 = `0x${'0'.repeat(63)}1`
const address1 = `0x${'0'.repeat(39)}1`

/** Decoded values with bytes as hex, so that tables stay readable. */
function shown(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)]))
  return value
}

const accepted: [string, ParamCodec, unknown, unknown][] = [
  ['an address', address(), address1, address1],
  ['an address in mixed case', address(), `0X${'aB'.repeat(20)}`, `0x${'ab'.repeat(20)}`],
  ['a hash', hash(), hash1, hash1],
  ['empty bytes', bytes(), '0x', '0x'],
  ['bytes', bytes(), '0xAb00', '0xab00'],
  ['an index', index(), '0x10', 16],
  ['a boolean', bool('full'), false, false],
  ['a text', text('id'), 'x', 'x'],
  ['milliseconds as a number', milliseconds('timeout'), 250, 250],
  ['milliseconds in hex', milliseconds('timeout'), '0xfa', 250],
  ['a tag', blockNumber(), 'safe', { kind: 'tag', tag: 'safe' }],
  ['a height', blockNumber(), '0x1B', { kind: 'number', number: 27n }],
  ['height zero', blockNumber(), '0x0', { kind: 'number', number: 0n }],
  ['a bare hash where EIP-1898 allows it', blockId(), hash1, { kind: 'hash', hash: hash1 }],
  ['an object with a hash', blockId(), { blockHash: hash1, requireCanonical: true }, { kind: 'hash', hash: hash1 }],
  ['an object with a number', blockId(), { blockNumber: '0x2' }, { kind: 'number', number: 2n }],
  ['an object with a tag', blockId(), { blockNumber: 'latest' }, { kind: 'tag', tag: 'latest' }],
  ['no block', atBlock, undefined, undefined],
  ['null for a block', atBlock, null, undefined],
  ['a block count as a number', blockCount, 5, 5n],
  ['a block count in hex', blockCount, '0xa', 10n],
  ['a block count in decimal', blockCount, '10', 10n],
  ['percentiles', percentiles, [5, 50.5], [5, 50.5]],
  ['a full storage key', storageKey, hash1, { slot: hash1, width: 32 }],
  ['a short storage key', storageKey, '0x1', { slot: hash1, width: 1 }],
  ['a storage key without prefix', storageKey, '01', { slot: hash1, width: 1 }],
  ['storage keys', storageKeys, ['0x00'], [{ slot: `0x${'0'.repeat(64)}`, width: 1 }]],
  ['storage requests', storageRequests, { [address1]: [hash1] }, [{ key: address1, address: address1, slots: [hash1] }]],
  ['an empty filter', logFilter, {}, { blockHash: null, fromBlock: null, toBlock: null, addresses: [], topics: [] }],
  [
    'one address, a wildcard, a choice and a list with a wildcard inside',
    logFilter,
    { fromBlock: '0x1', toBlock: 'latest', address: address1, topics: [null, hash1, [hash1, hash1], [hash1, null]] },
    {
      blockHash: null,
      fromBlock: { kind: 'number', number: 1n },
      toBlock: { kind: 'tag', tag: 'latest' },
      addresses: [address1],
      topics: [null, [hash1], [hash1, hash1], null],
    },
  ],
  [
    'an empty place',
    logFilter,
    { blockHash: hash1, address: [], topics: [[]] },
    { blockHash: hash1, fromBlock: null, toBlock: null, addresses: [], topics: [null] },
  ],
  [
    'state overrides',
    stateOverrides,
    { [address1]: { nonce: '0x1', balance: '0x2', code: '0x60', state: { [hash1]: hash1 }, movePrecompileToAddress: address1 } },
    [{ address: address1, nonce: 1n, balance: 2n, code: '0x60', state: [{ slot: hash1, value: hash1 }], movePrecompileTo: address1 }],
  ],
  [
    'a state diff',
    stateOverrides,
    { [address1]: { stateDiff: { [hash1]: hash1 } } },
    [{ address: address1, stateDiff: [{ slot: hash1, value: hash1 }] }],
  ],
  [
    'block overrides',
    blockOverrides,
    { number: '0x1', time: '0x2', feeRecipient: address1, prevRandao: hash1, unknown: 1 },
    { number: 1n, time: 2n, feeRecipient: address1, prevRandao: hash1 },
  ],
]

for (const [desc, codec, json, want] of accepted) {
  test(`takes ${desc}`, () => assert.deepEqual(shown(codec.decode(json)), want))
}

const refused: [string, ParamCodec, unknown, RegExp][] = [
  ['an address that is a number', address(), 1, /non-string.*common\.Address/],
  ['an address without prefix', address(), '0'.repeat(40), /hex string without 0x prefix/],
  ['a short address', address(), '0x00', /hex string has length 2, want 40/],
  ['an odd address', address(), '0x0', /odd length/],
  ['an address with a wrong digit', address(), `0x${'0'.repeat(39)}g`, /invalid hex string/],
  ['an empty text as a hash', hash(), '', /empty hex string/],
  ['odd bytes', bytes(), '0x1', /odd length/],
  ['bytes with a wrong digit', bytes(), '0xzz', /invalid hex string/],
  ['a quantity with leading zero', index(), '0x01', /hex number with leading zero digits/],
  ['an empty quantity', index(), '0x', /hex string "0x"/],
  ['a quantity over 64 bits', index(), `0x1${'0'.repeat(16)}`, /hex number > 64 bits/],
  ['a text as a boolean', bool('full'), 'true', /cannot unmarshal string into Go value of type bool/],
  ['a negative time', milliseconds('timeout'), -1, /uint64/],
  ['a number as a block', blockNumber(), 1, /hex string without 0x prefix/],
  ['a decimal block', blockNumber(), '12', /hex string without 0x prefix/],
  ['an unknown tag', blockNumber(), 'newest', /hex string without 0x prefix/],
  ['a block with leading zero', blockNumber(), '0x01', /leading zero/],
  ['a block over int64', blockNumber(), '0xffffffffffffffff', /larger than int64/],
  ['a hash where only numbers go', blockNumber(), hash1, /leading zero|64 bits/],
  ['number and hash together', blockId(), { blockHash: hash1, blockNumber: '0x1' }, /cannot specify both BlockHash and BlockNumber/],
  ['an object that names no block', blockId(), {}, /neither block nor hash/],
  ['requireCanonical that is no boolean', blockId(), { blockHash: hash1, requireCanonical: 1 }, /bool/],
  ['an array as a block', blockId(), [], /hex string without 0x prefix/],
  ['a negative block count', blockCount, -1, /HexOrDecimal64/],
  ['a fractional block count', blockCount, 1.5, /HexOrDecimal64/],
  ['percentiles that are texts', percentiles, ['5'], /float64/],
  ['a storage key that is too long', storageKey, `0x${'0'.repeat(65)}`, /^storage key too long \(want at most 32 bytes\): "0x0+"$/],
  ['a storage key that is no hex', storageKey, '0xasdf', /^invalid hex in storage key: "0xasdf"$/],
  ['too many storage keys', storageKeys, Array<string>(1_025).fill('0x0'), /too many keys/],
  ['an empty storage request', storageRequests, {}, /empty request/],
  ['too many slots', storageRequests, { [address1]: Array<string>(1_025).fill(hash1) }, /too many slots/],
  ['a filter that is a list', logFilter, [], /cannot unmarshal array/],
  ['a hash and a range', logFilter, { blockHash: hash1, fromBlock: '0x1' }, /cannot specify both BlockHash and FromBlock\/ToBlock/],
  ['five topics', logFilter, { topics: [null, null, null, null, null] }, /exceed max topics/],
  ['a topic that is a number', logFilter, { topics: [1] }, /invalid topic/],
  ['an address list with a number', logFilter, { address: [1] }, /non-string address at index 0/],
  ['too many addresses', logFilter, { address: Array<string>(1_001).fill(address1) }, /exceed max addresses/],
  ['state and state diff', stateOverrides, { [address1]: { state: {}, stateDiff: {} } }, /has both 'state' and 'stateDiff'/],
  ['an override of a short address', stateOverrides, { '0x1': {} }, /odd length/],
  ['a storage value that is short', stateOverrides, { [address1]: { state: { [hash1]: '0x01' } } }, /want 64/],
  ['a block override with leading zero', blockOverrides, { time: '0x01' }, /BlockOverrides\.time/],
  ['typed data that is no JSON', typedData, '{', /not JSON/],
  ['typed data without types', typedData, { primaryType: 'A', message: {} }, /needs types/],
  ['typed data with a wrong field', typedData, { types: { A: [{ name: 'x' }] }, primaryType: 'A', message: {} }, /"A" is not a list/],
]

for (const [desc, codec, json, message] of refused) {
  test(`refuses ${desc}`, () => {
    assert.throws(
      () => codec.decode(json),
      (error) => error instanceof AppError && error.code === 'invalid-params' && message.test(error.message),
    )
  })
}

test('reads typed data from an object or its JSON text', () => {
  const data = { types: { A: [{ name: 'x', type: 'uint256' }] }, primaryType: 'A', domain: { name: 'd' }, message: { x: 1 } }
  assert.deepEqual(typedData.decode(JSON.stringify(data)), typedData.decode(data))
})

test('reads the hashes of a receipts subscription', () => {
  assert.equal(readReceiptHashes(undefined), null)
  assert.equal(readReceiptHashes({ transactionHashes: [] }), null)
  assert.deepEqual(shown(readReceiptHashes({ transactionHashes: [hash1] })), [hash1])
  assert.throws(() => readReceiptHashes({ transactionHashes: Array<string>(201).fill(hash1) }), /exceed max number/)
})
