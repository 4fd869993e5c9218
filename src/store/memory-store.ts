// Owns: the Store without a disk, for tests and lanes that live in one thread for a short time.
// Does not own: durability; everything is gone with the object.
// Called by: tests, in-thread lanes.

import { AppError } from '../errors.js'
import { compareBytes, type Store, type StoreEntry, type StoreOp, type StoreRange } from './store.js'

/** Keys are latin1 strings inside: their order is the order of the bytes. The sorted list is rebuilt only when a scan follows a change. */
export class MemoryStore implements Store {
  readonly #values = new Map<string, StoreEntry>()
  #sorted: StoreEntry[] | undefined = []
  #open = true

  getSync(key: Uint8Array): Uint8Array | undefined {
    this.#assertOpen()
    return this.#values.get(nameOf(key))?.[1]
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.getSync(key)
  }

  async getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return keys.map((key) => this.getSync(key))
  }

  async batch(ops: StoreOp[]): Promise<void> {
    this.#assertOpen()
    for (const op of ops) {
      const name = nameOf(op.key)
      const known = this.#values.get(name)
      if (op.type === 'del') {
        if (known !== undefined) this.#sorted = undefined
        this.#values.delete(name)
      } else if (known === undefined) {
        this.#values.set(name, [op.key.slice(), op.value.slice()])
        this.#sorted = undefined
      } else {
        // A new pair instead of a changed one, so that a running scan keeps what it began with.
        this.#values.set(name, [known[0], op.value.slice()])
        this.#sorted = undefined
      }
    }
  }

  async sync(): Promise<void> {
    this.#assertOpen()
  }

  async *iterate(range: StoreRange): AsyncGenerator<StoreEntry> {
    this.#assertOpen()
    this.#sorted ??= [...this.#values.values()].sort((a, b) => compareBytes(a[0], b[0]))
    const entries = this.#sorted
    const from = range.gte !== undefined ? firstAtLeast(entries, range.gte) : range.gt !== undefined ? firstAbove(entries, range.gt) : 0
    const to = range.lt !== undefined ? firstAtLeast(entries, range.lt) : range.lte !== undefined ? firstAbove(entries, range.lte) : entries.length
    const limit = range.limit === undefined || range.limit < 0 ? Infinity : range.limit
    const count = Math.min(limit, to - from)
    for (let i = 0; i < count; i++) {
      const entry = entries[range.reverse === true ? to - 1 - i : from + i]
      if (entry !== undefined) yield entry
    }
  }

  async close(): Promise<void> {
    this.#open = false
  }

  #assertOpen(): void {
    if (!this.#open) throw new AppError('store-failed', 'store is closed')
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
}

function firstAtLeast(entries: StoreEntry[], key: Uint8Array): number {
  return firstIndex(entries, (candidate) => compareBytes(candidate, key) >= 0)
}

function firstAbove(entries: StoreEntry[], key: Uint8Array): number {
  return firstIndex(entries, (candidate) => compareBytes(candidate, key) > 0)
}

function firstIndex(entries: StoreEntry[], reached: (key: Uint8Array) => boolean): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    const entry = entries[middle]
    if (entry !== undefined && reached(entry[0])) high = middle
    else low = middle + 1
  }
  return low
}
