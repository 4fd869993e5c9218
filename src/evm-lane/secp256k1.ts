// Owns: ECDSA over secp256k1: recovery of a public key, signing, the bound of s; native where the optional package loads, pure JavaScript otherwise, with the same results.
// Does not own: what is signed (engine/tx.ts, sender recovery, config/dev-accounts.ts).
// Called by: engine/crypto.ts, the sender-recovery pool, node.ts (for development accounts).

import { createRequire } from 'node:module'
import { secp256k1 as noble } from '@noble/curves/secp256k1.js'
import type { Bytes, Hash32 } from '../primitives.js'

type Native = {
  ecdsaRecover(signature: Uint8Array, recovery: number, digest: Uint8Array, compressed: boolean): Uint8Array
  ecdsaSign(digest: Uint8Array, key: Uint8Array): { signature: Uint8Array; recid: number }
}

function loadNative(): Native | undefined {
  try {
    return createRequire(import.meta.url)('secp256k1/bindings.js') as Native
  } catch {
    // Optional: no prebuilt binary for this platform, and none could be compiled. 30 times slower without.
    return undefined
  }
}

/** s of a signature lies at or below it: above, each would have a second form (EIP-2). */
export const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

const native = loadNative()
export const secp256k1IsNative = native !== undefined

/** compact: r ‖ s, 64 bytes. Answers x ‖ y, 64 bytes, or undefined when there is no such key. */
export function recoverPublicKey(digest: Hash32, compact: Bytes, recovery: number): Uint8Array | undefined {
  return native === undefined ? recoverWithNoble(digest, compact, recovery) : recoverWithNative(native, digest, compact, recovery)
}

function recoverWithNative(lib: Native, digest: Hash32, compact: Bytes, recovery: number): Uint8Array | undefined {
  try {
    return lib.ecdsaRecover(compact, recovery, digest, false).subarray(1)
  } catch {
    // The binding throws for r or s out of range and for points that do not exist.
    return undefined
  }
}

export function recoverWithNoble(digest: Hash32, compact: Bytes, recovery: number): Uint8Array | undefined {
  try {
    return noble.Signature.fromBytes(compact, 'compact').addRecoveryBit(recovery).recoverPublicKey(digest).toBytes(false).subarray(1)
  } catch {
    return undefined
  }
}

/** Deterministic (RFC 6979), s in the low half. signature: r ‖ s. */
export function signDigest(digest: Hash32, key: Hash32): { signature: Uint8Array; parity: number } {
  if (native === undefined) return signWithNoble(digest, key)
  const { signature, recid } = native.ecdsaSign(digest, key)
  return { signature, parity: recid }
}

export function signWithNoble(digest: Hash32, key: Hash32): { signature: Uint8Array; parity: number } {
  const signed = noble.sign(digest, key, { prehash: false, format: 'recovered' })
  return { signature: signed.slice(1), parity: signed[0] as number }
}
