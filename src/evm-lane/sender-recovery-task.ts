// Owns: recovering the senders of a batch of raw transactions, in a thread of the pool.
// Does not own: the signing payload (sender-recovery-decode.ts) or the curve (secp256k1.ts).
// Called by: the threads of sender-recovery.ts, tests.

import type { Address, Bytes } from '../primitives.js'
import { initKeccak, keccak256 } from './engine/keccak.js'
import { packSenders, unpackRaws, type RawBatch } from './sender-recovery-batch.js'
import { recoverPublicKey } from './secp256k1.js'
import { signedPayload } from './sender-recovery-decode.js'

await initKeccak()

/** The task of the pool: one call per batch. */
export default function recoverBatch(batch: RawBatch): Bytes {
  return packSenders(unpackRaws(batch).map(recoverSender))
}

export function recoverSender(raw: Bytes): Address | null {
  const signed = signedPayload(raw)
  if (signed === null) return null
  const key = recoverPublicKey(keccak256(signed.payload), signed.signature, signed.parity)
  return key === undefined ? null : keccak256(key).slice(12)
}
