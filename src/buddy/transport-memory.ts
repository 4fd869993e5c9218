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

type End = { key: Key; name: string; admits: (name: string) => boolean; take: (from: End, bytes: Bytes) => void }

export function createMemoryNetwork(): MemoryNetwork {
  const ends = new Map<string, End>()
  return { join: (key, { followers = [] } = {}) => joinNetwork(ends, key, followers) }
}

function joinNetwork(ends: Map<string, End>, key: Key, followers: readonly Key[]): Transport {
  const traffic: Traffic = { sent: 0, received: 0, dropped: 0, malformed: 0 }
  const arrived = new Map<string, OutQueue>()
  const always = new Set(followers.map(keyOf))
  let validators: ReadonlySet<string> = new Set()
  let listener: ((from: Key, message: Message) => void) | null = null
  let draining: ReturnType<typeof setImmediate> | null = null

  const drain = (): void => {
    draining = null
    for (const [name, queue] of arrived) {
      // What comes while these are handled waits for its turn, so that time passes for everybody in the thread.
      for (let left = queue.length(); left > 0; left--) {
        const bytes = queue.take()
        const from = ends.get(name)
        const message = bytes === undefined ? null : decodeMessage(bytes)
        if (message === null || from === undefined) traffic.malformed++
        else {
          traffic.received++
          listener?.(from.key, message)
        }
      }
    }
  }
  const own: End = {
    key,
    name: keyOf(key),
    admits: (name) => always.has(name) || validators.has(name),
    take: (from, bytes) => {
      const queue = arrived.get(from.name) ?? createOutQueue()
      arrived.set(from.name, queue)
      traffic.dropped += queue.put(bytes)
      draining ??= setImmediate(drain)
    },
  }
  const connected = (end: End | undefined): end is End =>
    end !== undefined && end !== own && ends.get(own.name) === own && own.admits(end.name) && end.admits(own.name)
  ends.set(own.name, own)
  return {
    get peers() {
      return [...ends.values()].filter(connected).map((end) => end.key)
    },
    send: (to, message) => {
      const bytes = encodeMessage(message)
      for (const target of to) {
        const end = ends.get(keyOf(target))
        if (!connected(end)) traffic.dropped++
        else {
          traffic.sent++
          end.take(own, bytes)
        }
      }
    },
    onMessage: (heard) => {
      listener = heard
    },
    admit: (keys) => {
      validators = new Set(keys.map(keyOf))
    },
    traffic: () => ({ ...traffic }),
    close: async () => {
      if (ends.get(own.name) === own) ends.delete(own.name)
      if (draining !== null) clearImmediate(draining)
      draining = null
      arrived.clear()
      listener = null
    },
  }
}
