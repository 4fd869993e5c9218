// Owns: bringing the tries from the last checkpoint in the store up to the head, when a lane opens.
// Does not own: the flat values, which are always those of the head.
// Called by: lane-state.

import { AppError } from '../../../errors.js'
import { equalBytes, toHex } from '../../../primitives.js'
import { lane } from '../../../schema.js'
import { addressHash, latestAccount, latestSlot, ownerKey, type HeadState } from './head-state.js'
import { blockStateKey, changesKey, decodeBlockState, decodeChanges } from './history.js'
import { keyOf, type StateKey } from './keys.js'
import { encodeTrieAccount, EPOCH_BYTES, hasStorage, type AccountRecord } from './records.js'
import { encodeSlotValue } from './seal.js'
import { accountLoader, storageLoader } from './trie-source.js'
import { Trie } from './trie.js'
import { keccak256 } from '../keccak.js'

/** Accounts and slots that blocks changed, out of their lists of changes. */
export type ChangedKeys = { accounts: Set<StateKey>; slots: Map<StateKey, Set<StateKey>> }

export async function recoverTries(state: HeadState): Promise<void> {
  const { store, lastCheckpoint, head } = state
  if (head === undefined) return
  const record = await store.get(blockStateKey(lastCheckpoint))
  if (record === undefined) throw new AppError('store-corrupt', `trie checkpoint ${lastCheckpoint} has no record`)
  const trie = Trie.open(decodeBlockState(record).stateRoot, accountLoader(store))
  const changed = await changedKeys(state, lastCheckpoint, head.number)
  for (const [owner, slots] of changed.slots) recoverStorage(state, owner, slots)
  for (const address of changed.accounts) {
    const account = latestAccount(state, address)
    if (account === undefined) trie.delete(addressHash(state, address))
    else trie.put(addressHash(state, address), encodeTrieAccount(account))
  }
  if (!equalBytes(trie.hash(), state.stateRoot)) {
    throw new AppError('store-corrupt', `state of block ${head.number} has root ${toHex(trie.hash())}, its record says ${toHex(state.stateRoot)}`)
  }
  state.accountTrie = { root: trie.root, removed: trie.removed }
  state.changedSinceCheckpoint = changed.accounts.size + changed.slots.size
}

/** `owner` is address ‖ epoch. Storage of an account that meanwhile went or began anew is not needed. */
function recoverStorage(state: HeadState, owner: StateKey, slots: Set<StateKey>): void {
  const address = owner.slice(0, 20)
  const account = latestAccount(state, address)
  const epoch = epochOf(owner)
  if (account === undefined || !hasStorage(account) || account.epoch !== epoch) return
  const load = storageLoader(state.store, ownerKey(address, epoch))
  const trie = epoch > Number(state.lastCheckpoint) ? new Trie(undefined, load) : Trie.openStored(load)
  for (const slot of slots) {
    const value = latestSlot(state, owner + slot)
    if (value.length === 0) trie.delete(slotHash(slot))
    else trie.put(slotHash(slot), encodeSlotValue(value))
  }
  assertRoot(trie, account)
  state.storageTries.set(address, { epoch, root: trie.root, removed: trie.removed, unsaved: true })
}

function assertRoot(trie: Trie, account: AccountRecord): void {
  if (equalBytes(trie.hash(), account.storageRoot)) return
  throw new AppError('store-corrupt', `storage has root ${toHex(trie.hash())}, its account says ${toHex(account.storageRoot)}`)
}

export function slotHash(slot: StateKey): Uint8Array {
  return keccak256(Buffer.from(slot, 'latin1'))
}

export function epochOf(owner: StateKey): number {
  let epoch = 0
  for (let i = 20; i < 20 + EPOCH_BYTES; i++) epoch = epoch * 256 + owner.charCodeAt(i)
  return epoch
}

/** What blocks after `from` up to `to` changed, from the store. */
export async function changedKeys(state: HeadState, from: bigint, to: bigint): Promise<ChangedKeys> {
  const changed: ChangedKeys = { accounts: new Set(), slots: new Map() }
  for await (const [, list] of state.store.iterate({ gt: changesKey(from), lte: changesKey(to) })) {
    for (const key of decodeChanges(list)) {
      if (key[0] === lane.accounts.prefix) changed.accounts.add(keyOf(key.subarray(1)))
      if (key[0] === lane.slots.prefix) addSlot(changed, keyOf(key.subarray(1)))
    }
  }
  return changed
}

/** `key` is address ‖ epoch ‖ slot. */
export function addSlot(changed: ChangedKeys, key: StateKey): void {
  const owner = key.slice(0, 20 + EPOCH_BYTES)
  const slots = changed.slots.get(owner)
  if (slots === undefined) changed.slots.set(owner, new Set([key.slice(owner.length)]))
  else slots.add(key.slice(owner.length))
}
