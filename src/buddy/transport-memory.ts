// Owns: the transport between Buddies of one thread: the same bytes as on a wire, without one.
// Does not own: proof of who speaks; one operator owns all ends.
// Called by: embedded.ts, tests.

import { keyOf } from '../codec/bytes.js'
import { decodeMessage, encodeMessage } from './core/codec.js'
import type { Bytes } from '../codec/bytes.js'
import type { Key, Message } from './core/types.js'
import { createOutQueue } from './out-queue.js'
import type { OutQueue } from './out-queue.js'
import type { Traffic, Transport } from './transport.js'

export type MemoryNetwork = {
  /** The end of one Buddy; ends see each other as long as they are open. `followers` may always connect to it. */
  join: (key: Key, options?: { followers?: readonly Key[] }) => Transport
}

export function createMemoryNetwork(): MemoryNetwork {
  const ends = new Map<string, MemoryEnd>()
  return {
    join: (key, { followers = [] } = {}) => {
      const end = new MemoryEnd(ends, key, followers)
      ends.set(end.name, end)
      return end
    },
  }
}

class MemoryEnd implements Transport {
  readonly key: Key
  readonly name: string
  /** Of the whole network, this one too while it is open. */
  readonly #ends: Map<string, MemoryEnd>
  readonly #followers: ReadonlySet<string>
  readonly #arrived = new Map<string, OutQueue>()
  readonly #traffic: Traffic = { sent: 0, received: 0, dropped: 0, malformed: 0 }
  #validators: ReadonlySet<string> = new Set()
  #listener: ((from: Key, message: Message) => void) | null = null
  #draining: NodeJS.Immediate | null = null

  constructor(ends: Map<string, MemoryEnd>, key: Key, followers: readonly Key[]) {
    this.key = key
    this.name = keyOf(key)
    this.#ends = ends
    this.#followers = new Set(followers.map(keyOf))
  }

  get peers(): readonly Key[] {
    return [...this.#ends.values()].filter((end) => this.#isConnected(end)).map(({ key }) => key)
  }

  send(to: readonly Key[], message: Message): void {
    const bytes = encodeMessage(message)
    for (const key of to) {
      const end = this.#ends.get(keyOf(key))
      if (end === undefined || !this.#isConnected(end)) this.#traffic.dropped++
      else {
        this.#traffic.sent++
        end.#take(this, bytes)
      }
    }
  }

  onMessage(listener: (from: Key, message: Message) => void): void {
    this.#listener = listener
  }

  admit(validators: readonly Key[]): void {
    this.#validators = new Set(validators.map(keyOf))
  }

  traffic(): Traffic {
    return { ...this.#traffic }
  }

  async close(): Promise<void> {
    if (this.#isOpen()) this.#ends.delete(this.name)
    if (this.#draining !== null) clearImmediate(this.#draining)
    this.#draining = null
    this.#arrived.clear()
    this.#listener = null
  }

  /** Another one may have joined under the same key since. */
  #isOpen(): boolean {
    return this.#ends.get(this.name) === this
  }

  #isConnected(end: MemoryEnd): boolean {
    return end !== this && this.#isOpen() && this.#admits(end.name) && end.#admits(this.name)
  }

  #admits(name: string): boolean {
    return this.#followers.has(name) || this.#validators.has(name)
  }

  #take(from: MemoryEnd, bytes: Bytes): void {
    const queue = this.#arrived.get(from.name) ?? createOutQueue()
    this.#arrived.set(from.name, queue)
    this.#traffic.dropped += queue.put(bytes)
    this.#draining ??= setImmediate(() => this.#drain())
  }

  #drain(): void {
    this.#draining = null
    for (const [name, queue] of this.#arrived) {
      // What comes while these are handled waits for its turn, so that time passes for everybody in the thread.
      for (let left = queue.length(); left > 0; left--) {
        const bytes = queue.take()
        const from = this.#ends.get(name)
        const message = bytes === undefined ? null : decodeMessage(bytes)
        if (message === null || from === undefined) this.#traffic.malformed++
        else {
          this.#traffic.received++
          this.#listener?.(from.key, message)
        }
      }
    }
  }
}
