// Owns: that there is a sealer: it is opened, and opened anew after it ended.
// Does not own: what it is opened with and what follows from its answers (sealing.ts), the sealer.
// Called by: sealing.ts, and cycles.ts as its sealer.

import { AppError, errorText } from '../errors.js'
import type { LaneFacts } from './core/hyper-facts.js'
import type { Clock } from './cycles.js'
import type { HyperLog } from './log.js'
import type { CycleAt, Sealer } from './sealer.js'

export type SealerKeeperOptions = {
  open: () => Promise<Sealer>
  /** Another one runs, which knows no more than what is stored. */
  onReopened: () => Promise<void>
  againMs: number
  clock: Clock
  log: HyperLog
}

export class SealerKeeper implements Pick<Sealer, 'add' | 'cycle'> {
  readonly #options: SealerKeeperOptions
  #sealer: Sealer | null = null
  #reopening: Promise<void> | null = null
  #stopped = false

  constructor(options: SealerKeeperOptions) {
    this.#options = options
  }

  /** @throws AppError of what the sealer could not open. */
  async open(): Promise<void> {
    this.#sealer = await this.#options.open()
  }

  /** @throws AppError 'busy' while there is none. */
  running(): Sealer {
    if (this.#sealer === null) throw new AppError('busy', 'sealing is being started')
    return this.#sealer
  }

  /** Dropped while there is no sealer: the next one is told everything again. */
  add(facts: LaneFacts): void {
    this.#sealer?.add(facts)
  }

  cycle(at: CycleAt): void {
    this.#sealer?.cycle(at)
  }

  /** The sealer ended by itself: lanes and callers go on meanwhile (L7). */
  ended({ message, code }: AppError): void {
    this.#options.log('error', `sealing stopped: ${message}`, { code })
    this.#sealer = null
    this.#reopening ??= this.#reopen().finally(() => (this.#reopening = null))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#reopening
    await this.#sealer?.stop()
  }

  async #reopen(): Promise<void> {
    const { clock, againMs, log, onReopened } = this.#options
    while (!this.#stopped && this.#sealer === null) {
      await new Promise<void>((resolve) => clock.after(againMs, resolve))
      if (this.#stopped) return
      try {
        await this.open()
        await onReopened()
      } catch (error) {
        log('error', `sealing cannot be started again: ${errorText(error)}`)
      }
    }
  }
}
