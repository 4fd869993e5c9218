// Owns: when the journal forgets the blocks of a batch that is committed everywhere: once they are on the disk of every lane, not only with the operating system (S11).
// Does not own: the rows (journal.ts).
// Called by: coordinator.ts.

import { errorText } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { Journal } from './journal.js'
import type { HyperLog } from './log.js'

/** Batches that end meanwhile share one sync of each lane. */
const everyMs = 500

export type JournalCleanerOptions = { journal: Pick<Journal, 'lanesOf' | 'complete'>; lanes: ReadonlyMap<number, LaneClient>; log: HyperLog }

export class JournalCleaner {
  readonly #options: JournalCleanerOptions
  readonly #waiting = new Set<number>()
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> | null = null

  constructor(options: JournalCleanerOptions) {
    this.#options = options
  }

  /** Every lane has its block. */
  add(batch: number): void {
    this.#waiting.add(batch)
    this.#later()
  }

  /** Cleans once more: the next start may be with fewer lanes, and must not be asked for one that has nothing to do any more. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#running
    await this.#clean()
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#running = this.#clean().finally(() => {
        this.#running = null
        if (this.#waiting.size > 0) this.#later()
      })
    }, everyMs).unref()
  }

  async #clean(): Promise<void> {
    const { journal, log } = this.#options
    const syncs = new Map<number, Promise<boolean>>()
    const isSynced = (chainId: number): Promise<boolean> => {
      const sync = syncs.get(chainId) ?? this.#sync(chainId)
      syncs.set(chainId, sync)
      return sync
    }
    const cleanOne = async (batch: number): Promise<void> => {
      try {
        const synced = await Promise.all((await journal.lanesOf(batch)).map(isSynced))
        // A lane that is away is asked again: its blocks may be needed.
        if (!synced.every(Boolean)) return
        await journal.complete(batch)
        this.#waiting.delete(batch)
      } catch (error) {
        log('warn', `session journal: ${errorText(error)}`, { batch })
      }
    }
    await Promise.all([...this.#waiting].map(cleanOne))
  }

  async #sync(chainId: number): Promise<boolean> {
    const lane = this.#options.lanes.get(chainId)
    if (lane === undefined) return false
    try {
      await lane.call('syncStore', {})
      return true
    } catch {
      return false
    }
  }
}
