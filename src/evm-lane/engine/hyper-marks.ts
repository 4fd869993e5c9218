// Owns: what the lane was told of Hyper Blocks: the newest sealed one, and which of its own blocks are safe and final (L5, H4).
// Does not own: sealing (hyper), when the lane builds (producer.ts).
// Called by: handlers (sealed, proposed), builder (H4), query (tags), engine (back-pressure).

import { RLP } from '@ethereumjs/rlp'
import { AppError } from '../../errors.js'
import { bareHex, bigintMax, bigintMin, bigintToBytes, bytesToBigint, equalBytes } from '../../primitives.js'
import type { Bytes, Hash32 } from '../../primitives.js'
import { lane, metaKey, readU64, tableKey, tableRange, u64 } from '../../schema.js'
import type { Store, StoreOp } from '../../store/store.js'
import type { LaneSpec } from '../lane-spec.js'
import type { SealedMark } from '../protocol.js'
import { zeroHash } from './header.js'

/** More than two hours at two a second: a block builds on one that was new when it was made. */
const knownMax = 16_384

export class HyperMarks {
  private readonly store: Store
  private readonly spec: LaneSpec
  private newest: SealedMark | null
  /** Hyper Blocks by hash, oldest first: what blocks that are executed again may build on. Kept by lanes that follow. */
  private readonly known: Map<string, bigint>
  private proposedBlock = 0n
  private last: Promise<unknown> = Promise.resolve()

  private constructor(store: Store, spec: LaneSpec, newest: SealedMark | null, known: Map<string, bigint>) {
    this.known = known
    this.store = store
    this.spec = spec
    this.newest = newest
  }

  static async open(store: Store, spec: LaneSpec): Promise<HyperMarks> {
    const value = await store.get(metaKey('hyperMark'))
    const known = new Map<string, bigint>()
    for await (const [key, hash] of store.iterate(tableRange(lane.hyperHashes))) known.set(bareHex(hash), readU64(key, 1))
    return new HyperMarks(store, spec, value === undefined ? null : decodeMark(value), known)
  }

  /** H4: hash of the newest sealed Hyper Block; zero on a lane that is part of none. */
  get hash(): Hash32 {
    return this.newest?.hyperHash ?? zeroHash
  }

  /** Number of a Hyper Block that the lane was told of, while that is remembered. */
  numberOf(hash: Hash32): bigint | undefined {
    // A lane that is part of none builds on nothing.
    if (this.spec.sealed !== true) return equalBytes(hash, zeroHash) ? 0n : undefined
    return this.known.get(bareHex(hash))
  }

  /** Whether the lane may make a block on `head` now. */
  canBuild(head: bigint): boolean {
    if (this.spec.sealed !== true) return true
    return this.newest !== null && !this.hasLost(head) && this.isWithin(head)
  }

  /**
   * Blocks above the head are sealed: this store has lost them (a disk that said it had them). To build on would put others in their place (L5). A lane
   * that follows is only behind.
   */
  hasLost(head: bigint): boolean {
    return this.spec.sealed === true && this.spec.following !== true && (this.newest?.finalized ?? 0n) > head
  }

  /** Blocks beyond the sealed ones are fewer than the lane's bound. */
  isWithin(head: bigint): boolean {
    const { sealed, maxUnsealed } = this.spec
    if (sealed !== true || maxUnsealed === undefined || maxUnsealed === null) return true
    return head - (this.newest?.finalized ?? 0n) < BigInt(maxUnsealed)
  }

  /** L5, under a head. */
  tags(head: bigint): { safe: bigint; finalized: bigint } {
    if (this.spec.sealed !== true) return { safe: head, finalized: head }
    const finalized = bigintMin(this.newest?.finalized ?? 0n, head)
    return { finalized, safe: bigintMin(bigintMax(this.proposedBlock, finalized), head) }
  }

  /** Durable before it counts: a block that carries the hash must not survive a crash that the mark did not. Answers whether it was news. */
  sealed(mark: SealedMark): Promise<boolean> {
    const next = (): Promise<boolean> => this.take(mark)
    const taken = this.last.then(next, next)
    this.last = taken
    return taken
  }

  proposed(safe: bigint): void {
    this.proposedBlock = bigintMax(this.proposedBlock, safe)
  }

  private async take(mark: SealedMark): Promise<boolean> {
    const { newest } = this
    if (newest !== null && mark.hyperNumber === newest.hyperNumber && !equalBytes(mark.hyperHash, newest.hyperHash)) {
      throw new AppError('internal', `lane ${this.spec.name} knows another Hyper Block ${mark.hyperNumber}`)
    }
    const isNewer = newest === null || mark.hyperNumber > newest.hyperNumber
    const next = { ...(isNewer ? mark : newest), finalized: bigintMax(mark.finalized, newest?.finalized ?? 0n) }
    const isNews = isNewer || next.finalized > newest.finalized
    const ops = [...(isNews ? [{ type: 'put' as const, key: metaKey('hyperMark'), value: encodeMark(next) }] : []), ...this.remember(mark)]
    if (ops.length === 0) return false
    await this.store.batch(ops, { sync: this.spec.syncWrites })
    this.newest = next
    if (this.spec.following === true) this.known.set(bareHex(mark.hyperHash), mark.hyperNumber)
    return isNews
  }

  /** Also an older one: a lane that was added later executes again what was built before it was told of anything. */
  private remember({ hyperNumber, hyperHash }: SealedMark): StoreOp[] {
    if (this.spec.following !== true || this.known.has(bareHex(hyperHash))) return []
    const ops: StoreOp[] = [{ type: 'put', key: tableKey(lane.hyperHashes, u64(hyperNumber)), value: hyperHash }]
    for (const [hash, number] of this.known) {
      if (this.known.size < knownMax) break
      this.known.delete(hash)
      ops.push({ type: 'del', key: tableKey(lane.hyperHashes, u64(number)) })
    }
    return ops
  }
}

function encodeMark({ hyperNumber, hyperHash, finalized }: SealedMark): Uint8Array {
  return RLP.encode([bigintToBytes(hyperNumber), hyperHash, bigintToBytes(finalized)])
}

function decodeMark(bytes: Bytes): SealedMark {
  const [number, hash, finalized] = RLP.decode(bytes) as Bytes[]
  return { hyperNumber: bytesToBigint(number as Bytes), hyperHash: hash as Bytes, finalized: bytesToBigint(finalized as Bytes) }
}
