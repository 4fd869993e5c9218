// Our own RLP writer against @ethereumjs/rlp: the same bytes for everything.

import assert from 'node:assert/strict'
import test from 'node:test'
import { RLP } from '@ethereumjs/rlp'
import fc from 'fast-check'
import { encodedList, encodeRlp, type Rlp } from '../../src/codec/rlp.js'
import { bigintToBytes, bytesToBigint } from '../../src/primitives.js'

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
console.log(`seed ${seed}`)

/** Around the lengths at which the head grows, and single bytes on both sides of 0x80. */
const string = fc.oneof(
  fc.uint8Array({ maxLength: 1 }),
  fc.uint8Array({ maxLength: 70 }),
  fc.constantFrom(55, 56, 255, 256, 65_535, 65_536).map((length) => new Uint8Array(length).fill(0xaa)),
)
const { item } = fc.letrec<{ item: Rlp }>((tie) => ({
  item: fc.oneof({ maxDepth: 4, depthSize: 'medium' }, string, fc.array(tie('item'), { maxLength: 5 })),
}))
type LibraryInput = Parameters<typeof RLP.encode>[0]

test('any item is encoded as the library does', () => {
  fc.assert(
    fc.property(item, (value) => assert.deepStrictEqual(Buffer.from(encodeRlp(value)), Buffer.from(RLP.encode(value as LibraryInput)))),
    { seed, numRuns: 500 },
  )
})

test('a list of encoded items is the list of the items', () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 6 }), (items) =>
      assert.deepStrictEqual(encodedList(items.map((one) => encodeRlp(one))), encodeRlp(items)),
    ),
    { seed, numRuns: 200 },
  )
})

test('integers are their shortest bytes, on both sides of what fits a number', () => {
  const around = [1n, 0x7fn, 0x80n, 0xffn, 0x100n, 2n ** 32n, 2n ** 40n, 2n ** 48n, 2n ** 53n, 2n ** 64n].flatMap((n) => [n - 1n, n, n + 1n])
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...around), fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })), (value) => {
      const hex = value === 0n ? '' : value.toString(16)
      assert.equal(Buffer.from(bigintToBytes(value)).toString('hex'), hex.padStart(hex.length + (hex.length % 2), '0'))
      assert.equal(bytesToBigint(bigintToBytes(value)), value)
    }),
    { seed, numRuns: 500 },
  )
})
