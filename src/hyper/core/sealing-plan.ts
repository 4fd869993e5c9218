// Owns: start-up recovery of Hyper Blocks: from the tips of the hyper store, the Buddies' logs and the lanes to what has to be done, as pure functions.
// Does not own: reading the tips or carrying the plan out (hyper/membership.ts, hyper/sealer-host.ts).
// Called by: those two, at each start.

/** Numbers of Hyper Blocks, both ends included. */
export type Span = { from: bigint; to: bigint }

/**
 * Stored blocks that a Buddy's log lacks, to be appended before the Buddy runs; null when it lacks none. A log is written before `decided` comes out of
 * it, and the store after: so after a crash a log is ahead of the store or level with it, and what it has more is told by the Buddy itself. It is behind
 * when it was written without sync and power was lost, or when it was deleted.
 */
export function planReplay(stored: bigint, decided: bigint): Span | null {
  return decided < stored ? { from: decided + 1n, to: stored } : null
}

/** Where a lane stands, as it says itself. */
export type LaneStand = { head: bigint; finalized: bigint; /** True: what it lacks it gets again. */ following?: boolean }

export type LanePlan =
  /** Told to the lane: where its sealed part ends; the blocks after it are asked for. */
  | { kind: 'go'; finalized: bigint }
  /** Its blocks are not those that were sealed, or some are gone: it must not make others in their place (L5). */
  | { kind: 'lost'; reason: string }

/** `to`: the lane's newest block in the newest stored Hyper Block. */
export function planLane({ head, finalized, following }: LaneStand, to: bigint): LanePlan {
  if (head < to && !following) return { kind: 'lost', reason: `block ${to} is sealed, but the lane has only ${head}` }
  // It was told what is stored, never more.
  if (finalized > to) return { kind: 'lost', reason: `it knows block ${finalized} as sealed, the stored Hyper Blocks only ${to}` }
  return { kind: 'go', finalized: to }
}
