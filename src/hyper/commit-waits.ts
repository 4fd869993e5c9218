// Owns: those who wait until every lane has its block of a session: each lane shows its own as soon as it is written.
// Does not own: which sessions are being committed (core/state.ts).
// Called by: coordinator.ts.

import type { Hash32 } from '../primitives.js'
import { bareHex } from '../primitives.js'

export type CommitWaitsOptions = {
  /** Some lane may not have its block of the session yet. */
  isCommitting: (id: Hash32) => boolean
  /** A lane that is away gets its block when it is back: nobody waits so long. */
  waitMs: number
}

export class CommitWaits {
  readonly #options: CommitWaitsOptions
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(options: CommitWaitsOptions) {
    this.#options = options
  }

  /** Settles when every lane has its block of the session, when none is under way, or when the time is up. */
  wait(id: Hash32): Promise<void> {
    const { isCommitting, waitMs } = this.#options
    if (!isCommitting(id)) return Promise.resolve()
    const key = bareHex(id)
    const waiting = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, waiting)
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        waiting.delete(end)
        if (waiting.size === 0) this.#waiting.delete(key)
        resolve()
      }
      const timer = setTimeout(end, waitMs)
      waiting.add(end)
    })
  }

  finished(id: Hash32): void {
    for (const end of this.#waiting.get(bareHex(id)) ?? []) end()
  }

  stop(): void {
    for (const waiting of this.#waiting.values()) for (const end of waiting) end()
  }
}
