// Owns: all balances of a state added up, and what a block's history says balances were before it.
// Does not own: the running sum of a lane that works (seal.ts gives each block's difference).
// Called by: facts/backfill.ts through lane-state; tests that check the running sum.

import { lane, tableRange } from '../../../schema.js'
import type { Store } from '../../../store/store.js'
import { changesKey, decodeChanges, historyKey } from './history.js'
import { keyOf, type StateKey } from './keys.js'
import { decodeRecord, EMPTY_BYTES } from './records.js'

/** Walks over every account of the head. */
export async function sumOfBalances(store: Store): Promise<bigint> {
  let sum = 0n
  for await (const [, value] of store.iterate(tableRange(lane.accounts))) sum += decodeRecord(value).balance
  return sum
}

/** Of the accounts that a block changed; 0 for those it made. Empty when its history is gone. */
export async function balancesBefore(store: Store, block: bigint): Promise<Map<StateKey, bigint>> {
  const balances = new Map<StateKey, bigint>()
  const list = await store.get(changesKey(block))
  const keys = decodeChanges(list ?? EMPTY_BYTES).filter((key) => key[0] === lane.accounts.prefix)
  const values = await store.getMany(keys.map((key) => historyKey(key, block)))
  keys.forEach((key, i) => {
    const value = values[i] ?? EMPTY_BYTES
    balances.set(keyOf(key.subarray(1)), value.length === 0 ? 0n : decodeRecord(value).balance)
  })
  return balances
}
