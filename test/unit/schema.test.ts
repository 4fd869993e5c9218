// The tables: numbers used once, keys in order of their numbers.

import assert from 'node:assert/strict'
import test from 'node:test'
import { buddy, hyper, lane, readU64, tableKey, tableRange, u64 } from '../../src/schema.js'
import { compareBytes } from '../../src/store/store.js'

/** Locked: a number that was ever given to a table stays with it. A new table is a new line here. */
const numbers = {
  meta: 0x00,
  accounts: 0x01,
  slots: 0x02,
  code: 0x03,
  accountTrie: 0x04,
  storageTrie: 0x05,
  history: 0x06,
  changes: 0x07,
  blockState: 0x08,
  blocks: 0x10,
  blockMeta: 0x11,
  receipts: 0x12,
  hashToNumber: 0x13,
  txLookup: 0x14,
  logAddress: 0x15,
  logTopic: 0x16,
  facts: 0x17,
  hyperHashes: 0x18,
  peers: 0x19,
}

test('the numbers of the lane tables are those ever given', () => {
  assert.deepEqual(Object.fromEntries(Object.entries(lane).map(([name, table]) => [name, table.prefix])), numbers)
  assert.equal(new Set(Object.values(numbers)).size, Object.keys(numbers).length)
})

test('the numbers of the Buddy tables are those ever given', () => {
  const given = { buddyOwner: 0x00, buddyStart: 0x01, buddyRecords: 0x02, buddySeals: 0x03 }
  assert.deepEqual(Object.fromEntries(Object.entries(buddy).map(([name, table]) => [name, table.prefix])), given)
})

test('keys of block numbers sort by number and lie inside the range of their table', () => {
  const values = [0n, 1n, 255n, 256n, 2n ** 32n, 2n ** 63n]
  const keys = values.map((value) => tableKey(lane.blocks, u64(value)))
  assert.deepEqual([...keys].sort(compareBytes), keys)
  assert.deepEqual(
    keys.map((key) => readU64(key, 1)),
    values,
  )
  const { gte, lt } = tableRange(lane.blocks)
  for (const key of keys) assert.ok(gte !== undefined && lt !== undefined && compareBytes(gte, key) <= 0 && compareBytes(key, lt) < 0)
})

const hyperNumbers = {
  sessionBatches: 0x01,
  sealedBlocks: 0x02,
  sessionById: 0x03,
  // 0x04 is retired.
  batchByBlock: 0x05,
  messages: 0x08,
  messagesByTx: 0x09,
  messagesWaiting: 0x0a,
  messageCursor: 0x0b,
  hyperBlocks: 0x10,
  hyperNumbers: 0x11,
  laneTips: 0x12,
  hyperEvidence: 0x13,
  batchFloor: 0x14,
  changesWaiting: 0x15,
  roster: 0x16,
  followedBatches: 0x20,
  followedBatchByBlock: 0x21,
}

test('the numbers of the hyper tables are those ever given', () => {
  assert.deepEqual(Object.fromEntries(Object.entries(hyper).map(([name, table]) => [name, table.prefix])), hyperNumbers)
})
