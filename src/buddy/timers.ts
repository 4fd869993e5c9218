// Owns: the clock of the shell, and the timers that the core armed, by height.
// Does not own: how long anything takes (core, limits.ts).
// Called by: the runner, the TCP transport; tests put their own time in.

import type { TimerId } from './core/types.js'

export type Timers = {
  /** Runs once after the delay; the answer cancels it. */
  after: (delayMs: number, run: () => void) => () => void
}

export const systemTimers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

export type ArmedTimers = {
  arm: (id: TimerId, delayMs: number) => void
  /** Heights up to this one are done: their timers would only be looked at and thrown away. */
  forget: (height: bigint) => void
  clear: () => void
}

export function createArmedTimers(timers: Timers, fire: (id: TimerId) => void): ArmedTimers {
  const armed = new Map<() => void, bigint>()
  const drop = (wanted: (height: bigint) => boolean): void => {
    for (const [cancel, height] of armed) {
      if (!wanted(height)) continue
      cancel()
      armed.delete(cancel)
    }
  }
  return {
    arm: (id, delayMs) => {
      const cancel = timers.after(delayMs, () => {
        armed.delete(cancel)
        fire(id)
      })
      armed.set(cancel, id.height)
    },
    forget: (height) => drop((of) => of <= height),
    clear: () => drop(() => true),
  }
}
