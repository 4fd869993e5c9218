// Owns: going back to an earlier moment of an EVM in the middle of a transaction: state, transient storage and warm sets together.
// Does not own: when that is called for (lane-run.ts).
// Called by: lane-run.ts, the builder's local attempt. The library can undo only its innermost frame; a cross-lane call is undone after its frame is gone (S3).

import type { EVM } from '@ethereumjs/evm'
import type { EvmSlot } from '../evm-slot.js'
import type { Savepoint, StateView } from '../state/state-view.js'

export type EvmSavepoint = { state: Savepoint; transient: number; transientFrames: number; journal: number; journalHeight: number }

/** The parts of the library's objects that are read here; checked at run time by a test against this version. */
type Transient = { _changeJournal: unknown[]; _indices: number[]; revert(): void }
type JournalDiff = [height: number, diff: [addresses: Set<string>, slots: Map<string, Set<string>>, touched: Set<string>]]
type Journal = { journalDiff: JournalDiff[]; journalHeight: number; journal: Map<string, Set<string>>; touched: Set<string> }

const inside = (evm: EVM): { transient: Transient; journal: Journal } => ({
  transient: evm.transientStorage as unknown as Transient,
  journal: evm.journal as unknown as Journal,
})

export function savepoint(slot: EvmSlot, view: StateView): EvmSavepoint {
  const { transient, journal } = inside(slot.evm)
  // What comes next is recorded in entries of its own, so that it can be told from what came before.
  journal.journalDiff.push([journal.journalHeight, [new Set(), new Map(), new Set()]])
  return {
    state: view.savepoint(),
    transient: transient._changeJournal.length,
    transientFrames: transient._indices.length,
    journal: journal.journalDiff.length - 1,
    journalHeight: journal.journalHeight,
  }
}

/** Nothing is done twice: what the EVM has undone itself since is left alone. */
export function restore(slot: EvmSlot, view: StateView, to: EvmSavepoint): void {
  const { transient, journal } = inside(slot.evm)
  view.restore(to.state)
  if (transient._changeJournal.length > to.transient) {
    transient._indices.push(to.transient)
    transient.revert()
  }
  if (transient._indices.length > to.transientFrames) transient._indices.length = to.transientFrames
  if (journal.journalDiff.length <= to.journal) return
  for (const [, [addresses, slots, touched]] of journal.journalDiff.splice(to.journal)) {
    for (const address of addresses) journal.journal.delete(address)
    for (const [address, keys] of slots) for (const key of keys) journal.journal.get(address)?.delete(key)
    for (const address of touched) journal.touched.delete(address)
  }
  journal.journalDiff.push([to.journalHeight, [new Set(), new Map(), new Set()]])
  journal.journalHeight = to.journalHeight
}
