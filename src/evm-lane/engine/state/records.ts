// Owns: the account as state holds it (immutable), its flat form in the store, its RLP in the trie, its ethereumjs form.
// Does not own: where records live (lane-state, state-view).
// Called by: every file of state.

import { Account } from '@ethereumjs/util'
import { assert } from '../../../assert.js'
import { bigintToBytes, bytesToBigint, equalBytes, fromHex } from '../../../primitives.js'

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
  return a.nonce === b.nonce && a.balance === b.balance && a.epoch === b.epoch
    && equalBytes(a.codeHash, b.codeHash) && equalBytes(a.storageRoot, b.storageRoot)
}

export function toAccount(record: AccountRecord): Account {
  return new Account(record.nonce, record.balance, record.storageRoot, record.codeHash)
}

const FLAG_CODE = 1
const FLAG_STORAGE = 2

/** flags ‖ nonce length ‖ nonce ‖ balance length ‖ balance [‖ code hash] [‖ storage root ‖ epoch] */
export function encodeRecord(record: AccountRecord): Uint8Array {
  const code = hasCode(record)
  const storage = hasStorage(record)
  const nonce = bigintToBytes(record.nonce)
  const balance = bigintToBytes(record.balance)
  const out = new Uint8Array(3 + nonce.length + balance.length + (code ? 32 : 0) + (storage ? 32 + EPOCH_BYTES : 0))
  out[0] = (code ? FLAG_CODE : 0) | (storage ? FLAG_STORAGE : 0)
  out[1] = nonce.length
  out.set(nonce, 2)
  let at = 2 + nonce.length
  out[at++] = balance.length
  out.set(balance, at)
  at += balance.length
  if (code) {
    out.set(record.codeHash, at)
    at += 32
  }
  if (storage) {
    out.set(record.storageRoot, at)
    writeEpoch(out, at + 32, record.epoch)
  }
  return out
}

export function decodeRecord(bytes: Uint8Array): AccountRecord {
  const flags = bytes[0] ?? 0
  const nonceEnd = 2 + (bytes[1] ?? 0)
  const balanceEnd = nonceEnd + 1 + (bytes[nonceEnd] ?? 0)
  const codeEnd = balanceEnd + (flags & FLAG_CODE ? 32 : 0)
  const storage = (flags & FLAG_STORAGE) !== 0
  assert(bytes.length === codeEnd + (storage ? 32 + EPOCH_BYTES : 0), 'account record has the length its head says')
  return {
    nonce: bytesToBigint(bytes.subarray(2, nonceEnd)),
    balance: bytesToBigint(bytes.subarray(nonceEnd + 1, balanceEnd)),
    codeHash: flags & FLAG_CODE ? bytes.slice(balanceEnd, codeEnd) : EMPTY_CODE_HASH,
    storageRoot: storage ? bytes.slice(codeEnd, codeEnd + 32) : EMPTY_TRIE_ROOT,
    epoch: storage ? readEpoch(bytes, codeEnd + 32) : 0,
  }
}

/** RLP of [nonce, balance, storageRoot, codeHash], the value of the account trie. Its payload is 66 to 107 bytes. */
export function encodeTrieAccount(record: AccountRecord): Uint8Array {
  const nonce = rlpInteger(record.nonce)
  const balance = rlpInteger(record.balance)
  const payload = nonce.length + balance.length + 66
  const out = new Uint8Array(2 + payload)
  out[0] = 0xf8
  out[1] = payload
  out.set(nonce, 2)
  let at = 2 + nonce.length
  out.set(balance, at)
  at += balance.length
  out[at] = 0xa0
  out.set(record.storageRoot, at + 1)
  out[at + 33] = 0xa0
  out.set(record.codeHash, at + 34)
  return out
}

function rlpInteger(value: bigint): Uint8Array {
  if (value < 0x80n) return Uint8Array.of(value === 0n ? 0x80 : Number(value))
  const bytes = bigintToBytes(value)
  const out = new Uint8Array(1 + bytes.length)
  out[0] = 0x80 + bytes.length
  out.set(bytes, 1)
  return out
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
