// Owns: the interface to whoever seals Hyper Blocks, wherever it runs, and what is known of its Buddies.
// Does not own: any implementation (sealer-thread.ts for a thread of this process).
// Called by: cycles.ts, sealing.ts; rpc reads the status.

import type { Evidence } from '../buddy/core/types.js'
import type { AppError } from '../errors.js'
import type { Bytes } from '../primitives.js'
import type { LaneFacts } from './core/hyper-facts.js'
import type { SignedChange } from './core/hyper-types.js'
import type { Sealed } from './hyper-block.js'

/** What a Buddy of this process is doing. */
export type BuddyStatus = { index: number; key: Bytes; state: 'running' | 'stopped' | 'failed'; height: bigint; view: number }

export type SealerEvents = {
  /** A quorum is being asked about these lane blocks: `to` per lane. */
  onProposed: (lanes: { chainId: number; to: bigint }[]) => void
  /**
   * In order, each number once, beginning after the block that the sealer was opened with; the next one comes when this settles. `roster`: when it changed.
   * `waits`: evidence or changes are left for the next one.
   */
  onDecided: (sealed: Sealed, roster: Bytes | null, waits: boolean) => Promise<void>
  onEvidence: (evidence: Evidence) => void
  /** It goes on, but somebody should know. */
  onTrouble: (what: string, error: AppError) => void
  /** Nothing more comes from this sealer. Not told before it was opened, nor after it was asked to stop. */
  onEnded: (error: AppError) => void
}

/** `newest`: the number that the process knows; what was decided since has its own period. */
export type CycleAt = { newest: bigint; heartbeat: boolean }

export interface Sealer {
  /** News of the lanes, in order of each lane's blocks; the batches of which the blocks are come with or before them. */
  add(facts: LaneFacts): void
  /** The period is over: agree on the Hyper Block after `newest` if there is something new, with a heartbeat in any case. */
  cycle(at: CycleAt): void
  status(): Promise<SealerStatus>
  /** Why a signed change cannot come next; null when it can. */
  changeMistake(change: SignedChange): Promise<string | null>
  /** For trying out what a network does without some of its Buddies. @throws AppError 'invalid-params' for a Buddy that is not here. */
  stopBuddy(index: number): Promise<void>
  startBuddy(index: number): Promise<void>
  stop(): Promise<void>
}

export type SealerStatus = {
  buddies: BuddyStatus[]
  /** Views that ended without a Seal, all heights together, since the start. */
  viewChanges: number
}
