// The decoder of plain transfers against @ethereumjs/tx: what it takes the library takes, with the same fields; damaged bytes included.

import assert from 'node:assert/strict'
import test from 'node:test'
import { createTx, createTxFromRLP } from '@ethereumjs/tx'
import fc from 'fast-check'
import { laneCrypto } from '../../../../src/evm-lane/engine/crypto.js'
import { ForkSchedule, ownChainRules } from '../../../../src/evm-lane/engine/fork-schedule.js'
import { decodePlain, type PlainTransfer } from '../../../../src/evm-lane/engine/tx-plain.js'
import { bigintToFixed, bytesToBigint, equalBytes, type Bytes } from '../../../../src/primitives.js'

type Drawn<A> = A extends fc.Arbitrary<infer T> ? T : never

const common = new ForkSchedule(ownChainRules(77_000, null), laneCrypto).commonAt(1n, 1n)
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
console.log(`seed ${seed}`)

const bits = (most: number): fc.Arbitrary<bigint> => fc.integer({ min: 0, max: most }).chain((n) => fc.bigInt({ min: 0n, max: 2n ** BigInt(n) - 1n }))
const transfer = fc.record({
  type: fc.constantFrom(0, 2),
  nonce: bits(63),
  gasLimit: fc.bigInt({ min: 21_000n, max: 16_777_216n }),
  value: bits(200),
  tip: bits(60),
  more: bits(60),
  to: fc.uint8Array({ minLength: 20, maxLength: 20 }),
  key: bits(250).map((value) => bigintToFixed(value + 1n, 32)),
})
/** Where a byte is changed, what to; or one is put in or left out. */
const damage = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), how: fc.constantFrom('change', 'insert', 'remove') })

function signed({ key, tip, more, ...rest }: Drawn<typeof transfer>): Bytes {
  const fees = rest.type === 0 ? { gasPrice: tip } : { maxPriorityFeePerGas: tip, maxFeePerGas: tip + more }
  return createTx({ ...rest, ...fees }, { common })
    .sign(key)
    .serialize()
}

function damaged(raw: Bytes, { at, byte, how }: Drawn<typeof damage>): Bytes {
  const bytes = [...raw]
  bytes.splice(at % raw.length, how === 'insert' ? 0 : 1, ...(how === 'remove' ? [] : [byte]))
  return Uint8Array.from(bytes)
}

function agrees(raw: Bytes, plain: PlainTransfer): void {
  const lib = createTxFromRLP(raw, { common })
  assert.deepEqual(lib.serialize(), raw, 'its bytes are the canonical ones')
  assert.equal(lib.type, plain.type)
  assert.equal(lib.nonce, plain.nonce)
  assert.equal(lib.gasLimit, plain.gasLimit)
  assert.equal(lib.value, plain.value)
  assert.ok(lib.to !== undefined && equalBytes(lib.to.bytes, plain.to))
  assert.equal(lib.data.length, 0)
  assert.equal('maxFeePerGas' in lib ? lib.maxFeePerGas : lib.gasPrice, plain.feeCap)
  assert.equal('maxPriorityFeePerGas' in lib ? lib.maxPriorityFeePerGas : lib.gasPrice, plain.tipCap)
  assert.equal(lib.v, plain.v)
  assert.equal(lib.r, bytesToBigint(raw.subarray(plain.rAt, plain.rEnd)))
  assert.equal(lib.s, bytesToBigint(raw.subarray(plain.sAt, plain.sEnd)))
}

test('every plain transfer is decoded, as the library decodes it', () => {
  fc.assert(
    fc.property(transfer, (fields) => {
      const raw = signed(fields)
      const plain = decodePlain(raw, common)
      assert.ok(plain !== null)
      agrees(raw, plain)
    }),
    { seed, numRuns: 300 },
  )
})

test('damaged bytes are left to the library, or mean the same to both', () => {
  fc.assert(
    fc.property(transfer, fc.array(damage, { minLength: 1, maxLength: 2 }), (fields, damages) => {
      const raw = damages.reduce(damaged, signed(fields))
      const plain = decodePlain(raw, common)
      if (plain !== null) agrees(raw, plain)
    }),
    { seed, numRuns: 1_000 },
  )
})
