// Owns: when the journal forgets the blocks of a batch that is committed everywhere: once they are on the disk of every lane, not only with the operating system (S11).
// Does not own: the rows (journal.ts).
// Called by: coordinator.ts.

import { errorText } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { Journal } from './journal.js'
import type { HyperLog } from './log.js'

/** Batches that end meanwhile share one sync of each lane. */
const everyMs = 500

export type JournalCleanerOptions = { journal: Pick<Journal, 'complete'>; lanes: ReadonlyMap<number, LaneClient>; log: HyperLog }

export class JournalCleaner {
  readonly #options: JournalCleanerOptions
  /** Batch → lanes that have a block of it. */
  readonly #waiting = new Map<number, readonly number[]>()
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> | null = null

  constructor(options: JournalCleanerOptions) {
    this.#options = options
  }

  /** Every lane has its block. */
  add({ batch, lanes }: { batch: number; lanes: readonly number[] }): void {
    this.#waiting.set(batch, lanes)
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
    if (this.#waiting.size === 0) return
    // What comes while the lanes sync is not covered by it.
    const waiting = [...this.#waiting]
    const lanes = [...new Set(waiting.flatMap(([, of]) => of))]
    const synced = new Set((await Promise.all(lanes.map((chainId) => this.#sync(chainId)))).flatMap((done, i) => (done ? [lanes[i]] : [])))
    // A lane that is away is asked again: its blocks may be needed.
    const done = waiting.flatMap(([batch, of]) => (of.every((chainId) => synced.has(chainId)) ? [batch] : []))
    if (done.length === 0) return
    try {
      await journal.complete(done)
      for (const batch of done) this.#waiting.delete(batch)
    } catch (error) {
      log('warn', `session journal: ${errorText(error)}`)
    }
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
