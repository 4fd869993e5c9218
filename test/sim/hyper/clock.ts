// Owns: virtual time and the one generator of a simulated run; nothing happens but what was scheduled here.
// Called by: world.ts, toy-lane.ts.

export type Prng = { below: (bound: number) => number; chance: (oneIn: number) => boolean; pick: <T>(items: readonly T[]) => T }

/** mulberry32, silent: thousands of seeds run in one test. */
export function prng(seed: number): Prng {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    below,
    chance: (oneIn) => below(oneIn) === 0,
    pick: (items) => {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
  }
}

type Event = { at: number; order: number; run: () => void }

export class Clock {
  now = 0
  /** Mixed from every event's time and order: the same seed gives the same. */
  hash = 0
  #order = 0
  readonly #events: Event[] = []

  after(ms: number, run: () => void): void {
    const event = { at: this.now + ms, order: this.#order++, run }
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >> 1
      // Latest first, so that the next one is taken from the end.
      if ((this.#events[middle] as Event).at > event.at) low = middle + 1
      else high = middle
    }
    this.#events.splice(low, 0, event)
  }

  /** False when nothing is left to happen. */
  step(): boolean {
    const event = this.#events.pop()
    if (event === undefined) return false
    this.now = event.at
    this.hash = (Math.imul(this.hash, 31) + event.at * 7 + event.order) | 0
    event.run()
    return true
  }
}
