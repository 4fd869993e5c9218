// Owns: waiting until a transaction that was admitted stands in a block.
// Called by: handlers/wallet.ts.

import { AppError } from '../../errors.js'
import type { LaneClient } from '../../evm-lane/client.js'
import type { Hash32 } from '../../primitives.js'

/** Resolves when a block holds the transaction, or when the time is up (L3: a bounded wait). */
export function waitMined(lane: LaneClient, hash: Hash32, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let asking = false
    let again = false
    const finish = (settle: () => void): void => {
      off()
      clearTimeout(timer)
      settle()
    }
    const ask = (): void => {
      // A head that comes while the question is open may be the one that holds it.
      if (asking) return void (again = true)
      asking = true
      again = false
      lane.call('receipt', { hash }).then(
        (receipt) => {
          asking = false
          if (receipt !== null) finish(resolve)
          else if (again) ask()
        },
        (error: unknown) => finish(error instanceof AppError ? resolve : () => reject(error as Error)),
      )
    }
    const off = lane.on('head', ask)
    const timer = setTimeout(() => finish(resolve), timeoutMs)
    ask()
  })
}
