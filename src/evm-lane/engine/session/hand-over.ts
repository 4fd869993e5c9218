// Owns: handing a transaction over to the coordinator the moment it comes, when it is like one that left the lane (S1): also while the lane is held.
// Does not own: what is known of such transactions (crossers.ts), handing over what turns out to leave while a block is built (builder.ts).
// Called by: engine.ts.

import { nextBaseFee } from '../fee-rules.js'
import type { LaneParts } from '../lane-parts.js'
import type { LaneTx } from '../tx.js'
import type { TxPool } from '../txpool.js'

/** Transactions of one sender that wait for sessions one after another: a session is soon done, and many share a block. */
export const leavingPerSenderMax = 8

/** Answers those that stay. What does not go now may go when the next block is built. */
export function handOverKnown(parts: LaneParts, pool: TxPool, txs: LaneTx[], wanted: (tx: LaneTx, lanes: number[]) => void): LaneTx[] {
  const { production } = parts.spec
  // Other lanes keep their rhythm: they hand over when a block is due.
  if (production.kind !== 'instant' || production.minBlockIntervalMs > 0) return txs
  const { header } = parts.chain.head.block
  if (!parts.hyper.canBuild(header.number)) return txs
  const baseFee = nextBaseFee(header, parts.forks.commonAt(header.number + 1n, header.timestamp)) ?? 0n
  return txs.filter((tx) => {
    const before = pool.handedOverBefore(tx)
    if (before === null || before >= leavingPerSenderMax || tx.feeCap < baseFee || tx.blobs > 0) return true
    const chainId = parts.crossers.of(tx)
    if (chainId === undefined) return true
    pool.handOver(tx)
    wanted(tx, [chainId])
    return false
  })
}
