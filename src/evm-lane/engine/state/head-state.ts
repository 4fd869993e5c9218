// Owns: what a lane holds in memory of its latest state: caches over the flat tables, trie roots, undo layers, sealed blocks not yet durable.
// Does not own: changing it (lane-state, seal), reads of past blocks (block-base).
// Called by: the other files of state only.

import type { BlockNumber } from '../../../primitives.js'
import { lane, tableKey } from '../../../schema.js'
import type { Store, StoreOp } from '../../../store/store.js'
import { keccak256 } from '../keccak.js'
import type { GenCache } from './gen-cache.js'
import { bytesOf, keyOf, type StateKey } from './keys.js'
import { decodeRecord, EMPTY_BYTES, EPOCH_BYTES, writeEpoch, type AccountRecord } from './records.js'
import type { Bridged } from './state-view.js'
import type { NodeMarks } from './trie-checkpoint.js'
import type { Node } from './trie-node.js'

export type StateLimits = {
  /** Keep history of this many blocks behind the head; undefined keeps all. */
  historyBlocks: number | undefined
  /** Blocks that can be read synchronously behind the head. */
  layersMax: number
  accountsCached: number
  slotsCached: number
  codesCached: number
  /** Trie nodes kept in memory before the deep ones are forgotten (about 700 bytes each). */
  trieNodesMax: number
  /** Counting nodes costs a walk over those in memory, so it is done once in so many changed keys, each of which makes a node or two. */
  trieNodesCountedEvery: number
  /** A trie checkpoint is due after this many blocks ... */
  checkpointBlocks: number
  /** ... or this many changed keys, whichever comes first. */
  checkpointKeys: number
}

export const defaultLimits: StateLimits = {
  historyBlocks: undefined,
  layersMax: 128,
  accountsCached: 100_000,
  slotsCached: 200_000,
  codesCached: 2_000,
  trieNodesMax: 150_000,
  trieNodesCountedEvery: 4_096,
  checkpointBlocks: 64,
  checkpointKeys: 2_048,
}

/** A trie with the positions emptied in it since the last checkpoint. */
export type TrieState = { root: Node | undefined; removed: ReadonlyMap<StateKey, Uint8Array> }
/** `unsaved`: it has changes since the last checkpoint and must stay in memory. */
export type StorageTrieState = TrieState & { epoch: number; unsaved: boolean }

/** What one block replaced. Slot keys are address ‖ epoch ‖ slot. */
export type Layer = {
  number: BlockNumber
  accountsBefore: ReadonlyMap<StateKey, AccountRecord | undefined>
  slotsBefore: ReadonlyMap<StateKey, Uint8Array>
}

/** All that sealing computed; becomes part of the head by `advance`, or is dropped without trace. */
export type SealedState = Layer & {
  accountsAfter: ReadonlyMap<StateKey, AccountRecord | undefined>
  slotsAfter: ReadonlyMap<StateKey, Uint8Array>
  codes: ReadonlyMap<StateKey, Uint8Array>
  stateRoot: Uint8Array
  accountTrie: TrieState
  storageTries: ReadonlyMap<StateKey, StorageTrieState>
  checkpoint: { marks: NodeMarks } | undefined
  historyFloor: BlockNumber
  /** The head it stands on. */
  parent: HeadMark
}
/** Identity of one head: a new object for every block and every reload. */
export type HeadMark = { readonly number: BlockNumber }
/** Stands for the head of a lane that has no block. */
export const beforeFirst: HeadMark = { number: -1n }

/** A block's state, computed but not visible until `LaneState.advance`. */
export type Sealed = {
  readonly blockNumber: BlockNumber
  readonly stateRoot: Uint8Array
  /** To be written in one batch together with the block's own data (L4). */
  readonly ops: StoreOp[]
  /** By how much all balances together changed. */
  readonly balanceDelta: bigint
  readonly bridged: Bridged
  /** For LaneState only. */
  readonly state: SealedState
}

export type HeadState = {
  readonly store: Store
  readonly limits: StateLimits
  /** undefined before the first block. */
  head: HeadMark | undefined
  stateRoot: Uint8Array
  accountTrie: TrieState
  /** Least recently used first. */
  readonly storageTries: Map<StateKey, StorageTrieState>
  lastCheckpoint: BlockNumber
  changedSinceCheckpoint: number
  /** History entries of this block and older are gone. */
  historyFloor: BlockNumber
  readonly accounts: GenCache<StateKey, AccountRecord | null>
  readonly slots: GenCache<StateKey, Uint8Array>
  readonly codes: GenCache<StateKey, Uint8Array>
  readonly addressHashes: GenCache<StateKey, Uint8Array>
  /** Oldest first, without gaps up to the head. */
  readonly layers: Layer[]
  /** Advanced, not yet durable; oldest first. */
  readonly unflushed: SealedState[]
  /** Keys changed since the trie nodes in memory were counted. */
  changedSinceCount: number
  /** Trie generations at the last two counts. */
  genMarks: [number, number]
}

/** address ‖ epoch, the owner of slots and of storage trie positions. */
export function ownerKey(address: StateKey, epoch: number): Uint8Array {
  const owner = new Uint8Array(20 + EPOCH_BYTES)
  owner.set(bytesOf(address))
  writeEpoch(owner, 20, epoch)
  return owner
}

export function latestAccount(state: HeadState, address: StateKey): AccountRecord | undefined {
  const cached = state.accounts.get(address)
  if (cached !== undefined) return cached ?? undefined
  const record = accountBelowCache(state, address)
  state.accounts.set(address, record ?? null)
  return record
}

function accountBelowCache(state: HeadState, address: StateKey): AccountRecord | undefined {
  for (let i = state.unflushed.length - 1; i >= 0; i--) {
    const after = state.unflushed[i]?.accountsAfter
    if (after?.has(address) === true) return after.get(address)
  }
  const bytes = state.store.getSync(tableKey(lane.accounts, bytesOf(address)))
  return bytes === undefined ? undefined : decodeRecord(bytes)
}

/** `key` is address ‖ epoch ‖ slot. */
export function latestSlot(state: HeadState, key: StateKey): Uint8Array {
  const cached = state.slots.get(key)
  if (cached !== undefined) return cached
  const value = slotBelowCache(state, key)
  state.slots.set(key, value)
  return value
}

function slotBelowCache(state: HeadState, key: StateKey): Uint8Array {
  for (let i = state.unflushed.length - 1; i >= 0; i--) {
    const value = state.unflushed[i]?.slotsAfter.get(key)
    if (value !== undefined) return value
  }
  return state.store.getSync(tableKey(lane.slots, bytesOf(key))) ?? EMPTY_BYTES
}

export function codeByHash(state: HeadState, codeHash: Uint8Array): Uint8Array {
  const key = keyOf(codeHash)
  const cached = state.codes.get(key)
  if (cached !== undefined) return cached
  for (const sealed of state.unflushed) {
    const code = sealed.codes.get(key)
    if (code !== undefined) return code
  }
  const code = state.store.getSync(tableKey(lane.code, codeHash)) ?? EMPTY_BYTES
  state.codes.set(key, code)
  return code
}

/** keccak of an address: the key in the account trie. */
export function addressHash(state: HeadState, address: StateKey): Uint8Array {
  const cached = state.addressHashes.get(address)
  if (cached !== undefined) return cached
  const hash = keccak256(bytesOf(address))
  state.addressHashes.set(address, hash)
  return hash
}

/** The oldest block that can be read synchronously. */
export function windowStart(state: HeadState): BlockNumber {
  const oldest = state.layers[0]
  if (oldest !== undefined) return oldest.number - 1n
  return state.head?.number ?? 0n
}
