// Owns: the memory of targets whose transactions left the lane, so that the next one need not be tried in vain (S1).
// Called by: builder.ts.

import { bareHex } from '../../../primitives.js'
import type { LaneTx } from '../tx.js'

/** Oldest goes first. One entry per contract that users call across lanes. */
const targetsMax = 4_096
/** A target is tried locally again after so many hand-overs: a contract may cross for one function only. */
const trustMax = 64

export class Crossers {
  private readonly targets = new Map<string, { chainId: number; uses: number }>()

  /** The lane that a transaction like this called last, while that is believed. */
  of(tx: LaneTx): number | undefined {
    if (tx.to === null || tx.plain !== null) return undefined
    const key = keyOf(tx)
    const known = this.targets.get(key)
    if (known === undefined) return undefined
    if (++known.uses > trustMax) {
      this.targets.delete(key)
      return undefined
    }
    return known.chainId
  }

  learn(tx: LaneTx, chainId: number): number {
    if (tx.to === null) return chainId
    this.targets.set(keyOf(tx), { chainId, uses: 0 })
    const [oldest] = this.targets.keys()
    if (this.targets.size > targetsMax && oldest !== undefined) this.targets.delete(oldest)
    return chainId
  }
}

/** Target and function: the same contract has functions that stay. */
function keyOf(tx: LaneTx): string {
  return `${bareHex(tx.to as Uint8Array)}${bareHex(tx.lib().data.subarray(0, 4))}`
}
