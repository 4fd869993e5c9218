// Owns: Merkle proofs of an account and its slots as of a kept block (eth_getProof).
// Does not own: hex encoding (rpc) or which block is meant.
// Called by: lane-state.

import { AppError } from '../../../errors.js'
import { equalBytes, toHex, type BlockNumber } from '../../../primitives.js'
import { BlockBase } from './block-base.js'
import { addressHash, latestAccount, ownerKey, windowStart, type HeadState } from './head-state.js'
import { blockStateKey, decodeBlockState, valueBeforeNextChange } from './history.js'
import { keyOf, type StateKey } from './keys.js'
import { addSlot, changedKeys, epochOf, slotHash, type ChangedKeys } from './recover.js'
import { encodeTrieAccount, EMPTY_BYTES, hasStorage, type AccountRecord } from './records.js'
import { encodeSlotValue } from './seal.js'
import type { StateView } from './state-view.js'
import { keccak256 } from '../keccak.js'
import { accountTrieKey, accountTrieOn, storageTrieKey, storageTrieOn } from './trie-source.js'
import { MissingNode, Trie, type NodeLoader } from './trie.js'

export type AccountProof = {
  /** undefined: the proof shows that there is none. */
  account: AccountRecord | undefined
  /** RLP of the nodes, root first. */
  accountProof: Uint8Array[]
  storageProof: { slot: Uint8Array; value: Uint8Array; proof: Uint8Array[] }[]
}

/** A trie version whose nodes may have to be fetched before a synchronous step. */
type PastTrie = { trie: Trie; fetch: (position: Uint8Array) => Promise<void> }

/** `view` stands on the block, unchanged. */
export async function proveAccount(state: HeadState, view: StateView, address: Uint8Array, slots: Uint8Array[]): Promise<AccountProof> {
  const { base } = view
  // An empty lane proves that there is nothing.
  if (!(base instanceof BlockBase))
    return { account: undefined, accountProof: [], storageProof: slots.map((slot) => ({ slot, value: EMPTY_BYTES, proof: [] })) }
  return proveInMemory(state, base, address, slots) ?? (await provePast(state, base, address, slots))
}

/**
 * From the tries of the head with the later blocks taken back. In one go: once the head advances its unread nodes may be gone.
 * undefined when memory does not reach back to the block, or not to a storage that began anew since.
 */
function proveInMemory(state: HeadState, base: BlockBase, address: Uint8Array, slots: Uint8Array[]): AccountProof | undefined {
  if (base.number < windowStart(state)) return undefined
  const changed = changedInMemory(state, base.number)
  const key = keyOf(address)
  const account = base.account(key)
  const accountTrie = accountTrieOn(state).trie
  for (const other of changed.accounts) setAccount(accountTrie, addressHash(state, other), base.account(other))
  accountTrie.hash()
  let storageTrie: Trie | undefined
  if (account !== undefined && hasStorage(account) && slots.length > 0) {
    const latest = latestAccount(state, key)
    if (latest === undefined || !hasStorage(latest) || latest.epoch !== account.epoch) return undefined
    storageTrie = storageTrieOn(state, key, latest).trie
    for (const slot of changedSlots(changed, key, account)) setSlot(storageTrie, slotHash(slot), base.slot(key, slot))
    assertRoot(storageTrie, account.storageRoot)
  }
  const storageProof = slots.map((slot) => ({ slot, value: base.slot(key, keyOf(slot)), proof: storageTrie?.prove(keccak256(slot)) ?? [] }))
  return { account, accountProof: accountTrie.prove(addressHash(state, key)), storageProof }
}

/** From the trie checkpoint at or below the block, with the blocks from there applied. */
async function provePast(state: HeadState, base: BlockBase, address: Uint8Array, slots: Uint8Array[]): Promise<AccountProof> {
  const key = keyOf(address)
  const account = await accountAt(base, key)
  const { checkpoint, stateRoot } = await blockStateAt(state, base.number)
  const changed = await changedKeys(state, checkpoint, base.number)
  const accountTrie = await accountCheckpoint(state, base.number, checkpoint)
  for (const other of changed.accounts) {
    const record = await accountAt(base, other)
    await step(accountTrie, () => accountTrie.trie.touch(addressHash(state, other)))
    setAccount(accountTrie.trie, addressHash(state, other), record)
  }
  assertRoot(accountTrie.trie, stateRoot)
  const accountProof = await step(accountTrie, () => accountTrie.trie.prove(addressHash(state, key)))
  const storageTrie =
    account !== undefined && hasStorage(account) && slots.length > 0
      ? await pastStorage(state, base, { key, account, checkpoint, changed: changedSlots(changed, key, account) })
      : undefined
  const storageProof: AccountProof['storageProof'] = []
  for (const slot of slots) {
    const value = await slotAt(base, key, keyOf(slot))
    const proof = storageTrie === undefined ? [] : await step(storageTrie, () => storageTrie.trie.prove(keccak256(slot)))
    storageProof.push({ slot, value, proof })
  }
  return { account, accountProof, storageProof }
}

type PastStorage = { key: StateKey; account: AccountRecord; checkpoint: BlockNumber; changed: Iterable<StateKey> }

async function pastStorage(state: HeadState, base: BlockBase, { key, account, checkpoint, changed }: PastStorage): Promise<PastTrie> {
  const past = await storageCheckpoint(state, base.number, checkpoint, ownerKey(key, account.epoch))
  for (const slot of changed) {
    await step(past, () => past.trie.touch(slotHash(slot)))
    setSlot(past.trie, slotHash(slot), await slotAt(base, key, slot))
  }
  assertRoot(past.trie, account.storageRoot)
  return past
}

// Only a read that has to wait yields: else the block could leave memory between loading and reading.
async function accountAt(base: BlockBase, address: StateKey): Promise<AccountRecord | undefined> {
  const loading = base.loadAccount(address)
  if (loading !== undefined) await loading
  return base.account(address)
}

async function slotAt(base: BlockBase, address: StateKey, slot: StateKey): Promise<Uint8Array> {
  const loading = base.loadSlot(address, slot)
  if (loading !== undefined) await loading
  return base.slot(address, slot)
}

function changedSlots(changed: ChangedKeys, address: StateKey, account: AccountRecord): Iterable<StateKey> {
  return changed.slots.get(keyOf(ownerKey(address, account.epoch))) ?? []
}

function setAccount(trie: Trie, key: Uint8Array, account: AccountRecord | undefined): void {
  if (account === undefined) trie.delete(key)
  else trie.put(key, encodeTrieAccount(account))
}

function setSlot(trie: Trie, key: Uint8Array, value: Uint8Array): void {
  if (value.length === 0) trie.delete(key)
  else trie.put(key, encodeSlotValue(value))
}

async function accountCheckpoint(state: HeadState, number: BlockNumber, checkpoint: BlockNumber): Promise<PastTrie> {
  const { stateRoot } = await blockStateAt(state, checkpoint)
  const source = pastNodes(state, number, accountTrieKey)
  return { trie: await step(source, () => Trie.open(stateRoot, source.load)), fetch: source.fetch }
}

async function storageCheckpoint(state: HeadState, number: BlockNumber, checkpoint: BlockNumber, owner: Uint8Array): Promise<PastTrie> {
  const source = pastNodes(state, number, (position) => storageTrieKey(owner, position))
  if (epochOf(keyOf(owner)) > Number(checkpoint)) return { trie: new Trie(undefined, source.load), fetch: source.fetch }
  return { trie: await step(source, () => Trie.openStored(source.load)), fetch: source.fetch }
}

/** Node versions of block N, read one by one as they are asked for. */
function pastNodes(
  state: HeadState,
  number: BlockNumber,
  keyAt: (position: Uint8Array) => Uint8Array,
): { load: NodeLoader; fetch: PastTrie['fetch'] } {
  const known = new Map<StateKey, Uint8Array>()
  return {
    load: (position) => {
      const enc = known.get(keyOf(position))
      if (enc === undefined) throw new MissingNode(position)
      return enc.length === 0 ? undefined : enc
    },
    fetch: async (position) => {
      const key = keyAt(position)
      // The latest first, history after it, as in block-base.
      const latest = state.store.getSync(key)
      const before = await valueBeforeNextChange(state.store, key, number)
      known.set(keyOf(position), before ?? latest ?? EMPTY_BYTES)
    },
  }
}

/** Repeats a step that changes nothing until every node it needs is there; each round fetches one more, on one path of the trie. */
async function step<T>(past: Pick<PastTrie, 'fetch'>, run: () => T): Promise<T> {
  for (let round = 0; round < STEP_NODES_MAX; round++) {
    try {
      return run()
    } catch (error) {
      if (!(error instanceof MissingNode)) throw error
      await past.fetch(error.position)
    }
  }
  throw new AppError('store-corrupt', 'a trie path has more nodes than a key has nibbles')
}

/** 64 nibbles, and beside each at most one sibling. */
const STEP_NODES_MAX = 130

function changedInMemory(state: HeadState, number: BlockNumber): ChangedKeys {
  const changed: ChangedKeys = { accounts: new Set(), slots: new Map() }
  for (const layer of state.layers) {
    if (layer.number <= number) continue
    for (const address of layer.accountsBefore.keys()) changed.accounts.add(address)
    for (const slot of layer.slotsBefore.keys()) addSlot(changed, slot)
  }
  return changed
}

async function blockStateAt(state: HeadState, number: BlockNumber): Promise<{ stateRoot: Uint8Array; checkpoint: BlockNumber }> {
  const bytes = await state.store.get(blockStateKey(number))
  const writing = state.unflushed.some((sealed) => sealed.number === number)
  if (bytes === undefined && writing) throw new AppError('busy', `state of block ${number} is being written`)
  if (bytes === undefined) throw new AppError('history-pruned', `state of block ${number} is not kept: history pruned`, { block: number })
  return decodeBlockState(bytes)
}

function assertRoot(trie: Trie, expected: Uint8Array): void {
  const root = trie.hash()
  if (!equalBytes(root, expected)) throw new AppError('store-corrupt', `rebuilt trie has root ${toHex(root)}, expected ${toHex(expected)}`)
}
