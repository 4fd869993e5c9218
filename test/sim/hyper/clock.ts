// Owns: virtual time of a simulated run; nothing happens but what was scheduled here.
// Called by: world.ts, toy-lane.ts.

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
