// Owns: the facts of the lane's blocks in its store, and that of the head in memory, on which the next one builds.
// Does not own: working them out (block-fact.ts), the batch they are written in (committer.ts, L4).
// Called by: committer.ts, open-lane.ts, recover.ts, the operation blockFacts.

import { AppError } from '../../../errors.js'
import { lane, tableKey, u64 } from '../../../schema.js'
import type { Store, StoreOp } from '../../../store/store.js'
import type { BlockFact } from '../../protocol.js'
import { decodeFact, encodeFact } from './fact-codec.js'

/** Facts in one answer: a few hundred bytes each. */
const factsMax = 1_000

export class FactStore {
  private readonly store: Store
  private newest: BlockFact | null = null
  /** Those of the newest blocks: Hyper Blocks ask for them twice a second, and the store answers only after waking another thread. */
  private readonly recent = new Map<bigint, BlockFact>()

  constructor(store: Store) {
    this.store = store
  }

  /** null before the genesis block. */
  get head(): BlockFact | null {
    return this.newest
  }

  ops(fact: BlockFact): StoreOp[] {
    return [{ type: 'put', key: tableKey(lane.facts, u64(fact.number)), value: encodeFact(fact) }]
  }

  /** The batch with this fact is durable. */
  publish(fact: BlockFact): void {
    this.newest = fact
    this.recent.set(fact.number, fact)
    this.recent.delete(fact.number - BigInt(factsMax))
  }

  /** Makes the stored fact of a block that of the head. False: there is none. */
  async load(number: bigint): Promise<boolean> {
    const value = await this.store.get(tableKey(lane.facts, u64(number)))
    if (value === undefined) return false
    this.newest = decodeFact(value)
    return true
  }

  /** Facts of at most `max` blocks from `from` on, up to the head. @throws AppError 'history-pruned' when one of them has none. */
  async from(from: bigint, max: number): Promise<BlockFact[]> {
    const head = this.newest?.number ?? -1n
    const count = BigInt(Math.max(0, Math.min(max, factsMax)))
    const end = from + count - 1n < head ? from + count - 1n : head
    const known = this.known(from, end)
    if (known !== null) return known
    const facts: BlockFact[] = []
    for await (const [, value] of this.store.iterate({
      gte: tableKey(lane.facts, u64(from)),
      lte: tableKey(lane.facts, u64(end)),
    })) {
      facts.push(decodeFact(value))
    }
    if (BigInt(facts.length) === end - from + 1n) return facts
    throw new AppError('history-pruned', `facts of blocks ${from} to ${end} are not kept: they are older than the facts of this lane`, {
      block: from,
    })
  }

  /** null when one of them is not in memory. */
  private known(from: bigint, end: bigint): BlockFact[] | null {
    const facts: BlockFact[] = []
    for (let number = from; number <= end; number++) {
      const fact = this.recent.get(number)
      if (fact === undefined) return null
      facts.push(fact)
    }
    return facts
  }
}
