// Owns: what a ledger holds: where the sealed chain is, and every fact since; small questions about it.
// Does not own: how it changes (ledger.ts), what follows from it (cut.ts, build.ts, check.ts).
// Called by: those.

import type { Evidence, Hash, Judge } from '../../buddy/core/types.js'
import { keyOf } from '../../codec/bytes.js'
import type { BlockFact } from '../../evm-lane/protocol.js'
import type { BatchFact } from './hyper-facts.js'
import type { GenesisLane, HyperGenesis, LaneEntry, Roster, SignedChange } from './hyper-types.js'
import type { LaneSums } from './supply.js'

export type HeldFact = { fact: BlockFact; sinceMs: number }

export type LaneLedger = {
  spec: GenesisLane
  /** The newest sealed block. */
  tip: Pick<LaneEntry, 'to' | 'tipHash' | 'stateRoot'> & LaneSums
  /** Without gaps: held[i] is of block tip.to + 1 + i. */
  held: HeldFact[]
}

export type Ledger = {
  readonly judge: Judge
  readonly genesis: HyperGenesis
  readonly genesisHash: Hash
  readonly paramsHash: Hash
  /** The newest sealed Hyper Block; number 0 is the genesis. */
  head: { number: bigint; hash: Hash; timestampMs: bigint }
  roster: Roster
  /** Per currency, in the newest sealed Hyper Block. */
  destroyed: Map<string, bigint>
  /** By chain id, in that order. */
  lanes: Map<number, LaneLedger>
  /** Not sealed yet, by number. */
  batches: Map<number, BatchFact>
  /** Their blocks, by lane and number. */
  batchBlocks: Map<string, Hash>
  /** Message id → block that sent it, of blocks not sealed yet. */
  sent: Map<string, { chainId: number; number: bigint }>
  /** Ids of sealed messages, oldest first (sentRememberedMax). */
  sentBefore: Set<string>
  /** By their bytes, oldest first (pendingMax). */
  evidence: Map<string, { evidence: Evidence; sinceMs: number }>
  /** By nonce (pendingMax). */
  changes: Map<bigint, { change: SignedChange; sinceMs: number }>
}

/** Lane → its newest block in a Hyper Block that is being made or judged. */
export type Tips = Map<number, bigint>

export function heldTo(lane: LaneLedger): bigint {
  return lane.tip.to + BigInt(lane.held.length)
}

export function heldAt(lane: LaneLedger, number: bigint): HeldFact | undefined {
  return number > lane.tip.to ? lane.held[Number(number - lane.tip.to - 1n)] : undefined
}

/** The facts that a Hyper Block with this tip takes in. */
export function factsUpTo(lane: LaneLedger, to: bigint): BlockFact[] {
  return lane.held.slice(0, Number(to - lane.tip.to)).map(({ fact }) => fact)
}

export function sumsAt(lane: LaneLedger, to: bigint): LaneSums {
  return heldAt(lane, to)?.fact ?? lane.tip
}

export function tipOf(ledger: Ledger, tips: Tips, chainId: number): bigint {
  return tips.get(chainId) ?? ledger.lanes.get(chainId)?.tip.to ?? 0n
}

/** All of it is in a block with these tips. */
export function batchWithin(ledger: Ledger, tips: Tips, batch: BatchFact): boolean {
  return batch.blocks.every(({ chainId, number }) => number <= tipOf(ledger, tips, chainId))
}

export function batchesWithin(ledger: Ledger, tips: Tips): BatchFact[] {
  return [...ledger.batches.values()].filter((batch) => batchWithin(ledger, tips, batch)).sort((a, b) => a.batch - b.batch)
}

export function blockKey({ chainId, number }: { chainId: number; number: bigint }): string {
  return `${chainId}:${number}`
}

/** Where an unsealed message was sent; undefined when that is sealed, or not known yet. */
export function sentIn(ledger: Ledger, id: Hash): { chainId: number; number: bigint } | undefined {
  return ledger.sent.get(keyOf(id))
}
