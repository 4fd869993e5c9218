// Owns: token buckets, one per caller.
// Does not own: who a caller is (admission.ts) or the clock (handed in).
// Called by: admission.ts.

type Bucket = { tokens: number; filledAtMs: number }

/** Callers remembered; the one unseen for longest is forgotten first, which can only make it freer. */
const bucketsMax = 100_000

export class RateLimiter {
  readonly #perSecond: number
  readonly #burst: number
  readonly #nowMs: () => number
  readonly #buckets = new Map<string, Bucket>()

  constructor(rate: { perSecond: number; burst: number }, nowMs: () => number) {
    this.#perSecond = rate.perSecond
    this.#burst = rate.burst
    this.#nowMs = nowMs
  }

  /** Takes `cost` tokens. 0: granted; otherwise nothing is taken and the answer is the seconds until it can be. */
  take(caller: string, cost: number): number {
    const bucket = this.#filled(caller)
    // More than a full bucket is granted when the bucket is full: otherwise it never would be.
    const wanted = Math.min(cost, this.#burst)
    if (bucket.tokens < wanted) return (wanted - bucket.tokens) / this.#perSecond
    bucket.tokens -= cost
    return 0
  }

  #filled(caller: string): Bucket {
    const now = this.#nowMs()
    let bucket = this.#buckets.get(caller)
    if (bucket === undefined) {
      bucket = { tokens: this.#burst, filledAtMs: now }
      if (this.#buckets.size >= bucketsMax) this.#buckets.delete(this.#buckets.keys().next().value!)
    } else {
      this.#buckets.delete(caller)
      bucket.tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.filledAtMs) / 1_000) * this.#perSecond)
      bucket.filledAtMs = now
    }
    this.#buckets.set(caller, bucket) // Last in the map's order: the most recently seen.
    return bucket
  }
}
