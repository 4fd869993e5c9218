// Owns: the store operations of one sealed block: flat values, history, changes, trie checkpoint, pruning, the head mark.
// Does not own: what changed (seal) or writing it (the caller's batch, L4).
// Called by: seal.

import { lane, metaKey, tableKey, u64 } from '../../../schema.js'
import type { StoreOp } from '../../../store/store.js'
import { ownerKey, type HeadState, type SealedState } from './head-state.js'
import { blockStateKey, changesKey, encodeBlockState, encodeChanges } from './history.js'
import { bytesOf } from './keys.js'
import { pruneOps } from './prune.js'
import { EMPTY_BYTES, encodeRecord } from './records.js'
import { collectUnsaved, type NodeChange, type NodeMarks } from './trie-checkpoint.js'
import { accountTrieKey, storageTrieKey } from './trie-source.js'

/** `suffix` ends the history keys of the block; `first`: nothing lies before the first block, so it has no history. */
type Writer = { suffix: Uint8Array; first: boolean; ops: StoreOp[]; changed: Uint8Array[] }

export function sealOps(head: HeadState, sealed: SealedState): { ops: StoreOp[]; state: Pick<SealedState, 'checkpoint' | 'historyFloor'> } {
  const { number } = sealed
  const first = head.head === undefined
  const writer: Writer = { suffix: u64(number), first, ops: [], changed: [] }
  for (const [address, after] of sealed.accountsAfter) {
    const before = sealed.accountsBefore.get(address)
    write(
      writer,
      tableKey(lane.accounts, bytesOf(address)),
      before === undefined ? EMPTY_BYTES : encodeRecord(before),
      after === undefined ? EMPTY_BYTES : encodeRecord(after),
    )
  }
  for (const [slot, after] of sealed.slotsAfter)
    write(writer, tableKey(lane.slots, bytesOf(slot)), sealed.slotsBefore.get(slot) ?? EMPTY_BYTES, after)
  for (const [hash, code] of sealed.codes) writer.ops.push({ type: 'put', key: tableKey(lane.code, bytesOf(hash)), value: code })

  const checkpoint = checkpointDue(head, sealed) ? writeCheckpoint(head, sealed, writer) : undefined
  const state = { stateRoot: sealed.stateRoot, checkpoint: checkpoint === undefined ? head.lastCheckpoint : number }
  writer.ops.push(
    { type: 'put', key: changesKey(number), value: encodeChanges(writer.changed) },
    { type: 'put', key: blockStateKey(number), value: encodeBlockState(state) },
    { type: 'put', key: metaKey('stateHead'), value: u64(number) },
  )
  if (first) {
    writer.ops.push({ type: 'put', key: metaKey('historyFloor'), value: u64(number) })
    return { ops: writer.ops, state: { checkpoint, historyFloor: number } }
  }
  const pruned = pruneOps(head, number, state.checkpoint)
  for (const op of pruned.ops) writer.ops.push(op)
  return { ops: writer.ops, state: { checkpoint, historyFloor: pruned.historyFloor } }
}

/** Empty stands for none, before and after. */
function write(writer: Writer, key: Uint8Array, before: Uint8Array, after: Uint8Array): void {
  writer.ops.push(after.length === 0 ? { type: 'del', key } : { type: 'put', key, value: after })
  if (writer.first) return
  writer.ops.push({ type: 'put', key: tableKey(lane.history, key, writer.suffix), value: before })
  writer.changed.push(key)
}

function checkpointDue(head: HeadState, sealed: SealedState): boolean {
  if (head.head === undefined) return true
  const { checkpointBlocks, checkpointKeys } = head.limits
  const keys = head.changedSinceCheckpoint + sealed.accountsAfter.size + sealed.slotsAfter.size
  return keys >= checkpointKeys || sealed.number - head.lastCheckpoint >= BigInt(checkpointBlocks)
}

function writeCheckpoint(head: HeadState, sealed: SealedState, writer: Writer): { marks: NodeMarks } {
  const marks: NodeMarks = []
  const put = (key: Uint8Array, { before, after }: NodeChange): void => write(writer, key, before ?? EMPTY_BYTES, after ?? EMPTY_BYTES)
  for (const change of collectUnsaved(sealed.accountTrie.root, sealed.accountTrie.removed, marks)) put(accountTrieKey(change.position), change)
  for (const [address, trie] of [...head.storageTries, ...sealed.storageTries]) {
    if (!trie.unsaved || isReplaced(head, sealed, address, trie)) continue
    const owner = ownerKey(address, trie.epoch)
    for (const change of collectUnsaved(trie.root, trie.removed, marks)) put(storageTrieKey(owner, change.position), change)
  }
  return { marks }
}

/** Whether a head's trie was changed again by this block (then that version is written), under the same epoch. */
function isReplaced(head: HeadState, sealed: SealedState, address: string, trie: unknown): boolean {
  const later = sealed.storageTries.get(address)
  const earlier = head.storageTries.get(address)
  return trie === earlier && later !== undefined && later.epoch === earlier?.epoch
}
