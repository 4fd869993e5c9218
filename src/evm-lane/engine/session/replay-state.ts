// Owns: comparing the state that a replayed block leaves with the one that is stored, key by key, also far below the head.
// Does not own: reading old values (state/), the replay (replay.ts).
// Called by: replay.ts.

import { bareHex, equalBytes } from '../../../primitives.js'
import type { Bytes } from '../../../primitives.js'
import { beaconRootsAddress, blockHashesAddress } from '../block-execution.js'
import { PORTAL, SYSTEM } from '../portal/addresses.js'
import { queueSlots, requestAccounts } from '../requests.js'
import { bytesOf, keyOf, type StateKey } from '../state/keys.js'
import type { ChangedKeys } from '../state/lane-state.js'
import type { AccountRecord } from '../state/records.js'
import type { StateView } from '../state/state-view.js'

/** What a block reads synchronously before or beside the EVM, in which everything may wait for the store. */
const readAtOnce: readonly Bytes[] = [beaconRootsAddress, blockHashesAddress, PORTAL, SYSTEM, ...requestAccounts]

/** Brings into the view what the replay, or the comparison, reads of it at once. */
export async function loadChanged(view: StateView, { accounts, slots }: ChangedKeys, coinbase: Bytes): Promise<void> {
  for (const address of [...readAtOnce, coinbase]) await view.loadAccount(keyOf(address))
  for (const address of requestAccounts) for (const slot of queueSlots) await view.loadSlot(keyOf(address), keyOf(slot))
  for (const address of accounts) await view.loadAccount(address)
  for (const [owner, keys] of slots) for (const slot of keys) await view.loadSlot(addressOf(owner), slot)
}

/** The first thing that is not stored as the replay wrote it, or was changed without it; null: nothing. `changed`: what the store says the block changed. */
export async function firstDifference(replayed: StateView, recorded: StateView, changed: ChangedKeys): Promise<string | null> {
  const { accounts, slots } = replayed.overlay
  for (const [address, account] of accounts) {
    await recorded.loadAccount(address)
    if (!sameValues(account, recorded.account(address))) return `another account ${hex(address)}`
  }
  for (const [address, { values }] of slots) {
    if (replayed.account(address) === undefined) continue
    for (const [slot, value] of values) {
      await recorded.loadSlot(address, slot)
      if (!equalBytes(recorded.slot(address, slot), value)) return `another value in slot ${hex(slot)} of account ${hex(address)}`
    }
  }
  for (const address of changed.accounts) if (!accounts.has(address) && !slots.has(address)) return `a change of account ${hex(address)}`
  for (const [owner, keys] of changed.slots) {
    const written = slots.get(addressOf(owner))
    for (const slot of keys) if (written?.values.has(slot) !== true) return `a change of slot ${hex(slot)} of account ${hex(addressOf(owner))}`
  }
  return null
}

/** Storage roots are not compared: slots are. */
function sameValues(a: AccountRecord | undefined, b: AccountRecord | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.nonce === b.nonce && a.balance === b.balance && equalBytes(a.codeHash, b.codeHash)
}

/** Of an owner of slots: address ‖ epoch. */
function addressOf(owner: StateKey): StateKey {
  return owner.slice(0, 20)
}

function hex(key: StateKey): string {
  return `0x${bareHex(bytesOf(key))}`
}
