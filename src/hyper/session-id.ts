// Owns: the identity of a session: keccak-256 over the chain ids and hashes of the transactions that it begins with.
// Called by: coordinator.ts, bundles.ts; whoever knows a session's transactions can compute it.

import type { Bytes, Hash32 } from '../primitives.js'
import { concatBytes } from '../primitives.js'
import { u64 } from '../schema.js'
import type { Part } from './core/types.js'

export type Keccak256 = (bytes: Bytes) => Hash32

export function sessionId(keccak256: Keccak256, parts: readonly Part[]): Hash32 {
  return keccak256(concatBytes(...parts.flatMap(({ chainId, transactionHash }) => [u64(chainId), transactionHash])))
}
