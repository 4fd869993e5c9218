// Owns: cutting a stream of bytes into frames; nothing is kept for a frame that says it is too large.
// Does not own: what is in a frame (frame-cipher.ts).
// Called by: tcp-connection.ts.

import { headBytes } from './frame-cipher.js'

export type FrameReader = {
  /** Hands on every frame that is complete, without its length. False: one is longer than `bytesMax` allows, or `take` wants no more. */
  push: (chunk: Buffer) => boolean
}

export function createFrameReader(bytesMax: () => number, take: (frame: Buffer) => boolean): FrameReader {
  const head = Buffer.alloc(headBytes)
  let headFilled = 0
  let body: Buffer | null = null
  let filled = 0
  return {
    push: (chunk) => {
      let at = 0
      while (at < chunk.length) {
        if (body === null) {
          const copied = chunk.copy(head, headFilled, at, at + headBytes - headFilled)
          headFilled += copied
          at += copied
          if (headFilled < headBytes) return true
          const length = head.readUInt32BE()
          if (length === 0 || length > bytesMax()) return false
          body = Buffer.allocUnsafe(length)
          filled = 0
        }
        const copied = chunk.copy(body, filled, at)
        filled += copied
        at += copied
        if (filled < body.length) return true
        const frame = body
        body = null
        headFilled = 0
        if (!take(frame)) return false
      }
      return true
    },
  }
}
