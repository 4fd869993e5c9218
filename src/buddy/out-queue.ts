// Owns: a queue of messages for one peer that never grows past its bounds: the oldest falls out.
// Does not own: sending.
// Called by: the transports.

import type { Bytes } from '../codec/bytes.js'
import { queueBytesMax, queueLengthMax } from './limits.js'

export type OutQueue = {
  /** Answers how many fell out. The newest always stays: it is what the peer needs most. */
  put: (bytes: Bytes) => number
  take: () => Bytes | undefined
  length: () => number
}

export function createOutQueue(): OutQueue {
  const waiting: Bytes[] = []
  let total = 0
  const take = (): Bytes | undefined => {
    const bytes = waiting.shift()
    total -= bytes?.length ?? 0
    return bytes
  }
  return {
    put: (bytes) => {
      waiting.push(bytes)
      total += bytes.length
      let fallen = 0
      while (waiting.length > 1 && (waiting.length > queueLengthMax || total > queueBytesMax)) {
        take()
        fallen++
      }
      return fallen
    },
    take,
    length: () => waiting.length,
  }
}
