// Owns: recovering the senders of a batch of raw transactions, in a thread of the pool.
// Does not own: the signing payload (sender-recovery-decode.ts) or the curve (sender-recovery-curve.ts).
// Called by: sender-recovery.ts (as the file of a pool thread), tests.

import type { Address, Bytes } from '../primitives.js'
import { initKeccak, keccak256 } from './engine/keccak.js'
import { packSenders, unpackRaws, type RawBatch } from './sender-recovery-batch.js'
import { loadRecover, type RecoverPublicKey } from './sender-recovery-curve.js'
import { signedPayload } from './sender-recovery-decode.js'

await initKeccak()
const { recover } = await loadRecover()

export default function recoverBatch(batch: RawBatch): Bytes {
  return packSenders(unpackRaws(batch).map((raw) => recoverSender(raw, recover)))
}

export function recoverSender(raw: Bytes, recoverKey: RecoverPublicKey): Address | null {
  const signed = signedPayload(raw)
  if (signed === null) return null
  const key = recoverKey(keccak256(signed.payload), signed.signature, signed.parity)
  return key === null ? null : keccak256(key).slice(12)
}
