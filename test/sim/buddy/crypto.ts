// Fakes, cheap and the same every time: a hash of 128 bits without any claim against an adversary, and signatures that only the
// simulator can forge, which it does not. Node's SHA-256 took a third of the simulator's time, most of it in collecting its objects.

import { joinBytes } from '../../../src/codec/bytes.js'
import type { Crypto, Key, Signature } from '../../../src/buddy/core/types.js'

const secret = Uint8Array.from('only the simulator knows this', (char) => char.charCodeAt(0))

export const crypto: Crypto = {
  hash: (bytes) => {
    let [a, b, c, d] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35]
    for (const byte of bytes) {
      a = Math.imul(a ^ byte, 0x0100_0193)
      b = Math.imul(b ^ (byte + (a >>> 15)), 0x85eb_ca6b)
      c = Math.imul(c ^ (byte + (b >>> 13)), 0xc2b2_ae35)
      d = Math.imul(d ^ (byte + (c >>> 16)), 0x27d4_eb2f)
    }
    const out = new Uint8Array(32)
    for (let i = 0; i < 32; i += 4) {
      a = Math.imul(a ^ (d >>> 15) ^ i ^ bytes.length, 0x2c1b_3c6d)
      b = Math.imul(b ^ (a >>> 12), 0x297a_2d39)
      c = Math.imul(c ^ (b >>> 15), 0x1656_67b1)
      d = Math.imul(d ^ (c >>> 13), 0x9e37_79b1)
      const word = (a ^ b ^ c ^ d) >>> 0
      out[i] = word
      out[i + 1] = word >>> 8
      out[i + 2] = word >>> 16
      out[i + 3] = word >>> 24
    }
    return out
  },
  verify: (key, message, signature) => {
    const expected = signAs(key, message)
    return signature.length === expected.length && expected.every((byte, i) => byte === signature[i])
  },
}

export function signAs(key: Key, message: Uint8Array): Signature {
  return crypto.hash(joinBytes(secret, key, message))
}

export function keyNumber(number: number): Key {
  return crypto.hash(Uint8Array.of(0x6b, number))
}
