// Owns: every table of every database: its prefix byte, what key and value are, and who alone writes it.
// Does not own: the codecs of values (beside the writer named in the row).
// Called by: every reader and writer of a Store. Prefix numbers are never reused; a retired row stays as a comment.

import { prefixEnd, type StoreRange } from './store/store.js'

export type Table = {
  /** Which database (folder) holds the table. */
  db: 'lane' | 'hyper' | 'buddy'
  /** First byte of every key. */
  prefix: number
  /** Key after the prefix byte, parts in order. */
  key: string
  value: string
  /** The only module that writes the table. */
  writer: string
}

const state = 'evm-lane/engine/state'
const blocks = 'evm-lane/engine/chain'

/** u64 = 8 bytes big-endian, epoch = 6 bytes big-endian, path = one byte count of nibbles ‖ nibbles packed two a byte, odd end padded with 0. */
export const lane = {
  meta: { db: 'lane', prefix: 0x00, key: 'name (ascii)', value: 'as the name in `metaName` says', writer: `${state}, ${blocks}` },

  // State: latest values are flat, history has what they replaced.
  accounts: { db: 'lane', prefix: 0x01, key: 'address', value: 'account record (state/records.ts)', writer: state },
  slots: { db: 'lane', prefix: 0x02, key: 'address ‖ epoch ‖ slot', value: 'value without leading zeros, never empty', writer: state },
  code: { db: 'lane', prefix: 0x03, key: 'code hash', value: 'code', writer: state },
  accountTrie: {
    db: 'lane',
    prefix: 0x04,
    key: 'path',
    value: 'RLP of the node that hangs there by hash, as of the last trie checkpoint',
    writer: state,
  },
  storageTrie: { db: 'lane', prefix: 0x05, key: 'address ‖ epoch ‖ path', value: 'as accountTrie', writer: state },
  history: {
    db: 'lane',
    prefix: 0x06,
    key: 'table prefix ‖ key in that table ‖ u64 block',
    value: 'the value before that block, empty = none',
    writer: state,
  },
  changes: {
    db: 'lane',
    prefix: 0x07,
    key: 'u64 block',
    value: 'list of history keys of that block (u16 length ‖ table prefix ‖ key)',
    writer: state,
  },
  blockState: { db: 'lane', prefix: 0x08, key: 'u64 block', value: 'state root ‖ u64 trie checkpoint at or below', writer: state },

  // Chain: written in the same batch as the state of the block (L4).
  blocks: { db: 'lane', prefix: 0x10, key: 'u64 block', value: 'RLP of the block', writer: blocks },
  blockMeta: {
    db: 'lane',
    prefix: 0x11,
    key: 'u64 block',
    value: 'what RPC adds to a block: hash, timestampMs, size, total difficulty',
    writer: blocks,
  },
  receipts: { db: 'lane', prefix: 0x12, key: 'u64 block', value: 'receipts of the block with what cannot be derived', writer: blocks },
  hashToNumber: { db: 'lane', prefix: 0x13, key: 'block hash', value: 'u64 block', writer: blocks },
  txLookup: { db: 'lane', prefix: 0x14, key: 'transaction hash', value: 'u64 block ‖ u32 index', writer: blocks },
  logAddress: { db: 'lane', prefix: 0x15, key: 'address ‖ u64 block', value: 'empty: the block has a log of that address', writer: blocks },
  logTopic: {
    db: 'lane',
    prefix: 0x16,
    key: 'u8 position ‖ topic ‖ u64 block',
    value: 'empty: the block has a log with that topic there',
    writer: blocks,
  },
  facts: {
    db: 'lane',
    prefix: 0x17,
    key: 'u64 block',
    value: 'what a Hyper Block must know of the block (facts/fact-codec.ts)',
    writer: 'evm-lane/engine/facts',
  },
  hyperHashes: {
    db: 'lane',
    prefix: 0x18,
    key: 'u64 Hyper Block',
    value: 'its hash; the newest ones, on lanes that follow',
    writer: 'evm-lane/engine/hyper-marks',
  },
  peers: {
    db: 'lane',
    prefix: 0x19,
    key: 'u64 block',
    value: 'RLP of the chain ids of the other lanes from that block on, until the next entry',
    writer: 'evm-lane/engine/peer-history',
  },
} as const satisfies Record<string, Table>

const journal = 'hyper/journal'
const outbox = 'hyper/outbox'
const follower = 'hyper/follower/batch-book'
const hyperStore = 'hyper/hyper-store'

/** u64, u32 = big-endian. */
export const hyper = {
  sessionBatches: {
    db: 'hyper',
    prefix: 0x01,
    key: 'u64 batch',
    value: 'batch record without the bytes of its blocks (hyper/journal-codec.ts)',
    writer: journal,
  },
  sealedBlocks: {
    db: 'hyper',
    prefix: 0x02,
    key: 'u64 batch',
    value: 'sealed blocks of the batch; gone when every lane has its own',
    writer: journal,
  },
  sessionById: { db: 'hyper', prefix: 0x03, key: 'session id', value: 'u64 batch ‖ u32 place in it', writer: journal },
  // 0x04 was sessions by transaction: the lane keeps the session of each of its transactions (blockMeta).
  batchByBlock: { db: 'hyper', prefix: 0x05, key: 'u64 chain id ‖ u64 block', value: 'u64 batch', writer: journal },

  messages: { db: 'hyper', prefix: 0x08, key: 'message id', value: 'message record (hyper/journal-codec.ts)', writer: outbox },
  messagesByTx: { db: 'hyper', prefix: 0x09, key: 'u64 chain id ‖ transaction hash ‖ u32 log index', value: 'message id', writer: outbox },
  messagesWaiting: {
    db: 'hyper',
    prefix: 0x0a,
    key: 'u64 chain id ‖ u64 block ‖ u32 log index',
    value: 'message id; gone in the batch that delivers it',
    writer: outbox,
  },
  messageCursor: { db: 'hyper', prefix: 0x0b, key: 'u64 chain id', value: 'u64 block: messages of this block and older are known', writer: outbox },

  // Of a process that follows a gateway, in place of the journal.
  followedBatches: { db: 'hyper', prefix: 0x20, key: 'u64 batch', value: 'session batch (hyper/follower/batch-codec.ts)', writer: follower },
  followedBatchByBlock: { db: 'hyper', prefix: 0x21, key: 'u64 chain id ‖ u64 block', value: 'u64 batch', writer: follower },
  // Hyper Blocks: all rows of one in one synced write (H1).
  hyperBlocks: {
    db: 'hyper',
    prefix: 0x10,
    key: 'u64 number',
    value: 'the block with its Seal, as Buddies log it (`decided` of buddy/core/codec.ts)',
    writer: hyperStore,
  },
  hyperNumbers: { db: 'hyper', prefix: 0x11, key: 'Hyper Block hash', value: 'u64 number', writer: hyperStore },
  laneTips: {
    db: 'hyper',
    prefix: 0x12,
    key: 'u64 chain id ‖ u64 last lane block that the Hyper Block holds',
    value: 'u64 number; none for a Hyper Block without new blocks of the lane',
    writer: hyperStore,
  },
  hyperEvidence: { db: 'hyper', prefix: 0x13, key: 'u64 number ‖ u32 place', value: 'evidence (buddy/core/codec.ts)', writer: hyperStore },
  batchFloor: { db: 'hyper', prefix: 0x14, key: 'none', value: 'u64 batch: the session batches before it are all sealed', writer: hyperStore },
  changesWaiting: { db: 'hyper', prefix: 0x15, key: 'u64 nonce', value: 'signed change; gone in the Hyper Block that holds it', writer: hyperStore },
  roster: {
    db: 'hyper',
    prefix: 0x16,
    key: 'none',
    value: 'roster after the newest Hyper Block; none while it is that of the genesis (hyper/core/hyper-codec.ts)',
    writer: hyperStore,
  },
} as const satisfies Record<string, Table>

const buddyLog = 'buddy/wal'

export const buddy = {
  buddyOwner: { db: 'buddy', prefix: 0x00, key: 'empty', value: 'u8 version ‖ genesis hash ‖ public key of the Buddy', writer: buddyLog },
  buddyStart: { db: 'buddy', prefix: 0x01, key: 'empty', value: 'RLP [height in work, hash of its parent, validator set]', writer: buddyLog },
  buddyRecords: {
    db: 'buddy',
    prefix: 0x02,
    key: 'u64 number, without gaps',
    value: 'record of the height in work (buddy/core/codec.ts)',
    writer: buddyLog,
  },
  buddySeals: { db: 'buddy', prefix: 0x03, key: 'u64 height', value: 'record `decided` of that height', writer: buddyLog },
} as const satisfies Record<string, Table>

/** Names in the `meta` table. */
const metaName = {
  /** u64 block of the head state. Written by state. */
  stateHead: 'stateHead',
  /** u64 block: history entries of this block and older are gone. Written by state. */
  historyFloor: 'historyFloor',
  /** Hash of the genesis block and its configuration. Written by the chain. */
  genesis: 'genesis',
  /** Newest sealed Hyper Block that the lane was told of: RLP of [number, hash, newest lane block in it]. Written by hyper-marks. */
  hyperMark: 'hyperMark',
  /** u64 block of the head. Written by the chain. */
  head: 'head',
} as const

/** Bytes of a key: prefix, then the parts as they come. */
export function tableKey(table: Table, ...parts: Uint8Array[]): Uint8Array {
  let length = 1
  for (const part of parts) length += part.length
  const key = new Uint8Array(length)
  key[0] = table.prefix
  let at = 1
  for (const part of parts) {
    key.set(part, at)
    at += part.length
  }
  return key
}

/** All keys of a table that begin with the parts. */
export function tableRange(table: Table, ...parts: Uint8Array[]): StoreRange {
  const gte = tableKey(table, ...parts)
  const lt = prefixEnd(gte)
  return lt === undefined ? { gte } : { gte, lt }
}

export function metaKey(name: keyof typeof metaName): Uint8Array {
  return tableKey(lane.meta, Buffer.from(metaName[name], 'ascii'))
}

/** 8 bytes big-endian, so that keys sort by number. */
export function u64(value: bigint | number): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, BigInt(value))
  return out
}

/** 4 bytes big-endian. */
export function u32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value)
  return out
}

export function readU32(bytes: Uint8Array, offset = 0): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset)
}

export function readU64(bytes: Uint8Array, offset = 0): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(offset)
}
