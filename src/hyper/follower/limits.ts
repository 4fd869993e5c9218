// Owns: every bound and interval of following a gateway.
// Called by: the Buddy process, the parts of the follower.

export type FollowerLimits = {
  /** Blocks asked for at once. */
  fetchBlocks: number
  /** Blocks, and their bytes, that were fetched and wait for their execution, per lane. */
  aheadBlocksMax: number
  aheadBytesMax: number
  /** Without a wake-up the gateway is asked so often. */
  pollMs: number
  /** Wait after a failed question; doubled up to the maximum. */
  retryMs: number
  retryMsMax: number
  /** A block that was refused is fetched and executed again after so long: the gateway may have been repaired. */
  refusedAgainMs: number
  /** Wait for a lane that is being told of a Hyper Block. */
  tellingMs: number
  /** Wait for a lane that did not answer. */
  laneAgainMs: number
  requestMs: number
}

export const followerLimits: FollowerLimits = {
  fetchBlocks: 64,
  aheadBlocksMax: 256,
  aheadBytesMax: 32 * 1024 * 1024,
  pollMs: 1_000,
  retryMs: 100,
  retryMsMax: 5_000,
  refusedAgainMs: 10_000,
  tellingMs: 10,
  laneAgainMs: 500,
  requestMs: 30_000,
}
