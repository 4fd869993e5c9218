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
import { BlockBase, emptyBase, SealedBase } from './block-base.js'
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
  below: SealedState | undefined
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
  const { below } = work
  assert(below === undefined ? head.head === undefined || number > head.head.number : number > below.number, 'a block is sealed above its parent')
  const sealed: SealedState = {
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
    parent: undefined,
  }
  return finish(head, below, sealed, { balanceDelta: work.balanceDelta, bridged: view.bridged })
}

/** The root only; cheaper than sealing because no operations are made. */
export function rootOfView(head: HeadState, view: StateView): Uint8Array {
  return collect(head, view, (head.head?.number ?? 0n) + 1n).trie.hash()
}

function collect(head: HeadState, view: StateView, number: BlockNumber): { work: Work; overlay: Overlay; trie: Trie; removed: TrieState['removed'] } {
  const { overlay, base } = flatten(view)
  const below = sealedBelow(head, base)
  const work: Work = {
    head,
    base,
    below,
    number,
    accountsBefore: new Map(),
    accountsAfter: new Map(),
    slotsBefore: new Map(),
    slotsAfter: new Map(),
    storageTries: new Map(),
    balanceDelta: 0n,
  }
  const { trie, removed } = accountTrieOn(head, below)
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

/** Only a block on the head can become durable: one on another sealed block gets no operations. */
function finish(head: HeadState, below: SealedState | undefined, sealed: SealedState, value: Pick<Sealed, 'balanceDelta' | 'bridged'>): Sealed {
  const { number: blockNumber, stateRoot } = sealed
  if (below !== undefined) return { blockNumber, stateRoot, ops: [], ...value, state: sealed }
  const durable = sealOps(head, sealed)
  return { blockNumber, stateRoot, ops: durable.ops, ...value, state: { ...sealed, ...durable.state, parent: head.head ?? beforeFirst } }
}

function sealedBelow(head: HeadState, base: StateBase): SealedState | undefined {
  if (base instanceof SealedBase) return base.sealed
  if (base === emptyBase) assert(head.head === undefined, 'the lane has blocks by now: take a new view')
  else assert(base instanceof BlockBase && head.head?.number === base.number, 'only a view of the head can be sealed')
  return undefined
}

/** The overlays of stacked views as one, over what the lowest stands on. */
export function flatten(view: StateView): { overlay: Overlay; base: StateBase } {
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
  const opened = storageTrieOn(work.head, work.below, address, continued ? before : undefined)
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
