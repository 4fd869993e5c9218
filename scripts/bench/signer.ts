// Keys and signatures of the benchmark's senders. Owns its two crypto dependencies; knows no transactions.
// Called before the clock starts only (accounts.ts, transaction.ts).
import { createRequire } from 'node:module'
import { secp256k1 as noble } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'

export type Signature = { r: bigint; s: bigint; yParity: bigint }

type NativeSecp256k1 = {
  ecdsaSign(hash: Uint8Array, privateKey: Uint8Array): { signature: Uint8Array; recid: number }
  publicKeyCreate(privateKey: Uint8Array, compressed: boolean): Uint8Array
}

const native = loadNative()

export const keccak = (bytes: Uint8Array): Uint8Array => keccak_256(bytes)

export function addressOf(privateKey: Uint8Array): Uint8Array {
  const point = native ? native.publicKeyCreate(privateKey, false) : noble.getPublicKey(privateKey, false)
  return keccak(point.subarray(1)).subarray(12)
}

export function sign(hash: Uint8Array, privateKey: Uint8Array): Signature {
  if (native) {
    const { signature, recid } = native.ecdsaSign(hash, privateKey)
    return split(signature, recid)
  }
  const recovered = noble.sign(hash, privateKey, { prehash: false, format: 'recovered' })
  return split(recovered.subarray(1), recovered[0]!)
}

function split(compact: Uint8Array, recid: number): Signature {
  return { r: toBigInt(compact.subarray(0, 32)), s: toBigInt(compact.subarray(32, 64)), yParity: BigInt(recid) }
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

/** Native signing takes about 75 us, noble over a millisecond: only the preparation gets slower, never the measurement. */
function loadNative(): NativeSecp256k1 | null {
  try {
    return createRequire(import.meta.url)('secp256k1') as NativeSecp256k1
  } catch {
    return null // an optional dependency: absent is a supported state
  }
}
