// Account codecs: round trip of the flat record, RLP against @ethereumjs/util, the packed list of changes.

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { bareHex } from '../../../../../src/primitives.js'
import { seededRandom } from '../../../../fixtures/random.js'
import { decodeChanges, encodeChanges } from '../../../../../src/evm-lane/engine/state/history.js'
import {
  decodeRecord,
  EMPTY_CODE_HASH,
  EMPTY_TRIE_ROOT,
  encodeRecord,
  encodeTrieAccount,
  sameAccount,
  toAccount,
  type AccountRecord,
} from '../../../../../src/evm-lane/engine/state/records.js'

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const record: fc.Arbitrary<AccountRecord> = fc
  .record({
    nonce: fc.bigInt(0n, 2n ** 64n - 1n),
    balance: fc.integer({ min: 0, max: 256 }).chain((bits) => fc.bigInt(0n, 2n ** BigInt(bits) - 1n)),
    codeHash: fc.oneof(fc.constant(EMPTY_CODE_HASH), hash),
    storage: fc.option(fc.record({ storageRoot: hash, epoch: fc.integer({ min: 0, max: 2 ** 48 - 1 }) }), { nil: undefined }),
  })
  .map(({ storage, ...rest }) => ({ ...rest, storageRoot: storage?.storageRoot ?? EMPTY_TRIE_ROOT, epoch: storage?.epoch ?? 0 }))

const options = { seed: seededRandom('records').seed, numRuns: 2_000 }

test('a flat record decodes to the account it was made from', () => {
  fc.assert(
    fc.property(record, (account) => sameAccount(decodeRecord(encodeRecord(account)), account)),
    options,
  )
})

test('the trie value of an account is the RLP that @ethereumjs/util makes', () => {
  fc.assert(
    fc.property(record, (account) => bareHex(encodeTrieAccount(account)) === bareHex(toAccount(account).serialize())),
    options,
  )
})

test('a list of changes decodes to its keys', () => {
  const keys = fc.array(fc.uint8Array({ maxLength: 300 }))
  fc.assert(
    fc.property(keys, (list) => {
      assert.deepEqual(decodeChanges(encodeChanges(list)).map(bareHex), list.map(bareHex))
    }),
    options,
  )
})
