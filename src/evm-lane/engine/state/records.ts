// Owns: the account as state holds it (immutable), its flat form in the store, its RLP in the trie, its ethereumjs form.
// Does not own: where records live (lane-state, state-view).
// Called by: every file of state.

import { Account } from '@ethereumjs/util'
import { assert } from '../../../assert.js'
import { AppError } from '../../../errors.js'
import { bytesToBigint, equalBytes, fromHex } from '../../../primitives.js'
import { keep } from './arena.js'

/** A value: never changed in place, so overlays, caches and undo entries share it. */
export type AccountRecord = {
  readonly nonce: bigint
  readonly balance: bigint
  readonly codeHash: Uint8Array
  /** As of the block below; a view does not maintain it while slots change, sealing does. */
  readonly storageRoot: Uint8Array
  /** The block in which this storage began from empty: part of the key of its slots, so that wiping storage touches no slot. 0 without storage. */
  readonly epoch: number
}

export const EMPTY_BYTES = new Uint8Array(0)
/** keccak256 of nothing. */
export const EMPTY_CODE_HASH = fromHex('c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
/** keccak256 of the RLP of nothing. */
export const EMPTY_TRIE_ROOT = fromHex('56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421')
export const EMPTY_ACCOUNT: AccountRecord = { nonce: 0n, balance: 0n, codeHash: EMPTY_CODE_HASH, storageRoot: EMPTY_TRIE_ROOT, epoch: 0 }
export const EPOCH_BYTES = 6

export function hasCode(record: AccountRecord): boolean {
  return record.codeHash !== EMPTY_CODE_HASH && !equalBytes(record.codeHash, EMPTY_CODE_HASH)
}

export function hasStorage(record: AccountRecord): boolean {
  return record.storageRoot !== EMPTY_TRIE_ROOT && !equalBytes(record.storageRoot, EMPTY_TRIE_ROOT)
}

export function sameAccount(a: AccountRecord | undefined, b: AccountRecord | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  return (
    a.nonce === b.nonce &&
    a.balance === b.balance &&
    a.epoch === b.epoch &&
    equalBytes(a.codeHash, b.codeHash) &&
    equalBytes(a.storageRoot, b.storageRoot)
  )
}

export function toAccount(record: AccountRecord): Account {
  return new Account(record.nonce, record.balance, record.storageRoot, record.codeHash)
}

const FLAG_CODE = 1
const FLAG_STORAGE = 2

/** Longer than any record or trie account. */
const scratch = new Uint8Array(160)
const words = new DataView(scratch.buffer)

/** flags ‖ nonce length ‖ nonce ‖ balance length ‖ balance [‖ code hash] [‖ storage root ‖ epoch] */
export function encodeRecord(record: AccountRecord): Uint8Array {
  const code = hasCode(record)
  const storage = hasStorage(record)
  scratch[0] = (code ? FLAG_CODE : 0) | (storage ? FLAG_STORAGE : 0)
  let at = writeInteger(2, record.nonce)
  scratch[1] = at - 2
  const balanceAt = at + 1
  at = writeInteger(balanceAt, record.balance)
  scratch[balanceAt - 1] = at - balanceAt
  if (code) {
    scratch.set(record.codeHash, at)
    at += 32
  }
  if (storage) {
    scratch.set(record.storageRoot, at)
    writeEpoch(scratch, at + 32, record.epoch)
    at += 32 + EPOCH_BYTES
  }
  return scratch.slice(0, at)
}

export function decodeRecord(bytes: Uint8Array): AccountRecord {
  const flags = bytes[0] ?? 0
  const nonceEnd = 2 + (bytes[1] ?? 0)
  const balanceEnd = nonceEnd + 1 + (bytes[nonceEnd] ?? 0)
  const codeEnd = balanceEnd + (flags & FLAG_CODE ? 32 : 0)
  const storage = (flags & FLAG_STORAGE) !== 0
  if (bytes.length !== codeEnd + (storage ? 32 + EPOCH_BYTES : 0))
    throw new AppError('store-corrupt', 'an account record has not the length that its head says')
  return {
    nonce: bytesToBigint(bytes.subarray(2, nonceEnd)),
    balance: bytesToBigint(bytes.subarray(nonceEnd + 1, balanceEnd)),
    codeHash: flags & FLAG_CODE ? bytes.slice(balanceEnd, codeEnd) : EMPTY_CODE_HASH,
    storageRoot: storage ? bytes.slice(codeEnd, codeEnd + 32) : EMPTY_TRIE_ROOT,
    epoch: storage ? readEpoch(bytes, codeEnd + 32) : 0,
  }
}

/** RLP of [nonce, balance, storageRoot, codeHash], the value of the account trie. Its payload is 68 to 108 bytes. */
export function encodeTrieAccount(record: AccountRecord): Uint8Array {
  let at = writeRlpInteger(writeRlpInteger(2, record.nonce), record.balance)
  scratch[at] = 0xa0
  scratch.set(record.storageRoot, at + 1)
  scratch[at + 33] = 0xa0
  scratch.set(record.codeHash, at + 34)
  at += 66
  scratch[0] = 0xf8
  scratch[1] = at - 2
  return keep(scratch, at)
}

function writeRlpInteger(at: number, value: bigint): number {
  if (value < 0x80n) {
    scratch[at] = value === 0n ? 0x80 : Number(value)
    return at + 1
  }
  const end = writeInteger(at + 1, value)
  scratch[at] = 0x80 + end - at - 1
  return end
}

const WORD = 0xffff_ffff_ffff_ffffn

/** Big-endian without leading zeros, into the scratch; returns where it ends. Without a hex string between: 5 times faster. */
function writeInteger(at: number, value: bigint): number {
  if (value <= 0xffff_ffffn) return writeSmall(at, Number(value))
  assert(value <= (1n << 256n) - 1n, 'an account holds numbers of at most 256 bits')
  let bits = 0
  for (let rest = value; rest > 0n; rest >>= 64n) bits += 64
  let end = at + bits / 8
  for (let to = end - 8, rest = value; to >= at; to -= 8, rest >>= 64n) words.setBigUint64(to, rest & WORD)
  let zeros = 0
  while (scratch[at + zeros] === 0) zeros++
  if (zeros > 0) scratch.copyWithin(at, at + zeros, end)
  end -= zeros
  return end
}

function writeSmall(at: number, value: number): number {
  const size = value === 0 ? 0 : value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x1000000 ? 3 : 4
  for (let i = size - 1, rest = value; i >= 0; i--) {
    scratch[at + i] = rest & 0xff
    rest >>>= 8
  }
  return at + size
}

export function writeEpoch(out: Uint8Array, at: number, epoch: number): void {
  let rest = epoch
  for (let i = EPOCH_BYTES - 1; i >= 0; i--) {
    out[at + i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

function readEpoch(bytes: Uint8Array, at: number): number {
  let epoch = 0
  for (let i = 0; i < EPOCH_BYTES; i++) epoch = epoch * 256 + (bytes[at + i] ?? 0)
  return epoch
}

/** Without leading zeros: how slot values are held everywhere in state. */
export function trimZeros(value: Uint8Array): Uint8Array {
  let start = 0
  while (start < value.length && value[start] === 0) start++
  return start === 0 ? value : value.subarray(start)
}
