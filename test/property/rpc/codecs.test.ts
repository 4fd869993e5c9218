// Codecs over generated values: what is valid comes through unchanged, what is not is refused as invalid parameters and nothing else.

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { AppError } from '../../../src/errors.js'
import { bytesToBigint, toHex } from '../../../src/primitives.js'
import { readBytes, readFixed, readQuantity } from '../../../src/rpc/params/hex.js'
import { readStorageKey } from '../../../src/rpc/params/storage.js'
import { readBlockNumber } from '../../../src/rpc/params/block.js'
import { quantity } from '../../../src/rpc/format/quantity.js'
import { methods } from '../../../src/rpc/methods.js'

const place = { type: 'test' }
const seed = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31)
const runs = { seed, numRuns: Number(process.env.PROPERTY_RUNS ?? 300) }
console.log(`PROPERTY_SEED=${seed}`)

const uint256 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })

test('quantities: format, read, same value', () => {
  fc.assert(
    fc.property(uint256, (value) => assert.equal(readQuantity(quantity(value), 256, place), value)),
    runs,
  )
})

test('bytes: format, read, same bytes; upper case too', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (value) => {
      const text = toHex(value)
      assert.deepEqual(readBytes(text, place), new Uint8Array(value))
      assert.deepEqual(readBytes(`0X${text.slice(2).toUpperCase()}`, place), new Uint8Array(value))
      assert.deepEqual(readFixed(text, value.length === 0 ? 0 : value.length, place), new Uint8Array(value))
    }),
    runs,
  )
})

test('storage keys: any spelling of a slot is that slot', () => {
  fc.assert(
    fc.property(uint256, fc.integer({ min: 0, max: 64 }), (value, width) => {
      const digits = value.toString(16).padStart(width, '0')
      for (const text of [digits, `0x${digits}`, `0X${digits}`]) assert.equal(bytesToBigint(readStorageKey(text).slot), value)
    }),
    runs,
  )
})

test('a leading zero is never a quantity', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 32n }), (value) => {
      assert.throws(() => readBlockNumber(`0x0${value.toString(16)}`), AppError)
    }),
    runs,
  )
})

/** JSON that resembles what callers send, and what they should not. */
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string().map((text) => `0x${text}`),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => toHex(bytes)),
  fc.constantFrom('latest', 'pending', '0x', '0x0', '0x00', '', `0x${'f'.repeat(64)}`, `0x${'f'.repeat(40)}`),
  fc.dictionary(
    fc.constantFrom(
      'from',
      'to',
      'gas',
      'data',
      'input',
      'value',
      'blockHash',
      'blockNumber',
      'fromBlock',
      'address',
      'topics',
      'accessList',
      'authorizationList',
    ),
    fc.jsonValue(),
  ),
)

test('no codec of the table throws anything but invalid parameters', () => {
  const codecs = Object.values(methods).flatMap((row) => row.params)
  assert.ok(codecs.length > 50)
  fc.assert(
    fc.property(json, fc.integer({ min: 0, max: codecs.length - 1 }), (value, i) => {
      try {
        codecs[i]!.decode(value)
      } catch (error) {
        assert.ok(error instanceof AppError && error.code === 'invalid-params', String(error))
      }
    }),
    { ...runs, numRuns: runs.numRuns * 20 },
  )
})
