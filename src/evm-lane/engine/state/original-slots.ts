// Owns: slot values as they were when the running transaction began, for SSTORE gas (EIP-2200).
// Does not own: the moment a transaction ends: @ethereumjs/vm clears it, and so does the end of the outermost checkpoint.
// Called by: the EVM through StateManagerInterface, a fast executor through `original`.

import type { Address } from '@ethereumjs/util'
import { keyOf, type StateKey } from './keys.js'
import type { StateBase } from './state-base.js'

/** Right because SSTORE asks for the original value of a slot before it writes the slot for the first time in a transaction. */
export class OriginalSlots {
  readonly #now: StateBase
  readonly #values = new Map<StateKey, Uint8Array>()

  constructor(now: StateBase) {
    this.#now = now
  }

  original(address: StateKey, slot: StateKey): Uint8Array {
    const key = address + slot
    const known = this.#values.get(key)
    if (known !== undefined) return known
    const value = this.#now.slot(address, slot)
    this.#values.set(key, value)
    return value
  }

  async get(address: Address, key: Uint8Array): Promise<Uint8Array> {
    const addressKey = keyOf(address.bytes)
    const slotKey = keyOf(key)
    const loading = this.#now.loadSlot(addressKey, slotKey)
    if (loading !== undefined) await loading
    return this.original(addressKey, slotKey)
  }

  clear(): void {
    if (this.#values.size > 0) this.#values.clear()
  }
}
