// The one source of chance of a simulated history: sfc32, seeded by a number. Cores never see it, only what it draws.

export type Prng = {
  /** In [0, 1). */
  next: () => number
  /** In [0, bound). */
  below: (bound: number) => number
  chance: (probability: number) => boolean
  pick: <T>(from: readonly T[]) => T
  between: (low: number, high: number) => number
  shuffled: <T>(from: readonly T[]) => T[]
}

export function createPrng(seed: number): Prng {
  let a = 0x9e3779b9
  let b = seed >>> 0
  let c = Math.floor(seed / 0x1_0000_0000) | 0
  let counter = 1
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < 12; i++) word()
  const next = (): number => word() / 0x1_0000_0000
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    between: (low, high) => low + next() * (high - low),
    shuffled: (from) => {
      const out = [...from]
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1)
        ;[out[i], out[j]] = [out[j] as (typeof out)[number], out[i] as (typeof out)[number]]
      }
      return out
    },
  }
}
