// Owns: which transactions are tried on their lane first (S1): not those like one that left it, and none for a while when too much was tried in vain.
// Called by: builder.ts.

import { bareHex } from '../../../primitives.js'
import type { LaneTx } from '../tx.js'

/** Oldest goes first. One entry per contract that users call across lanes. */
const targetsMax = 4_096
/** A target is tried locally again after so many hand-overs: a contract may cross for one function only. */
const trustMax = 64

/** A transaction may use so much gas at most, to be tried however much was in vain before: a multiple of what the cheapest one pays for. */
const cheapGas = 500_000n
/** Of the lane's time, what attempts in vain may take; and how far they may run ahead of that. */
const vainShare = 0.2
const vainMsMax = 200

export class Crossers {
  private readonly targets = new Map<string, { chainId: number; uses: number }>()
  /** Time spent in vain that the share has not covered yet. */
  private vainMs = 0
  private countedMs = 0

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

  /**
   * Whether a transaction that nobody knows is tried on the lane. Attempts cost their sender nothing when the session goes another way than they did, so
   * what they may cost the lane is bounded by time; over that, the coordinator gets transactions untried, and each is executed where it pays.
   */
  mayTry({ gasLimit, plain }: Pick<LaneTx, 'gasLimit' | 'plain'>, nowMs: number): boolean {
    return gasLimit <= cheapGas || plain !== null || this.uncovered(nowMs) < vainMsMax
  }

  triedInVain(ms: number, nowMs: number): void {
    this.vainMs = this.uncovered(nowMs) + ms
    this.countedMs = nowMs
  }

  private uncovered(nowMs: number): number {
    return Math.max(0, this.vainMs - (nowMs - this.countedMs) * vainShare)
  }

  /** Other lanes are there now: what was learnt may hold no longer. */
  forget(): void {
    this.targets.clear()
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
