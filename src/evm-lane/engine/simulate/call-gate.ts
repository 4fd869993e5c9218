// Owns: how many simulations of a lane are in flight at once, and the short queue before them.
// Called by: simulator.

import { AppError } from '../../../errors.js'
import { patienceMs } from '../../deadlines.js'

/** Callers waiting per simulation in flight; beyond that they are told so. A few dozen clients with batches of reads have hundreds. */
const waitingPerSlot = 128
export class CallGate {
  private readonly inFlightMax: number
  private readonly nowMs: () => number
  private readonly waiting: (() => void)[] = []
  private inFlight = 0

  constructor(inFlightMax: number, nowMs: () => number = () => performance.now()) {
    this.inFlightMax = inFlightMax
    this.nowMs = nowMs
  }

  /** @throws AppError 'busy' when the queue is full or the wait too long, and what the task throws. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const begunMs = this.nowMs()
    if (this.inFlight >= this.inFlightMax) await this.turn()
    else this.inFlight++
    try {
      // Its caller gives up before it could be answered, and others wait behind it.
      if (this.nowMs() - begunMs > patienceMs) throw new AppError('busy', 'the calls before this one on this chain took too long')
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
