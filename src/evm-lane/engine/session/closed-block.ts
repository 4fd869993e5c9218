// Owns: a lane's part in a batch while it may make no block: calls into it are refused as LaneUnavailable, transactions on it wait for another batch.
// Does not own: when that is so (hyper-marks.ts).
// Called by: handlers-session.ts, in place of a SessionBlock.

import type { CrossCall, CrossResult, Leg, SealedBlock, SessionTxOutcome } from '../../session-protocol.js'
import type { BlockEnv } from '../block-env.js'
import { nextEnv } from '../builder.js'
import type { LaneParts } from '../lane-parts.js'
import type { LaneTx } from '../tx.js'

export class ClosedBlock {
  readonly batch: number
  /** The block that it would be. */
  readonly env: BlockEnv
  private readonly chainId: number

  constructor(parts: LaneParts, { batch, nowMs }: { batch: number; nowMs: number }) {
    const parent = parts.chain.head.block.header
    const seconds = BigInt(Math.floor(nowMs / 1_000))
    this.batch = batch
    this.chainId = parts.spec.chainId
    this.env = nextEnv(parts, parent, seconds > parent.timestamp ? seconds : parent.timestamp)
  }

  begin(): Promise<void> {
    return Promise.resolve()
  }

  tx(..._: unknown[]): Promise<SessionTxOutcome> {
    return Promise.resolve(this.rejected())
  }

  deliver(..._: unknown[]): Promise<SessionTxOutcome> {
    return Promise.resolve(this.rejected())
  }

  callIn(_call: CrossCall, mark: number): Promise<CrossResult> {
    return Promise.resolve({ kind: 'refused', refusal: { error: 'LaneUnavailable', chainId: this.chainId }, mark })
  }

  undoIn(): void {
    // Nothing was done.
  }

  end(): Promise<Leg[]> {
    return Promise.resolve([])
  }

  seal(): Promise<SealedBlock | null> {
    return Promise.resolve(null)
  }

  commit(): Promise<LaneTx[] | null> {
    return Promise.resolve(null)
  }

  close(): void {
    // Nothing is open.
  }

  private rejected(): SessionTxOutcome {
    return { kind: 'rejected', reason: 'the lane waits until more of its blocks are sealed', blockFull: false }
  }
}
