// Owns: dropping history that no kept block needs, a few blocks at a time, in the batch of a new block.
// Does not own: refusing reads of pruned blocks (block-base).
// Called by: seal-ops.

import type { BlockNumber } from '../../../primitives.js'
import { metaKey, u64 } from '../../../schema.js'
import type { StoreOp } from '../../../store/store.js'
import type { HeadState } from './head-state.js'
import { blockStateKey, changesKey, decodeBlockState, decodeChanges, historyKey } from './history.js'

/** Twice the speed at which blocks come would do; more catches up after the setting was lowered. */
const PRUNED_BLOCKS_MAX = 4

/**
 * Entries of block n say what n replaced, so blocks before n need them. The oldest kept block is head − N; its proofs start from the
 * trie checkpoint at or below it, so everything up to that checkpoint can go.
 */
export function pruneOps(head: HeadState, number: BlockNumber, newCheckpoint: BlockNumber): { ops: StoreOp[]; historyFloor: BlockNumber } {
  const { historyBlocks } = head.limits
  const ops: StoreOp[] = []
  if (historyBlocks === undefined) return { ops, historyFloor: head.historyFloor }
  const target = pruneTarget(head, number - BigInt(historyBlocks), number, newCheckpoint)
  let floor = head.historyFloor
  for (let i = 0; i < PRUNED_BLOCKS_MAX && floor < target; i++) {
    floor++
    const changes = head.store.getSync(changesKey(floor))
    if (changes === undefined) continue
    for (const key of decodeChanges(changes)) ops.push({ type: 'del', key: historyKey(key, floor) })
    ops.push({ type: 'del', key: changesKey(floor) }, { type: 'del', key: blockStateKey(floor - 1n) })
  }
  if (ops.length > 0) ops.push({ type: 'put', key: metaKey('historyFloor'), value: u64(floor) })
  return { ops, historyFloor: floor }
}

function pruneTarget(head: HeadState, oldest: BlockNumber, number: BlockNumber, newCheckpoint: BlockNumber): BlockNumber {
  if (oldest <= head.historyFloor) return head.historyFloor
  if (oldest === number) return newCheckpoint
  const kept = head.store.getSync(blockStateKey(oldest))
  // Not durable yet: a later block prunes it.
  return kept === undefined ? head.historyFloor : decodeBlockState(kept).checkpoint
}
