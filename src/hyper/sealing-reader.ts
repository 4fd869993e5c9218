// Owns: what others may know of Hyper Blocks, their Seals and who makes them.
// Does not own: how they come about (sealing.ts).
// Called by: rpc handlers, subscriptions, metrics.

import type { Evidence, ValidatorSet } from '../buddy/core/types.js'
import type { Hash32 } from '../primitives.js'
import type { GenesisLane, HyperGenesis, SignedChange } from './core/hyper-types.js'
import type { HyperBlock } from './hyper-block.js'
import type { OnchainReader } from './onchain-seals.js'
import type { SealerStatus } from './sealer.js'
import type { TrustModel } from './trust-model.js'

export type { Evidence, Seal, ValidatorSet } from '../buddy/core/types.js'
export type { HyperBlock } from './hyper-block.js'
export type { OnchainMember, OnchainSeal } from './onchain-seals.js'
export type { SealerStatus } from './sealer.js'
export type { TrustModel } from './trust-model.js'

/** A lane of the network as the newest sealed Hyper Block has it. */
export type SealedLane = GenesisLane & { sealed: bigint; unsealed: bigint }

export interface SealingReader {
  readonly genesis: { document: HyperGenesis; hash: Hash32 }
  /** Number of the newest sealed Hyper Block; 0 before the first. */
  height(): bigint
  byNumber(number: bigint): Promise<HyperBlock | null>
  byHash(hash: Hash32): Promise<HyperBlock | null>
  /** The Hyper Block that holds a lane block; null while none does. */
  ofLaneBlock(chainId: number, number: bigint): Promise<HyperBlock | null>
  lanes(): SealedLane[]
  /** Who seals the next Hyper Block, since which number, and the nonce of the next signed change. */
  validators(): { since: bigint; set: ValidatorSet; nonce: bigint }
  /** Seals as contracts check them; null where they are off. */
  readonly onchain: OnchainReader | null
  /** Evidence in Hyper Blocks `from` and later, oldest first. */
  evidence(from: bigint, max: number): Promise<{ number: bigint; evidence: Evidence }[]>
  /** What the network has to know of a lane that runs here, member or not. @throws AppError 'unknown-lane', 'lane-unavailable'. */
  describeLane(chainId: number): Promise<GenesisLane>
  trust(): TrustModel
  status(): Promise<SealerStatus>
  /** Each block once it is stored; `latencyMs` since its cycle closed, null for one that this process did not close. Returns the undo. */
  onSealed(listener: (block: HyperBlock, latencyMs: number | null) => void): () => void
  /** Signed changes that no Hyper Block holds yet, by nonce. */
  changesWaiting(): Promise<SignedChange[]>
  /** @throws AppError 'not-allowed' for a signature that is not the admin's, 'invalid-params' for a nonce or change that cannot come next. */
  submitChange(change: SignedChange): Promise<void>
  /** For trying out what a network does without some of its Buddies. @throws AppError 'invalid-params', 'unsupported'. */
  stopBuddy(index: number): Promise<void>
  startBuddy(index: number): Promise<void>
}
