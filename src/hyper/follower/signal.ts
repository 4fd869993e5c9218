// Owns: waiting for something to happen, or for a while; what happens while nobody waits is remembered.
// Called by: lane-follower.ts. One waiter at a time.

export class Signal {
  #fired = false
  #resolve: (() => void) | null = null

  fire(): void {
    this.#fired = true
    this.#resolve?.()
  }

  /** Settles when it was fired since the last wait, or after `timeoutMs`; null waits for ever. */
  async wait(timeoutMs: number | null): Promise<void> {
    if (!this.#fired) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
        if (timeoutMs !== null) timer = setTimeout(resolve, timeoutMs)
      })
      clearTimeout(timer)
      this.#resolve = null
    }
    this.#fired = false
  }
}
