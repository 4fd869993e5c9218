// Owns: one mutable view of the state: an overlay with an undo journal over a fixed base; nothing is visible outside until it is sealed.
// Does not own: what lies below (StateBase), Merkle roots (seal.ts), gas or access lists (the EVM's journal).
// Called by: the block builder, pending state, calls and simulations; @ethereumjs/{evm,vm} through StateManagerInterface.

import type { AccountFields, StateManagerInterface } from '@ethereumjs/common'
import { Account, type Address } from '@ethereumjs/util'
import { assert } from '../../../assert.js'
import { equalBytes } from '../../../primitives.js'
import { AppError } from '../../../errors.js'
import { keccak256 } from '../keccak.js'
import { keyOf, type StateKey } from './keys.js'
import { OriginalSlots } from './original-slots.js'
import { EMPTY_ACCOUNT, EMPTY_BYTES, EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, toAccount, trimZeros, type AccountRecord } from './records.js'
import type { StateBase } from './state-base.js'

/** Slots of one address in an overlay. `wiped`: slots of the base are hidden. */
export type SlotOverlay = { readonly wiped: boolean; readonly values: Map<StateKey, Uint8Array> }

/** What a view holds above its base. */
export type Overlay = {
  readonly accounts: Map<StateKey, AccountRecord | undefined>
  readonly slots: Map<StateKey, SlotOverlay>
  readonly codes: Map<StateKey, Uint8Array>
}

/** Native value that came from other lanes and went to them (S11). A value, replaced as a whole. */
export type Bridged = { readonly in: bigint; readonly out: bigint }
const nothingBridged: Bridged = { in: 0n, out: 0n }

type Undo =
  | { kind: 'bridged'; before: Bridged }
  | { kind: 'account'; address: StateKey; had: boolean; before: AccountRecord | undefined }
  | { kind: 'slot'; address: StateKey; slot: StateKey; before: Uint8Array | undefined }
  | { kind: 'slots'; address: StateKey; before: SlotOverlay | undefined }

/** A position in a view's undo journal. */
export type Savepoint = { readonly undo: number; readonly marks: number }

/** Computes the Merkle root that a view would have when sealed. */
export type RootOf = (view: StateView) => Uint8Array

export class StateView implements StateManagerInterface, StateBase {
  readonly base: StateBase
  readonly overlay: Overlay = { accounts: new Map(), slots: new Map(), codes: new Map() }
  readonly originalStorageCache: OriginalSlots
  readonly #rootOf: RootOf
  readonly #undo: Undo[] = []
  /** Lengths of #undo at the open checkpoints: a plain stack, whoever opens them. */
  readonly #marks: number[] = []
  #bridged = nothingBridged

  constructor(base: StateBase, rootOf: RootOf) {
    this.base = base
    this.#rootOf = rootOf
    this.originalStorageCache = new OriginalSlots(this)
  }

  /** A view on top of this one. This view must not change while the fork is used; the fork may be dropped at any time. */
  fork(): StateView {
    return new StateView(this, this.#rootOf)
  }

  // Synchronous access by address. Valid while the base is in the memory window (else AppError 'history-pruned' or an assertion); the async methods always work.

  accountSync(address: Uint8Array): AccountRecord | undefined {
    return this.account(keyOf(address))
  }

  /** nonce, balance and codeHash are taken; storage root and epoch are this view's own business. undefined deletes the account and its storage. */
  putAccountSync(address: Uint8Array, account: Pick<AccountRecord, 'nonce' | 'balance' | 'codeHash'> | undefined): void {
    this.putAccountByKey(keyOf(address), account)
  }

  addBalanceSync(address: Uint8Array, amount: bigint): void {
    const key = keyOf(address)
    const record = this.account(key) ?? EMPTY_ACCOUNT
    this.#setAccount(key, { ...record, balance: record.balance + amount })
  }

  /** What crossed between lanes in this view, undone with everything else. */
  get bridged(): Bridged {
    return this.#bridged
  }

  /** Counts what a balance change alone does not tell: that the value came from another lane, or went there. */
  addBridged(change: { in: bigint; out: bigint }): void {
    if (change.in === 0n && change.out === 0n) return
    if (this.#marks.length > 0) this.#undo.push({ kind: 'bridged', before: this.#bridged })
    this.#bridged = { in: this.#bridged.in + change.in, out: this.#bridged.out + change.out }
  }

  setNonceSync(address: Uint8Array, nonce: bigint): void {
    const key = keyOf(address)
    this.#setAccount(key, { ...(this.account(key) ?? EMPTY_ACCOUNT), nonce })
  }

  /** Without leading zeros, empty for zero. `slot` is 32 bytes. */
  slotSync(address: Uint8Array, slot: Uint8Array): Uint8Array {
    return this.slot(keyOf(address), keyOf(slot))
  }

  /** Leading zeros are stripped; zero deletes. The account must exist. */
  putSlotSync(address: Uint8Array, slot: Uint8Array, value: Uint8Array): void {
    this.putSlotByKey(keyOf(address), keyOf(slot), value)
  }

  codeSync(address: Uint8Array): Uint8Array {
    const record = this.account(keyOf(address))
    return record === undefined ? EMPTY_BYTES : this.code(record.codeHash)
  }

  putCodeSync(address: Uint8Array, code: Uint8Array): void {
    const key = keyOf(address)
    const codeHash = code.length === 0 ? EMPTY_CODE_HASH : keccak256(code)
    if (code.length > 0) this.overlay.codes.set(keyOf(codeHash), code)
    this.#setAccount(key, { ...(this.account(key) ?? EMPTY_ACCOUNT), codeHash })
  }

  clearStorageSync(address: Uint8Array): void {
    this.clearStorageByKey(keyOf(address))
  }

  checkpointSync(): void {
    this.#marks.push(this.#undo.length)
  }

  commitSync(): void {
    assert(this.#marks.pop() !== undefined, 'commit without checkpoint')
    if (this.#marks.length > 0) return
    this.#undo.length = 0
    this.originalStorageCache.clear()
  }

  revertSync(): void {
    const mark = this.#marks.pop()
    assert(mark !== undefined, 'revert without checkpoint')
    while (this.#undo.length > mark) {
      const entry = this.#undo.pop()
      if (entry !== undefined) this.#apply(entry)
    }
    if (this.#marks.length === 0) this.originalStorageCache.clear()
  }

  /** A place to come back to, whatever checkpoints are opened or closed meanwhile. Holds only while a checkpoint below it stays open. */
  savepoint(): Savepoint {
    assert(this.#marks.length > 0, 'a savepoint needs an open checkpoint, else nothing is recorded')
    return { undo: this.#undo.length, marks: this.#marks.length }
  }

  /** Undoes all since the savepoint; nothing when that has been undone already. Checkpoints opened since are gone. */
  restore(to: Savepoint): void {
    while (this.#undo.length > to.undo) {
      const entry = this.#undo.pop()
      if (entry !== undefined) this.#apply(entry)
    }
    if (this.#marks.length > to.marks) this.#marks.length = to.marks
  }

  get openCheckpoints(): number {
    return this.#marks.length
  }

  // The same by key (keys.ts), for an executor that keeps the key of an address across many accesses.

  account(address: StateKey): AccountRecord | undefined {
    const { accounts } = this.overlay
    const record = accounts.get(address)
    return record !== undefined || accounts.has(address) ? record : this.base.account(address)
  }

  slot(address: StateKey, slot: StateKey): Uint8Array {
    const overlay = this.overlay.slots.get(address)
    if (overlay !== undefined) {
      const value = overlay.values.get(slot)
      if (value !== undefined) return value
      if (overlay.wiped) return EMPTY_BYTES
    }
    return this.base.slot(address, slot)
  }

  code(codeHash: Uint8Array): Uint8Array {
    if (codeHash === EMPTY_CODE_HASH) return EMPTY_BYTES
    return this.overlay.codes.get(keyOf(codeHash)) ?? this.base.code(codeHash)
  }

  putAccountByKey(address: StateKey, account: Pick<AccountRecord, 'nonce' | 'balance' | 'codeHash'> | undefined): void {
    if (account === undefined) {
      this.clearStorageByKey(address)
      this.#setAccount(address, undefined)
      return
    }
    const { nonce, balance, codeHash } = account
    const known = this.account(address) ?? EMPTY_ACCOUNT
    this.#setAccount(address, { nonce, balance, codeHash, storageRoot: known.storageRoot, epoch: known.epoch })
  }

  putSlotByKey(address: StateKey, slot: StateKey, value: Uint8Array): void {
    if (this.account(address) === undefined) throw new AppError('internal', 'storage of an account that does not exist cannot be set')
    let overlay = this.overlay.slots.get(address)
    if (overlay === undefined) {
      overlay = { wiped: false, values: new Map() }
      this.overlay.slots.set(address, overlay)
    }
    if (this.#marks.length > 0) this.#undo.push({ kind: 'slot', address, slot, before: overlay.values.get(slot) })
    overlay.values.set(slot, trimZeros(value))
  }

  /** From here on every slot of the account is zero, in the base too, until written. An account that does not exist stays so. */
  clearStorageByKey(address: StateKey): void {
    const before = this.overlay.slots.get(address)
    if (this.#marks.length > 0) this.#undo.push({ kind: 'slots', address, before })
    this.overlay.slots.set(address, { wiped: true, values: new Map() })
    const record = this.account(address)
    if (record !== undefined && record.storageRoot !== EMPTY_TRIE_ROOT)
      this.#setAccount(address, { ...record, storageRoot: EMPTY_TRIE_ROOT, epoch: 0 })
  }

  #setAccount(address: StateKey, record: AccountRecord | undefined): void {
    const { accounts } = this.overlay
    if (this.#marks.length > 0) this.#undo.push({ kind: 'account', address, had: accounts.has(address), before: accounts.get(address) })
    accounts.set(address, record)
  }

  #apply(entry: Undo): void {
    const { accounts, slots } = this.overlay
    switch (entry.kind) {
      case 'bridged':
        this.#bridged = entry.before
        return
      case 'account':
        if (entry.had) accounts.set(entry.address, entry.before)
        else accounts.delete(entry.address)
        return
      case 'slots':
        if (entry.before !== undefined) slots.set(entry.address, entry.before)
        else slots.delete(entry.address)
        return
      case 'slot': {
        const values = slots.get(entry.address)?.values
        assert(values !== undefined, 'an undone slot has an overlay')
        if (entry.before !== undefined) values.set(entry.slot, entry.before)
        else values.delete(entry.slot)
      }
    }
  }

  // StateBase for a fork above.

  loadAccount(address: StateKey): Promise<void> | undefined {
    return this.overlay.accounts.has(address) ? undefined : this.base.loadAccount(address)
  }

  loadSlot(address: StateKey, slot: StateKey): Promise<void> | undefined {
    const overlay = this.overlay.slots.get(address)
    if (overlay !== undefined && (overlay.wiped || overlay.values.has(slot))) return undefined
    return this.base.loadSlot(address, slot)
  }

  // StateManagerInterface: load what the base does not have at hand, then the synchronous way.

  async getAccount(address: Address): Promise<Account | undefined> {
    const key = keyOf(address.bytes)
    const loading = this.loadAccount(key)
    if (loading !== undefined) await loading
    const record = this.account(key)
    return record === undefined ? undefined : toAccount(record)
  }

  async putAccount(address: Address, account?: Account): Promise<void> {
    const key = keyOf(address.bytes)
    const loading = this.loadAccount(key)
    if (loading !== undefined) await loading
    this.putAccountByKey(key, account)
  }

  async deleteAccount(address: Address): Promise<void> {
    await this.putAccount(address, undefined)
  }

  async modifyAccountFields(address: Address, fields: AccountFields): Promise<void> {
    const account = (await this.getAccount(address)) ?? new Account()
    await this.putAccount(
      address,
      new Account(fields.nonce ?? account.nonce, fields.balance ?? account.balance, account.storageRoot, fields.codeHash ?? account.codeHash),
    )
  }

  async putCode(address: Address, value: Uint8Array): Promise<void> {
    const loading = this.loadAccount(keyOf(address.bytes))
    if (loading !== undefined) await loading
    this.putCodeSync(address.bytes, value)
  }

  async getCode(address: Address): Promise<Uint8Array> {
    const loading = this.loadAccount(keyOf(address.bytes))
    if (loading !== undefined) await loading
    return this.codeSync(address.bytes)
  }

  async getCodeSize(address: Address): Promise<number> {
    return (await this.getCode(address)).length
  }

  async getStorage(address: Address, key: Uint8Array): Promise<Uint8Array> {
    assert(key.length === 32, 'a storage key is 32 bytes')
    const loading = this.loadSlot(keyOf(address.bytes), keyOf(key))
    if (loading !== undefined) await loading
    return this.slotSync(address.bytes, key)
  }

  async putStorage(address: Address, key: Uint8Array, value: Uint8Array): Promise<void> {
    assert(key.length === 32 && value.length <= 32, 'a storage key is 32 bytes, a value at most 32')
    const loading = this.loadAccount(keyOf(address.bytes))
    if (loading !== undefined) await loading
    this.putSlotSync(address.bytes, key, value)
  }

  async clearStorage(address: Address): Promise<void> {
    const loading = this.loadAccount(keyOf(address.bytes))
    if (loading !== undefined) await loading
    this.clearStorageSync(address.bytes)
  }

  async checkpoint(): Promise<void> {
    this.checkpointSync()
  }

  async commit(): Promise<void> {
    this.commitSync()
  }

  async revert(): Promise<void> {
    this.revertSync()
  }

  /** The root this view would have when sealed; costs a Merkle update. */
  async getStateRoot(): Promise<Uint8Array> {
    return this.#rootOf(this)
  }

  /** A view is bound to its base: only the root it has anyway is accepted. */
  async setStateRoot(stateRoot: Uint8Array): Promise<void> {
    if (!(await this.hasStateRoot(stateRoot)))
      throw new AppError('unsupported', 'a view cannot move to another state root; take a view of that block')
  }

  async hasStateRoot(root: Uint8Array): Promise<boolean> {
    return equalBytes(root, this.#rootOf(this))
  }

  getAppliedKey(address: Uint8Array): Uint8Array {
    return keccak256(address)
  }

  clearCaches(): void {
    this.originalStorageCache.clear()
  }

  /** A fork: it sees this view as it is now, uncommitted changes included. */
  shallowCopy(): StateView {
    return this.fork()
  }
}
