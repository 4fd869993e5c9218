// Owns: the pending block (L5): the head plus what the pool would put in the next block, built when somebody asks.
// Does not own: the pending nonce, which the pool knows without building.
// Called by: query.

import { AppError } from '../../errors.js'
import { buildBlock } from './builder.js'
import type { BuildBounds, BuiltBlock } from './builder.js'
import type { LaneParts } from './lane-parts.js'
import type { TxPool } from './txpool.js'

/** The answer may cost a block's execution, so it is bounded tighter than a real one. */
const bounds: BuildBounds = { ms: 100, txs: 5_000 }

const attemptsMax = 3

type Cached = { headHash: Uint8Array; hyperHash: Uint8Array; revision: number; second: number; block: Promise<BuiltBlock> }

export class PendingBlocks {
  private readonly parts: LaneParts
  private readonly pool: TxPool
  private readonly nowMs: () => number
  private cached: Cached | undefined

  constructor(parts: LaneParts, pool: TxPool, nowMs: () => number) {
    this.parts = parts
    this.pool = pool
    this.nowMs = nowMs
  }

  /** Shared by everybody who asks while head, Hyper Block, pool and second stay the same. Never on an older block than the head. */
  get(): Promise<BuiltBlock> {
    const headHash = this.parts.chain.head.block.header.hash
    const hyperHash = this.parts.hyper.hash
    const nowMs = this.nowMs()
    const second = Math.floor(nowMs / 1_000)
    const { cached } = this
    if (cached?.headHash === headHash && cached.hyperHash === hyperHash && cached.revision === this.pool.revision && cached.second === second)
      return cached.block
    const block = this.build(nowMs)
    this.cached = { headHash, hyperHash, revision: this.pool.revision, second, block }
    block.catch(() => {
      this.cached = undefined
    })
    return block
  }

  /** A block may be committed while this one is built; the last attempt takes no transactions and so is done before anything can happen. */
  private async build(nowMs: number): Promise<BuiltBlock> {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      // While a block is being written, nothing can be built on the old head any more and not yet on the new one.
      await this.parts.commits.last
      const last = attempt === attemptsMax
      const block = await buildBlock(this.parts, last ? [] : this.pool.executable(), nowMs, bounds)
      if (block !== undefined) return block
    }
    throw new AppError('busy', 'the head moves faster than a pending block can be built')
  }
}
