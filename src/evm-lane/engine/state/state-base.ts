// Owns: what a StateView stands on: a block of the lane, or another view.
// Does not own: any implementation (block-base, state-view).
// Called by: state-view.

import type { StateKey } from './keys.js'
import type { AccountRecord } from './records.js'

/**
 * Reads are synchronous. A base that has to wait for the store (a block older than the window in memory) says so through `load...`:
 * the promise settles once the synchronous read of the same key works. undefined = nothing to wait for.
 */
export interface StateBase {
  account(address: StateKey): AccountRecord | undefined
  /** Without leading zeros; empty when the slot or the account does not exist. */
  slot(address: StateKey, slot: StateKey): Uint8Array
  /** Empty for the hash of empty code. */
  code(codeHash: Uint8Array): Uint8Array
  loadAccount(address: StateKey): Promise<void> | undefined
  loadSlot(address: StateKey, slot: StateKey): Promise<void> | undefined
}
