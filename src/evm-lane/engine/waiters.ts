// Owns: callers who wait until a block holds their transaction (L3, EIP-7966), each with its own deadline.
// Called by: handlers (wait), engine (a block was committed).

import type { Clock } from './producer.js'

type Waiter = { settle: (mined: boolean) => void }

export class Waiters {
  private readonly clock: Clock
  private readonly byTx = new Map<string, Set<Waiter>>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** true once a block holds the transaction, false when timeoutMs pass first. */
  wait(hashKey: string, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        settle: (mined) => {
          cancel()
          const set = this.byTx.get(hashKey)
          set?.delete(waiter)
          if (set?.size === 0) this.byTx.delete(hashKey)
          resolve(mined)
        },
      }
      const cancel = this.clock.after(timeoutMs, () => waiter.settle(false))
      const set = this.byTx.get(hashKey)
      if (set === undefined) this.byTx.set(hashKey, new Set([waiter]))
      else set.add(waiter)
    })
  }

  mined(hashKeys: Iterable<string>): void {
    if (this.byTx.size === 0) return
    for (const key of hashKeys) for (const waiter of [...(this.byTx.get(key) ?? [])]) waiter.settle(true)
  }

  /** Nobody waits any longer: the lane stops. */
  close(): void {
    for (const set of [...this.byTx.values()]) for (const waiter of [...set]) waiter.settle(false)
  }
}
