// Owns: what a Buddy asks of whatever it agrees on.
// Does not own: any answer: the ledger of Hyper Blocks (hyper), toy apps of tests.
// Called by: deliveries.ts; implemented outside of buddy.

import type { Block, Evidence, Hash, Seal, ValidatorSet } from './core/types.js'

export type Sealed = { seal: Seal; block: Block }

export interface BuddyApp {
  /** `proposer` is the own place in `set`. Null: nothing can be built now, and the view ends without a proposal of this Buddy. */
  build(at: { height: bigint; view: number; parentHash: Hash; proposer: number; set: ValidatorSet }): Promise<Block | null>
  /**
   * May take as long as it needs to know (a lane block that is still on its way); the answer is dropped when the height is done before.
   * `hash` is that of the header. `certified`: a quorum vouched for it, so the local clock has no say in it.
   */
  validate(at: { height: bigint; hash: Hash; block: Block; mode: 'proposed' | 'certified'; set: ValidatorSet }): Promise<boolean>
  /** In order, each height once; asked to build or judge the next height only after it settled. A rejection stops the Buddy. */
  decided(sealed: Sealed): Promise<void>
  evidence(evidence: Evidence): void
}
