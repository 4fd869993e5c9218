// Owns: which session batches Hyper Blocks have not sealed yet, so that the ledger hears of each in time, and a restart tells it of exactly those.
// Does not own: the journal, or the rule that a batch is sealed on all its lanes or on none (core/ledger.ts).
// Called by: node.ts (fills it), cycles.ts.

import type { BatchFact } from './core/hyper-facts.js'
import { encodeTranscript } from './core/transcript-codec.js'
import type { BatchRecord, BlockPosition, SessionRecord } from './core/types.js'
import type { StoredBatch } from './journal.js'
import type { Keccak256 } from './session-id.js'

/** What of a batch's record is needed here. */
export type BatchOnDisk = Pick<StoredBatch, 'batch'> & {
  blocks: readonly Pick<BlockPosition, 'chainId' | 'number' | 'hash'>[]
  sessions: readonly Pick<SessionRecord, 'id' | 'transcript'>[]
}

export class SessionBatches {
  readonly #keccak256: Keccak256
  readonly #unsealed = new Map<number, BatchFact>()
  #fresh: BatchFact[] = []

  constructor(keccak256: Keccak256) {
    this.#keccak256 = keccak256
  }

  /** A batch whose record is durable, before any lane is told to commit it: so the ledger knows of a batch before it hears of a block of it. */
  add(record: BatchOnDisk | StoredBatch | BatchRecord): void {
    const fact = this.#factOf(record)
    this.#unsealed.set(fact.batch, fact)
    this.#fresh.push(fact)
  }

  /** What came since the last time. */
  takeFresh(): BatchFact[] {
    const fresh = this.#fresh
    this.#fresh = []
    return fresh
  }

  /** Everything that is not sealed is fresh again: whoever was told of it is gone. */
  retell(): void {
    this.#fresh = [...this.#unsealed.values()]
  }

  /** `oldestRunning`: number below which no batch can come any more. Answers the number below which all are sealed. */
  sealed(isSealed: (chainId: number, number: bigint) => boolean, oldestRunning: number): number {
    let floor = oldestRunning
    for (const [number, { blocks }] of this.#unsealed) {
      if (blocks.every((block) => isSealed(block.chainId, block.number))) this.#unsealed.delete(number)
      else floor = Math.min(floor, number)
    }
    this.#fresh = this.#fresh.filter(({ batch }) => this.#unsealed.has(batch))
    return floor
  }

  #factOf({ batch, blocks, sessions }: BatchOnDisk): BatchFact {
    return {
      batch,
      blocks: blocks.map(({ chainId, number, hash }) => ({ chainId, number, hash })),
      sessions: sessions.map(({ id, transcript }, place) => ({
        id,
        transcriptHash: this.#keccak256(encodeTranscript({ id, events: transcript })),
        batch,
        place,
      })),
    }
  }
}
