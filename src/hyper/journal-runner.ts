// Owns: what the decision maker wants of the journal, executed; when a write fails, certainty about what is on disk.
// Does not own: the rows (journal.ts).
// Called by: coordinator.ts.

import { errorText } from '../errors.js'
import type { StoreOp } from '../store/store.js'
import type { BatchRecord, Input } from './core/types.js'
import type { Journal } from './journal.js'
import type { HyperLog } from './log.js'

export type JournalRunner = { write: (record: BatchRecord, more: MoreRows) => void; idle: () => Promise<void> }

/** Rows of others that belong to the same write, and what brings them back. */
export type MoreRows = { apply: StoreOp[]; revert: StoreOp[] }

const eraseAgainMs = 500

/** `onDurable`: before any lane is told to commit. */
export function createJournalRunner(
  journal: Journal,
  feed: (input: Input) => void,
  onDurable: (record: BatchRecord) => void,
  log: HyperLog,
): JournalRunner {
  const running = new Set<Promise<void>>()
  const track = (work: Promise<void>): void => {
    running.add(work)
    void work.finally(() => running.delete(work))
  }

  /** A record that may or may not be there would be neither committed nor undone; lanes of the batch wait until it is certain. */
  const erase = async (record: BatchRecord, more: MoreRows): Promise<void> => {
    try {
      await journal.erase(record, more.revert)
      feed({ kind: 'journalFailed', batch: record.batch })
    } catch (error) {
      log('error', `session journal: batch ${record.batch} is in doubt: ${errorText(error)}`)
      setTimeout(() => track(erase(record, more)), eraseAgainMs).unref()
    }
  }

  const write = async (record: BatchRecord, more: MoreRows): Promise<void> => {
    try {
      await journal.write(record, more.apply)
    } catch (error) {
      log('error', `session journal: cannot write batch ${record.batch}: ${errorText(error)}`)
      return erase(record, more)
    }
    onDurable(record)
    feed({ kind: 'journaled', batch: record.batch })
  }

  return {
    write: (record, more) => track(write(record, more)),
    idle: async () => {
      await Promise.all(running)
    },
  }
}
