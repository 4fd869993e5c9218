// Owns: the lane blocks that this node could not reproduce: what is known of each, for logs, metrics and RPC.
// Does not own: finding them (lane-follower.ts).
// Called by: lane-follower.ts, buddy-node.ts, rpc.

import { toHex, type Hash32 } from '../../primitives.js'
import type { HyperLog } from '../log.js'

export type Refusal = { chainId: number; number: bigint; hash: Hash32 | null; reason: string; sinceMs: number; times: number }

/** At most one per lane: a lane stands still at what it refuses. */
export class Refusals {
  readonly #log: HyperLog
  readonly #nowMs: () => number
  readonly #standing = new Map<number, Refusal>()
  #total = 0

  constructor(log: HyperLog, nowMs: () => number) {
    this.#log = log
    this.#nowMs = nowMs
  }

  /** Of all lanes since the start; one that is refused again counts once. */
  get total(): number {
    return this.#total
  }

  list(): Refusal[] {
    return [...this.#standing.values()]
  }

  add(chainId: number, { number, hash, reason }: Pick<Refusal, 'number' | 'hash' | 'reason'>): void {
    const before = this.#standing.get(chainId)
    if (before !== undefined && before.number === number && before.reason === reason) {
      before.times++
      return
    }
    this.#total++
    this.#standing.set(chainId, { chainId, number, hash, reason, sinceMs: this.#nowMs(), times: 1 })
    this.#log('error', `lane ${chainId}: block ${number} is refused: ${reason}`, {
      lane: chainId,
      block: number.toString(),
      hash: hash === null ? null : toHex(hash),
      code: 'block-refused',
    })
  }

  /** The lane went on. */
  clear(chainId: number): void {
    if (this.#standing.delete(chainId)) this.#log('warn', `lane ${chainId} goes on after a refused block`, { lane: chainId })
  }
}
