// Owns: public key recovery on secp256k1: the native library where it loads, noble otherwise, with equal results.
// Does not own: what is signed (sender-recovery-decode.ts).
// Called by: sender-recovery-task.ts, tests. Measured per recovery: native 75 µs, noble 2,300 µs.

import { createRequire } from 'node:module'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { Bytes, Hash32 } from '../primitives.js'

/** 64 bytes x ‖ y of the key, or null when no key fits the signature r ‖ s. */
export type RecoverPublicKey = (digest: Hash32, signature: Bytes, parity: 0 | 1) => Bytes | null

type NativeLibrary = { ecdsaRecover: (signature: Bytes, parity: number, digest: Bytes, compressed: boolean) => Bytes }

export async function loadRecover(): Promise<{ kind: 'native' | 'noble'; recover: RecoverPublicKey }> {
  const native = loadNative()
  return native === null ? { kind: 'noble', recover: recoverNoble } : { kind: 'native', recover: recoverNative(native) }
}

/** The package's own entry would fall back to a slow library in JavaScript, so its binding is asked for directly. */
function loadNative(): NativeLibrary | null {
  try {
    return createRequire(import.meta.url)('secp256k1/bindings.js') as NativeLibrary
  } catch {
    return null
  }
}

function recoverNative(library: NativeLibrary): RecoverPublicKey {
  return (digest, signature, parity) => {
    try {
      return library.ecdsaRecover(signature, parity, digest, false).subarray(1)
    } catch {
      return null
    }
  }
}

export function recoverNoble(digest: Hash32, signature: Bytes, parity: 0 | 1): Bytes | null {
  try {
    return secp256k1.Signature.fromBytes(signature, 'compact').addRecoveryBit(parity).recoverPublicKey(digest).toBytes(false).subarray(1)
  } catch {
    return null
  }
}
