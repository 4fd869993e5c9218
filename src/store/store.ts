// Owns: the interface of an ordered byte store with atomic batches, and the plain types of its operations.
// Does not own: any implementation (level-store, memory-store) or what the keys mean (schema.ts).
// Called by: every owner of durable data; implementations pass test/contract/store.

export type StoreOp = { type: 'put'; key: Uint8Array; value: Uint8Array } | { type: 'del'; key: Uint8Array }

/** Bounds compare bytes as unsigned, shorter first. */
export type StoreRange = {
  gte?: Uint8Array
  gt?: Uint8Array
  lte?: Uint8Array
  lt?: Uint8Array
  reverse?: boolean
  limit?: number
}

export type StoreEntry = [key: Uint8Array, value: Uint8Array]

export interface Store {
  /** Blocks the thread: 6–9 µs on level for a cached block. For hot state only; lists go through `iterate`. */
  getSync(key: Uint8Array): Uint8Array | undefined
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]>
  /**
   * All or nothing, in the order given (the last operation on a key wins). With `sync` it is on disk, not only with the operating
   * system, when the promise settles. Batches started one after another become visible in that order.
   */
  batch(ops: StoreOp[], options?: { sync?: boolean }): Promise<void>
  /** Everything written before is on disk when it settles: it survives a loss of power. */
  sync(): Promise<void>
  /** Entries as they were when the iteration began, in key order. */
  iterate(range: StoreRange): AsyncIterable<StoreEntry>
  close(): Promise<void>
}

/** Unsigned lexicographic order, shorter first: the order of every Store. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

/** The smallest key that is greater than every key beginning with `prefix`; undefined when there is none. */
export function prefixEnd(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length--
  if (length === 0) return undefined
  const end = prefix.slice(0, length)
  end[length - 1] = (end[length - 1] ?? 0) + 1
  return end
}
