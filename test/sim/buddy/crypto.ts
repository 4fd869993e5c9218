// Hashes are SHA-256; signatures are fakes that only the simulator can forge, and it does not: cheap, and the same every time.

import { createHash } from 'node:crypto'
import type { Crypto, Key, Signature } from '../../../src/buddy/core/types.js'

const secret = Buffer.from('only the simulator knows this')

export const crypto: Crypto = {
  hash: (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
  verify: (key, message, signature) => {
    const expected = signAs(key, message)
    return signature.length === expected.length && expected.every((byte, i) => byte === signature[i])
  },
}

export function signAs(key: Key, message: Uint8Array): Signature {
  return new Uint8Array(createHash('sha256').update(secret).update(key).update(message).digest())
}

export function keyNumber(number: number): Key {
  return crypto.hash(Uint8Array.of(0x6b, number))
}
