// Owns: the memory of signatures already verified, for Buddies that live in one thread and see the same ones.
// Does not own: verifying (signer.ts).
// Called by: embedded.ts.

import { keyOf } from '../codec/bytes.js'
import { verdictsMax } from './limits.js'
import type { Verify } from './signer.js'

/** Verifying has the same result every time; with four Buddies two of three verifications are repetitions. */
export function rememberVerdicts(verify: Verify): Verify {
  const verdicts = new Map<string, boolean>()
  return (key, message, signature) => {
    const name = `${keyOf(signature)}:${keyOf(key)}:${keyOf(message)}`
    const known = verdicts.get(name)
    if (known !== undefined) return known
    const verdict = verify(key, message, signature)
    const [oldest] = verdicts.keys()
    if (verdicts.size >= verdictsMax && oldest !== undefined) verdicts.delete(oldest)
    verdicts.set(name, verdict)
    return verdict
  }
}
