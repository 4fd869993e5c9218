// Owns: every bound of the making of Hyper Blocks besides those of the blocks themselves.
// Does not own: the bounds of a Hyper Block (core/hyper-limits.ts), of consensus (buddy/).
// Called by: sealing.ts, cycles.ts, node.ts, buddy-node.ts.

export type SealingLimits = {
  /** How long lanes are waited for: in a cycle for what they have to tell, then until they know what was sealed. */
  lanesMs: number
  /** Facts in one answer of a lane. */
  factsMax: number
  /** Blocks of a lane beyond its newest sealed one that the ledger is told of. */
  aheadMax: number
  /**
   * Least time between two cycles that sessions ask for, in times of what the newest Hyper Block took: sealing gets a twentieth of the time at most. On an
   * idle machine that is some 300 ms; a session that comes later than that after the last one is sealed at once.
   */
  restFactor: number
  /** Wait before what failed is tried again: storing a block, starting the sealer. */
  againMs: number
  /** Time the sealer has to write what is running when it is stopped. */
  stopMs: number
  /** Whether Buddies of this process sync their logs before they speak. */
  syncLogs: boolean
  /** Hyper Blocks of which signatures for contracts are kept, of Buddies elsewhere; a Buddy itself signs any. */
  onchainKeptMax: number
  /** Such a signature may be here before the Seal is. */
  onchainAheadMax: number
}

export const sealingLimits: SealingLimits = {
  lanesMs: 100,
  factsMax: 1_000,
  aheadMax: 8_192,
  restFactor: 20,
  againMs: 500,
  stopMs: 1_000,
  syncLogs: true,
  onchainKeptMax: 1_024,
  onchainAheadMax: 16,
}
