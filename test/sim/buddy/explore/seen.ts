// A set of places of a history, each packed into a double: JavaScript's own Set ends at sixteen million.

export type Seen = { add: (states: readonly number[], left: number) => boolean; size: () => number }

const firstCapacity = 1 << 16

export function createSeen(): Seen {
  let table = new Float64Array(firstCapacity)
  let size = 0
  const place = (key: number): number => {
    const mask = table.length - 1
    const [high, low] = [Math.floor(key / 0x1_0000_0000), key >>> 0]
    let at = Math.imul(Math.imul(high ^ 0x9e37_79b9, 0x85eb_ca6b) ^ low, 0xc2b2_ae35)
    at = (at ^ (at >>> 15)) & mask
    while (table[at] !== 0 && table[at] !== key) at = (at + 1) & mask
    return at
  }
  const grow = (): void => {
    const old = table
    table = new Float64Array(2 * old.length)
    for (const key of old) if (key !== 0) table[place(key)] = key
  }
  return {
    size: () => size,
    add: (states, left) => {
      const key = packed(states, left)
      const at = place(key)
      if (table[at] === key) return false
      table[at] = key
      if (++size * 2 > table.length) grow()
      return true
    },
  }
}

/** Never 0, which marks an empty place. A double holds 53 bits: 16 for each of three Buddies or 12 of four, and crashes left. */
function packed(states: readonly number[], left: number): number {
  const base = states.length > 3 ? 2 ** 12 : 2 ** 16
  let key = 8 + left
  for (const state of states) {
    if (state >= base) throw new RangeError(`a Buddy has more than ${base} states`)
    key = key * base + state
  }
  return key
}
