// What geth's decoder says about bytes that are no transaction, word for word: tools match on it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { RLP } from '@ethereumjs/rlp'
import { AppError } from '../../../../src/errors.js'
import { laneCrypto } from '../../../../src/evm-lane/engine/crypto.js'
import { ForkSchedule, ownChainRules } from '../../../../src/evm-lane/engine/fork-schedule.js'
import { decodeTx } from '../../../../src/evm-lane/engine/tx.js'
import { fromHex } from '../../../../src/primitives.js'

const common = new ForkSchedule(ownChainRules(77_000, null), laneCrypto).commonAt(1n, 1n)
const to = new Uint8Array(20).fill(7)
type Fields = (Uint8Array | number | never[])[]

const legacy: Fields = [0, 1, 21_000, to, 0, 0, 27, 1, 1]
const market: Fields = [77_000, 0, 1, 1, 21_000, to, 0, 0, [], 0, 1, 1]
const withField = (fields: Fields, at: number, value: Fields[number]): Fields => fields.map((field, i) => (i === at ? value : field))
const numbers = (fields: Fields): Fields => fields.map((field) => (field === 0 ? new Uint8Array(0) : field))
const encode = (fields: Fields, type?: number): Uint8Array =>
  Uint8Array.of(...(type === undefined ? [] : [type]), ...RLP.encode(numbers(fields) as Parameters<typeof RLP.encode>[0]))

const cases: [what: string, raw: Uint8Array, message: string][] = [
  ['nothing', new Uint8Array(0), 'typed transaction too short'],
  ['only a type', Uint8Array.of(2), 'typed transaction too short'],
  ['a type that nobody has', fromHex('05c0'), 'transaction type not supported'],
  ['our own kind', fromHex('7ec0'), 'transaction type not supported'],
  ['a string', fromHex('83646f67'), 'rlp: expected input list for types.LegacyTx'],
  ['a typed string', fromHex('0283646f67'), 'rlp: expected input list for types.DynamicFeeTx'],
  ['an empty list', fromHex('c0'), 'rlp: too few elements for types.LegacyTx'],
  ['a list cut short', encode(market, 2).subarray(0, 30), 'rlp: value size exceeds available input length'],
  ['a field too few', encode(market.slice(0, -1), 2), 'rlp: too few elements for types.DynamicFeeTx'],
  ['a field too many', encode([...legacy, 1]), 'rlp: input list has too many elements for types.LegacyTx'],
  ['a byte after the end', Uint8Array.of(...encode(legacy), 0), 'rlp: input contains more than one value'],
  [
    'a short address',
    encode(withField(legacy, 3, to.subarray(1))),
    'rlp: input string too short for common.Address, decoding into (types.LegacyTx).To',
  ],
  ['a list as nonce', encode(withField(legacy, 0, [])), 'rlp: expected input string or byte for uint64, decoding into (types.LegacyTx).Nonce'],
  [
    'a number as access list',
    encode(withField(market, 8, 5), 2),
    'rlp: expected input list for types.AccessList, decoding into (types.DynamicFeeTx).AccessList',
  ],
  [
    'a leading zero',
    encode(withField(market, 3, Uint8Array.of(0, 1)), 2),
    'rlp: non-canonical integer (leading zero bytes) for *big.Int, decoding into (types.DynamicFeeTx).GasFeeCap',
  ],
]

for (const [what, raw, message] of cases) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => decodeTx(raw, common, null),
      (error) => error instanceof AppError && error.message === message,
    )
  })
}
