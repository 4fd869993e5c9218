// Owns: turning a view into a block's state: which keys really changed, the new roots, and the store operations. Changes nothing visible.
// Does not own: making it the head (lane-state), operations of the block's own data (the chain).
// Called by: lane-state.

import { assert } from '../../../assert.js'
import { equalBytes, type BlockNumber } from '../../../primitives.js'
import { keccak256 } from '../keccak.js'
import {
  addressHash,
  beforeFirst,
  ownerKey,
  type HeadState,
  type Sealed,
  type SealedState,
  type StorageTrieState,
  type TrieState,
} from './head-state.js'
import { BlockBase, emptyBase } from './block-base.js'
import { bytesOf, keyOf, type StateKey } from './keys.js'
import {
  EMPTY_ACCOUNT,
  EMPTY_BYTES,
  EMPTY_CODE_HASH,
  EMPTY_TRIE_ROOT,
  encodeTrieAccount,
  hasStorage,
  sameAccount,
  type AccountRecord,
} from './records.js'
import { sealOps } from './seal-ops.js'
import type { StateBase } from './state-base.js'
import { StateView, type Overlay, type SlotOverlay } from './state-view.js'
import type { Trie } from './trie.js'
import { accountTrieOn, mergeRemoved, storageTrieOn } from './trie-source.js'

/** The changes of a block while they are collected. */
type Work = {
  head: HeadState
  base: StateBase
  number: BlockNumber
  accountsBefore: Map<StateKey, AccountRecord | undefined>
  accountsAfter: Map<StateKey, AccountRecord | undefined>
  slotsBefore: Map<StateKey, Uint8Array>
  slotsAfter: Map<StateKey, Uint8Array>
  storageTries: Map<StateKey, StorageTrieState>
  balanceDelta: bigint
}

export function sealView(head: HeadState, view: StateView, number: BlockNumber): Sealed {
  const { work, overlay, trie, removed } = collect(head, view, number)
  assert(head.head === undefined || number > head.head.number, 'a block is sealed above its parent')
  const changed: SealedState = {
    number,
    accountsBefore: work.accountsBefore,
    accountsAfter: work.accountsAfter,
    slotsBefore: work.slotsBefore,
    slotsAfter: work.slotsAfter,
    storageTries: work.storageTries,
    codes: newCodes(work, overlay),
    stateRoot: trie.hash(),
    accountTrie: { root: trie.root, removed: mergeRemoved(removed, trie.removed) },
    checkpoint: undefined,
    historyFloor: head.historyFloor,
    parent: head.head ?? beforeFirst,
  }
  const { ops, state } = sealOps(head, changed)
  const { balanceDelta } = work
  return { blockNumber: number, stateRoot: changed.stateRoot, ops, balanceDelta, bridged: view.bridged, state: { ...changed, ...state } }
}

/** The root only; cheaper than sealing because no operations are made. */
export function rootOfView(head: HeadState, view: StateView): Uint8Array {
  return collect(head, view, (head.head?.number ?? 0n) + 1n).trie.hash()
}

function collect(head: HeadState, view: StateView, number: BlockNumber): { work: Work; overlay: Overlay; trie: Trie; removed: TrieState['removed'] } {
  const { overlay, base } = flatten(view)
  assertOnHead(head, base)
  const work: Work = {
    head,
    base,
    number,
    accountsBefore: new Map(),
    accountsAfter: new Map(),
    slotsBefore: new Map(),
    slotsAfter: new Map(),
    storageTries: new Map(),
    balanceDelta: 0n,
  }
  const { trie, removed } = accountTrieOn(head)
  for (const [address, after] of accountsAfterStorage(work, overlay)) {
    const before = base.account(address)
    if (sameAccount(before, after)) continue
    work.balanceDelta += (after?.balance ?? 0n) - (before?.balance ?? 0n)
    work.accountsBefore.set(address, before)
    work.accountsAfter.set(address, after)
    if (after === undefined) trie.delete(addressHash(head, address))
    else trie.put(addressHash(head, address), encodeTrieAccount(after))
  }
  return { work, overlay, trie, removed }
}

function assertOnHead({ head }: HeadState, base: StateBase): void {
  if (base === emptyBase) assert(head === undefined, 'the lane has blocks by now: take a new view')
  else assert(base instanceof BlockBase && head?.number === base.number, 'only a view of the head can be sealed')
}

/** The overlays of stacked views as one, over what the lowest stands on. */
function flatten(view: StateView): { overlay: Overlay; base: StateBase } {
  if (!(view.base instanceof StateView)) return { overlay: view.overlay, base: view.base }
  const below = flatten(view.base)
  const slots = new Map(below.overlay.slots)
  for (const [address, upper] of view.overlay.slots) {
    const lower = slots.get(address)
    slots.set(address, lower === undefined || upper.wiped ? upper : { wiped: lower.wiped, values: new Map([...lower.values, ...upper.values]) })
  }
  return {
    base: below.base,
    overlay: {
      accounts: new Map([...below.overlay.accounts, ...view.overlay.accounts]),
      slots,
      codes: new Map([...below.overlay.codes, ...view.overlay.codes]),
    },
  }
}

/** Touched accounts with their storage roots computed. */
function accountsAfterStorage(work: Work, overlay: Overlay): Map<StateKey, AccountRecord | undefined> {
  const accounts = new Map(overlay.accounts)
  for (const [address, slots] of overlay.slots) {
    const known = accounts.get(address)
    const record = known !== undefined || accounts.has(address) ? known : work.base.account(address)
    // The slots of a deleted account stay in the store under their epoch, for history; nothing refers to them any more.
    if (record !== undefined) accounts.set(address, withStorage(work, address, record, slots))
  }
  return accounts
}

function withStorage(work: Work, address: StateKey, record: AccountRecord, slots: SlotOverlay): AccountRecord {
  const before = work.base.account(address)
  const continued = before !== undefined && !slots.wiped && hasStorage(before)
  if (!continued && slots.values.size === 0) return without(record)
  const epoch = continued ? before.epoch : Number(work.number)
  const owner = keyOf(ownerKey(address, epoch))
  const opened = storageTrieOn(work.head, address, continued ? before : undefined)
  let changed = false
  for (const [slot, value] of slots.values) {
    const old = continued ? work.base.slot(address, slot) : EMPTY_BYTES
    if (equalBytes(old, value)) continue
    changed = true
    work.slotsBefore.set(owner + slot, old)
    work.slotsAfter.set(owner + slot, value)
    const key = keccak256(bytesOf(slot))
    if (value.length === 0) opened.trie.delete(key)
    else opened.trie.put(key, encodeSlotValue(value))
  }
  if (!changed) return continued ? { ...record, storageRoot: before.storageRoot, epoch } : without(record)
  const storageRoot = opened.trie.hash()
  work.storageTries.set(address, { epoch, root: opened.trie.root, removed: mergeRemoved(opened.removed, opened.trie.removed), unsaved: true })
  return storageRoot === EMPTY_TRIE_ROOT ? without(record) : { ...record, storageRoot, epoch }
}

function without(record: AccountRecord): AccountRecord {
  return { ...record, storageRoot: EMPTY_TRIE_ROOT, epoch: EMPTY_ACCOUNT.epoch }
}

/** RLP of a value of 1 to 32 bytes without leading zeros. */
export function encodeSlotValue(value: Uint8Array): Uint8Array {
  if (value.length === 1 && (value[0] ?? 0) < 0x80) return value
  const out = new Uint8Array(1 + value.length)
  out[0] = 0x80 + value.length
  out.set(value, 1)
  return out
}

/** Code that a changed account refers to and the store may not have; code of creations that were undone is left out. */
function newCodes(work: Work, overlay: Overlay): Map<StateKey, Uint8Array> {
  const codes = new Map<StateKey, Uint8Array>()
  if (overlay.codes.size === 0) return codes
  for (const [address, after] of work.accountsAfter) {
    if (after === undefined || after.codeHash === EMPTY_CODE_HASH || after.codeHash === work.accountsBefore.get(address)?.codeHash) continue
    const key = keyOf(after.codeHash)
    const code = overlay.codes.get(key)
    if (code !== undefined) codes.set(key, code)
  }
  return codes
}
