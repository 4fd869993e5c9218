// Owns: asking one lane for the facts of its new blocks, in order and without gaps, one question at a time.
// Does not own: when (cycles.ts), what follows from them (core/ledger.ts).
// Called by: cycles.ts.

import { AppError, errorText } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { BlockFact } from '../evm-lane/protocol.js'
import type { HyperLog } from './log.js'

type Deps = {
  /** Facts in one answer. */
  factsMax: number
  /** Blocks beyond the newest sealed one that are asked for; with those the next Hyper Blocks are full anyway. */
  aheadMax: number
  log: HyperLog
  tell: (chainId: number, blocks: BlockFact[]) => void
}

export class LaneNews {
  readonly lane: LaneClient
  readonly #deps: Deps
  /** The first block that was not told yet. */
  #next: bigint
  #sealed: bigint
  #asking: Promise<void> | null = null
  #failed: string | null = null

  constructor(lane: LaneClient, sealed: bigint, deps: Deps) {
    this.lane = lane
    this.#deps = deps
    this.#next = sealed + 1n
    this.#sealed = sealed
  }

  /** Blocks that the lane has and no sealed Hyper Block holds. */
  get unsealed(): bigint {
    const head = this.lane.head()?.header.number ?? this.#sealed
    return head > this.#sealed ? head - this.#sealed : 0n
  }

  /** The sealer knows of a block that is not sealed yet. */
  get waits(): boolean {
    return this.#next > this.#sealed + 1n
  }

  sealedUpTo(number: bigint): void {
    if (number > this.#sealed) this.#sealed = number
  }

  /** The next answers begin after the newest sealed block again. */
  retell(): void {
    this.#next = this.#sealed + 1n
  }

  /** Settles when everything the lane has now was told, or it could not be asked: the next cycle asks again from the same block. */
  collect(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async #ask(): Promise<void> {
    const { lane } = this
    const { factsMax, aheadMax, log, tell } = this.#deps
    try {
      while (lane.state() === 'ready' && (lane.head()?.header.number ?? 0n) >= this.#next && this.#next <= this.#sealed + BigInt(aheadMax)) {
        const facts = await lane.call('blockFacts', { from: this.#next, max: factsMax })
        // Asked for before everything had to be told again.
        if (facts[0]?.number !== this.#next) break
        this.#next += BigInt(facts.length)
        tell(lane.spec.chainId, facts)
      }
      this.#failed = null
    } catch (error) {
      if (error instanceof AppError && error.code === 'lane-unavailable') return
      const text = errorText(error)
      // Said once, not at every cycle.
      if (this.#failed !== text) log('error', `lane ${lane.spec.name}: its blocks cannot be sealed: ${text}`, { lane: lane.spec.chainId })
      this.#failed = text
    }
  }
}
