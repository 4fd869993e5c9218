// Owns: the wall-clock limit of one simulation and its turns on the lane's thread.
// Does not own: where in the EVM it is asked (watched-evm.ts).
// Called by: watched-evm, run-message.

import { AppError } from '../../../errors.js'

/** Wall time of one turn: what a simulation may hold up block production and other calls (L7). */
const turnMs = 4
/** Watched opcodes between two looks at the clock; one takes about a microsecond with what stands between it and the next. */
const ticksPerLook = 32

export class Deadline {
  private readonly limitMs: number
  private readonly at: number
  private turnEnd: number
  private readonly nowMs: () => number
  private ticks = 0

  constructor(limitMs: number, nowMs: () => number = () => performance.now()) {
    this.limitMs = limitMs
    this.nowMs = nowMs
    const now = nowMs()
    this.at = now + limitMs
    this.turnEnd = now + turnMs
  }

  /** To be called often. A promise: await it, others have their turn meanwhile. @throws AppError 'timeout'. */
  tick(): Promise<void> | undefined {
    if (++this.ticks < ticksPerLook) return undefined
    this.ticks = 0
    const now = this.nowMs()
    if (now >= this.at) throw this.expired()
    return now < this.turnEnd ? undefined : this.yieldTurn()
  }

  private async yieldTurn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    const now = this.nowMs()
    if (now >= this.at) throw this.expired()
    this.turnEnd = now + turnMs
  }

  private expired(): AppError {
    return new AppError('timeout', `execution aborted (timeout = ${goDuration(this.limitMs)})`)
  }
}

/** As geth prints a time limit. */
function goDuration(ms: number): string {
  return ms < 1_000 ? `${ms}ms` : `${ms / 1_000}s`
}
