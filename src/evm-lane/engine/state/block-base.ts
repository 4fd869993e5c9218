// Owns: reads of the state as of one block, while the head moves on: from the undo layers in memory, or from history in the store.
// Does not own: the latest values (head-state).
// Called by: lane-state, as the base of views; proof.

import { AppError } from '../../../errors.js'
import type { BlockNumber } from '../../../primitives.js'
import { lane, tableKey } from '../../../schema.js'
import { codeByHash, latestAccount, latestSlot, ownerKey, windowStart, type HeadState } from './head-state.js'
import { valueBeforeNextChange } from './history.js'
import { bytesOf, keyOf, type StateKey } from './keys.js'
import { decodeRecord, EMPTY_BYTES, EMPTY_TRIE_ROOT, type AccountRecord } from './records.js'
import type { StateBase } from './state-base.js'

/**
 * The value of a key as of block N is what the first later change replaced, else the latest value. The latest value is read first and
 * history afterwards: a block that comes between shows in history, so the answer never mixes two blocks.
 */
export class BlockBase implements StateBase {
  readonly number: BlockNumber
  readonly #state: HeadState
  // What was read from history; lives as long as the view, so the gas of one call bounds it.
  readonly #accounts = new Map<StateKey, AccountRecord | undefined>()
  readonly #slots = new Map<StateKey, Uint8Array>()

  constructor(state: HeadState, number: BlockNumber) {
    this.#state = state
    this.number = number
  }

  account(address: StateKey): AccountRecord | undefined {
    if (this.#isHead()) return latestAccount(this.#state, address)
    if (this.#accounts.has(address)) return this.#accounts.get(address)
    this.#assertInWindow()
    return this.#accountInMemory(address)
  }

  slot(address: StateKey, slot: StateKey): Uint8Array {
    const record = this.account(address)
    if (record === undefined || record.storageRoot === EMPTY_TRIE_ROOT) return EMPTY_BYTES
    const key = keyOf(ownerKey(address, record.epoch)) + slot
    if (this.#isHead()) return latestSlot(this.#state, key)
    const known = this.#slots.get(key)
    if (known !== undefined) return known
    this.#assertInWindow()
    return this.#slotInMemory(key)
  }

  code(codeHash: Uint8Array): Uint8Array {
    return codeByHash(this.#state, codeHash)
  }

  loadAccount(address: StateKey): Promise<void> | undefined {
    if (this.#inWindow() || this.#accounts.has(address)) return undefined
    return this.#loadAccount(address)
  }

  loadSlot(address: StateKey, slot: StateKey): Promise<void> | undefined {
    if (this.#inWindow()) return undefined
    return this.#loadSlot(address, slot)
  }

  async #loadAccount(address: StateKey): Promise<void> {
    const candidate = this.#accountInMemory(address)
    const before = await this.#history(tableKey(lane.accounts, bytesOf(address)))
    this.#accounts.set(address, before === undefined ? candidate : before.length === 0 ? undefined : decodeRecord(before))
  }

  async #loadSlot(address: StateKey, slot: StateKey): Promise<void> {
    if (!this.#accounts.has(address)) await this.#loadAccount(address)
    const record = this.#accounts.get(address)
    if (record === undefined || record.storageRoot === EMPTY_TRIE_ROOT) return
    const key = keyOf(ownerKey(address, record.epoch)) + slot
    if (this.#slots.has(key)) return
    const candidate = this.#slotInMemory(key)
    this.#slots.set(key, (await this.#history(tableKey(lane.slots, bytesOf(key)))) ?? candidate)
  }

  async #history(key: Uint8Array): Promise<Uint8Array | undefined> {
    const value = await valueBeforeNextChange(this.#state.store, key, this.number)
    // Pruning may have passed this block while the store was read.
    assertKept(this.#state, this.number)
    return value
  }

  #accountInMemory(address: StateKey): AccountRecord | undefined {
    for (const layer of this.#state.layers) {
      if (layer.number <= this.number) continue
      const before = layer.accountsBefore.get(address)
      if (before !== undefined || layer.accountsBefore.has(address)) return before
    }
    return latestAccount(this.#state, address)
  }

  #slotInMemory(key: StateKey): Uint8Array {
    for (const layer of this.#state.layers) {
      if (layer.number <= this.number) continue
      const before = layer.slotsBefore.get(key)
      if (before !== undefined) return before
    }
    return latestSlot(this.#state, key)
  }

  #isHead(): boolean {
    return this.#state.head?.number === this.number
  }

  #inWindow(): boolean {
    return this.number >= windowStart(this.#state)
  }

  #assertInWindow(): void {
    if (!this.#inWindow()) throw new AppError('history-pruned', `state of block ${this.number} is no longer in memory: read it asynchronously`)
  }
}

/** The state of a lane that has no block yet. */
export const emptyBase: StateBase = {
  account: () => undefined,
  slot: () => EMPTY_BYTES,
  code: () => EMPTY_BYTES,
  loadAccount: () => undefined,
  loadSlot: () => undefined,
}

export function assertKept(state: HeadState, number: BlockNumber): void {
  const head = state.head?.number
  const { historyBlocks } = state.limits
  const tooOld = head !== undefined && historyBlocks !== undefined && number < head - BigInt(historyBlocks)
  if (!tooOld && number >= state.historyFloor) return
  throw new AppError('history-pruned', `state of block ${number} is not kept: history pruned`, { block: number })
}
