// Owns: what a ledger is told: facts of lane blocks and of session batches, and how it answers about a proposal.
// Does not own: facts of one lane block (evm-lane/protocol.ts), what follows from them (ledger.ts).
// Called by: hyper/core, whoever collects facts.

import type { Hash } from '../../buddy/core/types.js'
import type { BlockFact } from '../../evm-lane/protocol.js'
import type { SessionEntry, SignedChange } from './hyper-types.js'

/** The lanes' blocks of one session batch (S11), and its sessions in order. */
export type BatchFact = {
  batch: number
  blocks: readonly { chainId: number; number: bigint; hash: Hash }[]
  sessions: readonly SessionEntry[]
}

/** `lanes`: each lane's blocks in order; a batch comes with or before the first block of it. */
export type LaneFacts = {
  lanes: readonly { chainId: number; blocks: readonly BlockFact[] }[]
  batches: readonly BatchFact[]
  changes: readonly SignedChange[]
}

/** Why a proposal is refused; for logs and tests, never on the wire. */
export type Refusal =
  | 'malformed'
  | 'place'
  | 'set'
  | 'params'
  | 'time'
  | 'roots'
  | 'lanes'
  | 'gap'
  | 'lane-facts'
  | 'half-batch'
  | 'sessions'
  | 'early-delivery'
  | 'messages'
  | 'supply'
  | 'evidence'
  | 'changes'
  | 'next-set'
  | 'censored-lane'
  | 'censored-evidence'
  | 'censored-change'

/** `lacking`: it may be right; ask again when the lanes have come to `to`, or, with no lanes, when anything new is known. */
export type Verdict =
  { kind: 'valid' } | { kind: 'invalid'; refusal: Refusal; reason: string } | { kind: 'lacking'; lanes: readonly { chainId: number; to: bigint }[] }
