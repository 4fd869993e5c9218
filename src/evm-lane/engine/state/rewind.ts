// Owns: the operations that undo the newest blocks of the state, from history.
// Does not own: undoing the chain's own data, or reloading (lane-state).
// Called by: lane-state.

import type { BlockNumber } from '../../../primitives.js'
import { metaKey, u64 } from '../../../schema.js'
import type { StoreOp } from '../../../store/store.js'
import type { HeadState } from './head-state.js'
import { blockStateKey, changesKey, decodeChanges, historyKey } from './history.js'
import { EMPTY_BYTES } from './records.js'

/** Newest block first, so that the oldest change of a key is applied last. The trie nodes go back to the checkpoint at or below the target. */
export async function rewindOps(state: HeadState, toBlock: BlockNumber): Promise<StoreOp[]> {
  const ops: StoreOp[] = []
  for (let number = state.head?.number ?? toBlock; number > toBlock; number--) {
    const list = (await state.store.get(changesKey(number))) ?? EMPTY_BYTES
    const keys = decodeChanges(list)
    const before = await state.store.getMany(keys.map((key) => historyKey(key, number)))
    keys.forEach((key, i) => {
      const value = before[i] ?? EMPTY_BYTES
      ops.push(value.length === 0 ? { type: 'del', key } : { type: 'put', key, value }, { type: 'del', key: historyKey(key, number) })
    })
    ops.push({ type: 'del', key: changesKey(number) }, { type: 'del', key: blockStateKey(number) })
  }
  ops.push({ type: 'put', key: metaKey('stateHead'), value: u64(toBlock) })
  return ops
}
