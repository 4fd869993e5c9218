// Owns: records on their way to the disk: those of several steps go in one write.
// Does not own: the log (wal.ts) or what waits for it (runner.ts).
// Called by: runner.ts.

import type { WalRecord } from './core/types.js'
import type { BuddyStore } from './wal.js'

export type LogWriter = {
  add: (record: WalRecord) => void
  /** True while something is not on disk yet. */
  dirty: () => boolean
  /** Everything added so far is durable when it settles. */
  flush: () => Promise<void>
}

export function createLogWriter(store: BuddyStore): LogWriter {
  let waiting: WalRecord[] = []
  return {
    add: (record) => void waiting.push(record),
    dirty: () => waiting.length > 0,
    flush: async () => {
      const records = waiting
      waiting = []
      if (records.length > 0) await store.append(records)
    },
  }
}
