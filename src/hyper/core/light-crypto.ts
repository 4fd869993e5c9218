// Owns: keccak-256 and Ed25519 in plain JavaScript, which run in a browser; the only file that takes them from noble for verifying.
// Does not own: the faster ones of the process (the shells have node:crypto).
// Called by: the light verifier.

import { ed25519 } from '@noble/curves/ed25519.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Crypto } from '../../buddy/core/types.js'

export const lightCrypto: Crypto = {
  hash: (bytes) => keccak_256(bytes),
  /**
   * RFC 8032 with the cofactor, strict encodings. OpenSSL checks without it and so refuses a few signatures that only the holder of a key of mixed order can
   * make; taking one here counts that Buddy's own vote, no other's.
   */
  verify: (key, message, signature) => {
    if (key.length !== 32 || signature.length !== 64) return false
    return ed25519.verify(signature, message, key, { zip215: false })
  },
}
