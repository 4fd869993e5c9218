// Owns: frames that only the other end of this connection can have made, each at its place.
// Does not own: the keys (handshake.ts), cutting the stream into frames (frame-reader.ts).
// Called by: tcp-connection.ts.

import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Bytes } from '../codec/bytes.js'
import type { TrafficKeys } from './handshake.js'

const tagBytes = 16
export const headBytes = 4
const nonceBytes = 12
const algorithm = 'aes-256-gcm'

export type FrameCipher = {
  /** A whole frame: u32 length of what follows ‖ ciphertext ‖ tag. */
  seal: (kind: number, body: Bytes) => Buffer
  /** Of what follows the length; null when anybody touched it, left one out or played one again. */
  open: (sealed: Bytes) => { kind: number; body: Bytes } | null
}

/** The nonce is the number of the frame in its direction: a key pair is of one connection, so none is used twice. */
export function createFrameCipher({ send, receive }: TrafficKeys): FrameCipher {
  let sent = 0n
  let received = 0n
  return {
    seal: (kind, body) => {
      const frame = Buffer.allocUnsafe(headBytes + 1 + body.length + tagBytes)
      frame.writeUInt32BE(frame.length - headBytes)
      const cipher = createCipheriv(algorithm, send, nonceOf(sent++), { authTagLength: tagBytes })
      cipher.setAAD(frame.subarray(0, headBytes))
      let at = headBytes
      at += cipher.update(Uint8Array.of(kind)).copy(frame, at)
      at += cipher.update(body).copy(frame, at)
      at += cipher.final().copy(frame, at)
      cipher.getAuthTag().copy(frame, at)
      return frame
    },
    open: (sealed) => {
      if (sealed.length <= tagBytes) return null
      const head = Buffer.allocUnsafe(headBytes)
      head.writeUInt32BE(sealed.length)
      const decipher = createDecipheriv(algorithm, receive, nonceOf(received++), { authTagLength: tagBytes })
      decipher.setAAD(head)
      decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
      const plain = decipher.update(sealed.subarray(0, sealed.length - tagBytes))
      try {
        decipher.final()
      } catch {
        // Not what the other end sealed at this place.
        return null
      }
      // Not a Buffer: its `slice` does not copy, which everybody behind this expects of bytes.
      return { kind: plain[0] as number, body: new Uint8Array(plain.buffer, plain.byteOffset + 1, plain.length - 1) }
    },
  }
}

function nonceOf(number: bigint): Buffer {
  const nonce = Buffer.alloc(nonceBytes)
  nonce.writeBigUInt64BE(number, nonceBytes - 8)
  return nonce
}
