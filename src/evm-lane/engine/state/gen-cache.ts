// Owns: a bounded map that forgets what was not used for a while: two generations, the older is dropped when the younger is half the bound.
// Does not own: what is cached.
// Called by: head-state.

/** Cheaper than a list of recency: a hit in the younger half is one map look-up. Values are never undefined. */
export class GenCache<K, V extends {} | null> {
  readonly #half: number
  #young = new Map<K, V>()
  #old = new Map<K, V>()

  constructor(entriesMax: number) {
    this.#half = Math.max(1, entriesMax >> 1)
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: K, value: V): void {
    this.#young.set(key, value)
    if (this.#young.size < this.#half) return
    this.#old = this.#young
    this.#young = new Map()
  }

  clear(): void {
    this.#young = new Map()
    this.#old = new Map()
  }
}
