// Owns: how many simulations of a lane are in flight at once, and the short queue before them.
// Called by: simulator.

import { AppError } from '../../../errors.js'

/** Callers waiting per simulation in flight; beyond that they are told so. */
const waitingPerSlot = 32

export class CallGate {
  private readonly inFlightMax: number
  private readonly waiting: (() => void)[] = []
  private inFlight = 0

  constructor(inFlightMax: number) {
    this.inFlightMax = inFlightMax
  }

  /** @throws AppError 'busy' when the queue is full, and what the task throws. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.inFlight >= this.inFlightMax) await this.turn()
    else this.inFlight++
    try {
      return await task()
    } finally {
      // A waiter inherits the place, so that nobody overtakes it.
      const next = this.waiting.shift()
      if (next === undefined) this.inFlight--
      else next()
    }
  }

  private turn(): Promise<void> {
    if (this.waiting.length >= this.inFlightMax * waitingPerSlot) throw new AppError('busy', 'too many calls in flight on this chain')
    return new Promise((resolve) => this.waiting.push(resolve))
  }
}
