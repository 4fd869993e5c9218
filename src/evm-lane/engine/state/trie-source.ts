// Owns: opening the tries of the head: nodes from the store by position, roots that are in memory first.
// Does not own: trie changes (trie.ts), past versions (proof).
// Called by: seal, lane-state, proof.

import { lane, tableKey } from '../../../schema.js'
import type { Store } from '../../../store/store.js'
import { ownerKey, type HeadState, type TrieState } from './head-state.js'
import type { StateKey } from './keys.js'
import { hasStorage, type AccountRecord } from './records.js'
import { positionKey } from './trie-checkpoint.js'
import { Trie, type NodeLoader } from './trie.js'

export function accountTrieKey(position: Uint8Array): Uint8Array {
  return tableKey(lane.accountTrie, positionKey(position))
}

export function storageTrieKey(owner: Uint8Array, position: Uint8Array): Uint8Array {
  return tableKey(lane.storageTrie, owner, positionKey(position))
}

/** Nodes as of the last checkpoint; nodes changed since are in memory and never asked for. */
export function accountLoader(store: Store): NodeLoader {
  return (position) => store.getSync(accountTrieKey(position))
}

export function storageLoader(store: Store, owner: Uint8Array): NodeLoader {
  return (position) => store.getSync(storageTrieKey(owner, position))
}

export function accountTrieOn(state: HeadState): { trie: Trie; removed: TrieState['removed'] } {
  const { root, removed } = state.accountTrie
  return { trie: new Trie(root, accountLoader(state.store)), removed }
}

/** The storage trie that an account of the head has; an empty one for an account without storage. */
export function storageTrieOn(state: HeadState, address: StateKey, record: AccountRecord | undefined): { trie: Trie; removed: TrieState['removed'] } {
  const none = { trie: new Trie(undefined, () => undefined), removed: new Map<StateKey, Uint8Array>() }
  if (record === undefined || !hasStorage(record)) return none
  const load = storageLoader(state.store, ownerKey(address, record.epoch))
  const known = state.storageTries.get(address)
  if (known?.epoch === record.epoch) return { trie: new Trie(known.root, load), removed: known.removed }
  return { trie: Trie.open(record.storageRoot, load), removed: none.removed }
}

export function mergeRemoved(earlier: TrieState['removed'], later: TrieState['removed']): TrieState['removed'] {
  if (later.size === 0) return earlier
  // The earlier entry says what the store has: a later one can only be about a node that is not there yet.
  return new Map([...later, ...earlier])
}
