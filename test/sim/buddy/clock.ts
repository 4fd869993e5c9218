// Virtual time: a heap of things to do, earliest first, those of one instant in the order in which they were planned.

type Entry = { at: number; order: number; run: () => void }

export type Clock = {
  now: () => number
  after: (delayMs: number, run: () => void) => void
  /** Runs what is next; false when nothing is or it is later than `untilMs`. */
  turn: (untilMs: number) => boolean
}

export function createClock(): Clock {
  const heap: Entry[] = []
  let time = 0
  let planned = 0
  return {
    now: () => time,
    after: (delayMs, run) => push(heap, { at: time + Math.max(0, delayMs), order: planned++, run }),
    turn: (untilMs) => {
      const [first] = heap
      if (first === undefined || first.at > untilMs) return false
      pop(heap)
      time = first.at
      first.run()
      return true
    },
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!before(entry, heap[parent] as Entry)) break
    heap[at] = heap[parent] as Entry
    at = parent
  }
  heap[at] = entry
}

function pop(heap: Entry[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++
    if (!before(heap[child] as Entry, last)) break
    heap[at] = heap[child] as Entry
    at = child
  }
  heap[at] = last
}
