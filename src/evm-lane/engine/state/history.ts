// Owns: how the store remembers what a block replaced: history keys, the list of changed keys of a block, versioned reads of raw values.
// Does not own: the undo layers in memory (head-state) or when history is dropped (prune).
// Called by: seal, block-base, proof, prune.

import { AppError } from '../../../errors.js'
import type { BlockNumber } from '../../../primitives.js'
import { lane, readU64, tableKey, u64 } from '../../../schema.js'
import type { Store } from '../../../store/store.js'

/** `key` is a full store key, table prefix first. Keys of one table never begin with one another, so entries of a key lie together. */
export function historyKey(key: Uint8Array, block: BlockNumber): Uint8Array {
  return tableKey(lane.history, key, u64(block))
}

export function changesKey(block: BlockNumber): Uint8Array {
  return tableKey(lane.changes, u64(block))
}

/** Each key as u16 length ‖ bytes. */
export function encodeChanges(keys: Uint8Array[]): Uint8Array {
  let length = 0
  for (const key of keys) length += 2 + key.length
  const out = new Uint8Array(length)
  let at = 0
  for (const key of keys) {
    out[at++] = key.length >> 8
    out[at++] = key.length & 0xff
    out.set(key, at)
    at += key.length
  }
  return out
}

export function decodeChanges(bytes: Uint8Array): Uint8Array[] {
  const keys: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
    keys.push(bytes.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  if (at !== bytes.length) throw new AppError('store-corrupt', 'a list of changes does not end with a key')
  return keys
}

/** The value of a key before the first block after `block` that changed it (empty = none); undefined when no later block in the store did. */
export async function valueBeforeNextChange(store: Store, key: Uint8Array, block: BlockNumber): Promise<Uint8Array | undefined> {
  const range = { gt: historyKey(key, block), lte: historyKey(key, 0xffff_ffff_ffff_ffffn), limit: 1 }
  let found: Uint8Array | undefined
  for await (const [, value] of store.iterate(range)) found = value
  return found
}

export type BlockState = { stateRoot: Uint8Array; checkpoint: BlockNumber }

export function blockStateKey(block: BlockNumber): Uint8Array {
  return tableKey(lane.blockState, u64(block))
}

export function encodeBlockState(state: BlockState): Uint8Array {
  const out = new Uint8Array(40)
  out.set(state.stateRoot)
  out.set(u64(state.checkpoint), 32)
  return out
}

export function decodeBlockState(bytes: Uint8Array): BlockState {
  if (bytes.length !== 40) throw new AppError('store-corrupt', `a block state record has ${bytes.length} bytes, not 40`)
  return { stateRoot: bytes.slice(0, 32), checkpoint: readU64(bytes, 32) }
}
