// Owns: the state of one lane over time: its head, views of kept blocks, sealing, becoming durable. The only writer of the state tables.
// Does not own: blocks, receipts, indexes (the caller adds them to the same batch) or execution.
// Called by: the lane engine, one object per lane.

import { assert } from '../../../assert.js'
import { AppError } from '../../../errors.js'
import type { Address, BlockNumber, Hash32 } from '../../../primitives.js'
import { metaKey, readU64 } from '../../../schema.js'
import type { Store } from '../../../store/store.js'
import { assertKept, BlockBase, emptyBase } from './block-base.js'
import { GenCache } from './gen-cache.js'
import { beforeFirst, defaultLimits, type HeadState, type Sealed, type SealedState, type StateLimits, type StorageTrieState } from './head-state.js'
import { blockStateKey, decodeBlockState } from './history.js'
import { proveAccount, type AccountProof } from './proof.js'
import { EMPTY_TRIE_ROOT } from './records.js'
import { changedKeys, recoverTries, type ChangedKeys } from './recover.js'
import { rootOfView, sealView } from './seal.js'
import { StateView } from './state-view.js'
import { currentGen } from './trie.js'
import { forget, markSaved, spareAll } from './trie-checkpoint.js'

export type { Sealed, StateLimits } from './head-state.js'
export type { AccountProof } from './proof.js'
export type { ChangedKeys } from './recover.js'

/** Kept of the account trie when too many nodes are in memory: 16 + 256 + 4,096 branches at most. */
const DEPTH_KEPT = 3

export class LaneState {
  readonly #state: HeadState

  private constructor(state: HeadState) {
    this.#state = state
  }

  /** Reads the head, and brings the tries from their last checkpoint up to it. @throws AppError `store-corrupt` when the root does not match. */
  static async open(store: Store, limits: Partial<StateLimits> = {}): Promise<LaneState> {
    const state = newHeadState(store, { ...defaultLimits, ...limits })
    await loadHead(state)
    return new LaneState(state)
  }

  /** undefined before the first block. */
  get headNumber(): BlockNumber | undefined {
    return this.#state.head?.number
  }

  get stateRoot(): Hash32 {
    return this.#state.stateRoot
  }

  /** The oldest block whose state is kept. */
  get oldestNumber(): BlockNumber {
    const { head, historyFloor, limits } = this.#state
    if (head === undefined || limits.historyBlocks === undefined) return historyFloor
    const oldest = head.number - BigInt(limits.historyBlocks)
    return oldest > historyFloor ? oldest : historyFloor
  }

  /**
   * A mutable view of the state after a block; without a number, of the head. It stays right while the head advances. Synchronous reads work for
   * the last `layersMax` blocks; asynchronous ones for every kept block. @throws AppError `history-pruned`, `block-not-found`.
   */
  view(blockNumber?: BlockNumber): StateView {
    const { head } = this.#state
    if (head === undefined) {
      if (blockNumber !== undefined) throw new AppError('block-not-found', `block ${blockNumber} has no state: the lane is empty`)
      return this.#newView(emptyBase)
    }
    const number = blockNumber ?? head.number
    if (number > head.number || number < 0n) throw new AppError('block-not-found', `block ${number} has no state: the head is ${head.number}`)
    assertKept(this.#state, number)
    return this.#newView(new BlockBase(this.#state, number))
  }

  #newView(base: StateView['base']): StateView {
    return new StateView(base, (view) => rootOfView(this.#state, view))
  }

  /** Computes the state of the next block from a view of the head, or of a fork above one. Visible nowhere; drop it freely. */
  seal(view: StateView, blockNumber: BlockNumber): Sealed {
    assert(view.openCheckpoints === 0, 'a view with open checkpoints is not finished')
    return sealView(this.#state, view, blockNumber)
  }

  /** Makes a sealed block the head in memory at once. Its `ops` must then be written, batch after batch in block order, each followed by `flushed`. */
  advance(sealed: Sealed): void {
    const { state: next } = sealed
    const state = this.#state
    assert(next.parent === (state.head ?? beforeFirst), 'a block advances only over the head it was sealed on')
    for (const [address, record] of next.accountsAfter) state.accounts.set(address, record ?? null)
    for (const [slot, value] of next.slotsAfter) state.slots.set(slot, value)
    for (const [hash, code] of next.codes) state.codes.set(hash, code)
    // Only what it replaced: the whole would keep the trie nodes of many blocks alive.
    if (state.head !== undefined) state.layers.push({ number: next.number, accountsBefore: next.accountsBefore, slotsBefore: next.slotsBefore })
    state.unflushed.push(next)
    state.head = { number: next.number }
    state.stateRoot = next.stateRoot
    state.historyFloor = next.historyFloor
    this.#advanceTries(next)
    this.#trimLayers()
  }

  #advanceTries(next: SealedState): void {
    const state = this.#state
    state.accountTrie = next.accountTrie
    const changed = next.accountsAfter.size + next.slotsAfter.size
    state.changedSinceCheckpoint += changed
    state.changedSinceCount += changed
    for (const [address, trie] of next.storageTries) {
      // Deleted first, so that it becomes the most recently used.
      state.storageTries.delete(address)
      state.storageTries.set(address, trie)
    }
    if (next.checkpoint === undefined) return
    markSaved(next.checkpoint.marks)
    state.accountTrie = { root: state.accountTrie.root, removed: new Map() }
    for (const [address, trie] of state.storageTries) {
      if (trie.unsaved) state.storageTries.set(address, savedTrie(trie))
    }
    state.lastCheckpoint = next.number
    state.changedSinceCheckpoint = 0
  }

  /** The batch with the ops of this block is durable (and so are those before it). */
  flushed(blockNumber: BlockNumber): void {
    const { unflushed } = this.#state
    while (unflushed[0] !== undefined && unflushed[0].number <= blockNumber) unflushed.shift()
    this.#trimLayers()
    this.#boundTries()
  }

  /** Layers of blocks that are not durable are needed: history in the store does not have them yet. */
  #trimLayers(): void {
    const { layers, limits, unflushed } = this.#state
    const durable = unflushed[0]?.number
    while (layers.length > limits.layersMax && layers[0] !== undefined && (durable === undefined || layers[0].number < durable)) layers.shift()
  }

  /** Only when the last checkpoint is durable: what is forgotten is read back from the store. */
  #boundTries(): void {
    const state = this.#state
    const oldest = state.unflushed[0]?.number
    if (oldest !== undefined && oldest <= state.lastCheckpoint) return
    if (state.changedSinceCount < state.limits.trieNodesCountedEvery) return
    state.changedSinceCount = 0
    const { trieNodesMax } = state.limits
    // Made since the count before the last one: at least one full round of blocks.
    const [recent] = state.genMarks
    state.genMarks = [state.genMarks[1], currentGen()]
    let nodes = 0
    for (const { root } of state.storageTries.values()) if (root !== undefined) nodes += forget(root, spareAll)
    const { root } = state.accountTrie
    if (root !== undefined) {
      nodes += forget(root, spareAll)
      if (nodes > trieNodesMax) nodes = nodes - forget(root, spareAll) + forget(root, { depth: DEPTH_KEPT, gen: recent })
      if (nodes > trieNodesMax) nodes = nodes - forget(root, spareAll) + forget(root, { depth: DEPTH_KEPT, gen: Infinity })
    }
    for (const [address, trie] of state.storageTries) {
      if (nodes <= trieNodesMax) break
      if (trie.unsaved) continue
      if (trie.root !== undefined) nodes -= forget(trie.root, spareAll)
      state.storageTries.delete(address)
    }
  }

  /** Account and storage proofs as of a kept block. @throws AppError `history-pruned`, `block-not-found`. */
  async prove(address: Address, slots: Uint8Array[], blockNumber?: BlockNumber): Promise<AccountProof> {
    const view = this.view(blockNumber)
    return proveAccount(this.#state, view, address, slots)
  }

  /** What a durable block changed, by its history. @throws AppError `history-pruned`. */
  async changedIn(blockNumber: BlockNumber): Promise<ChangedKeys> {
    assertKept(this.#state, blockNumber - 1n)
    return changedKeys(this.#state, blockNumber - 1n, blockNumber)
  }

  /** Reads the head from the store again, after a block was written behind this object's back. */
  async reload(): Promise<void> {
    await loadHead(this.#state)
  }
}

function savedTrie(trie: StorageTrieState): StorageTrieState {
  return { epoch: trie.epoch, root: trie.root, removed: new Map(), unsaved: false }
}

function newHeadState(store: Store, limits: StateLimits): HeadState {
  return {
    store,
    limits,
    head: undefined,
    stateRoot: EMPTY_TRIE_ROOT,
    accountTrie: { root: undefined, removed: new Map() },
    storageTries: new Map(),
    lastCheckpoint: 0n,
    changedSinceCheckpoint: 0,
    historyFloor: 0n,
    layers: [],
    unflushed: [],
    changedSinceCount: 0,
    genMarks: [0, 0],
    accounts: new GenCache(limits.accountsCached),
    slots: new GenCache(limits.slotsCached),
    codes: new GenCache(limits.codesCached),
    addressHashes: new GenCache(limits.accountsCached),
  }
}

async function loadHead(state: HeadState): Promise<void> {
  state.accounts.clear()
  state.slots.clear()
  state.storageTries.clear()
  state.layers.length = 0
  const [head, floor] = await state.store.getMany([metaKey('stateHead'), metaKey('historyFloor')])
  if (head === undefined) return
  const number = readU64(head)
  const record = await state.store.get(blockStateKey(number))
  if (record === undefined) throw new AppError('store-corrupt', `state of block ${number} has no record`)
  const { stateRoot, checkpoint } = decodeBlockState(record)
  state.head = { number }
  state.stateRoot = stateRoot
  state.lastCheckpoint = checkpoint
  state.historyFloor = floor === undefined ? 0n : readU64(floor)
  await recoverTries(state)
}
