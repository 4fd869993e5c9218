// Owns: the nouns of Hyper Blocks (H1): header, body and their entries, the genesis document, signed changes.
// Does not own: their bytes (hyper-codec.ts), what makes them true (check.ts) or the Seal (buddy/core).
// Called by: hyper/core, the hyper shell, rpc, the light verifier.

import type { Evidence, Hash, Key, Signature, ValidatorSet } from '../../buddy/core/types.js'

/** One lane in one Hyper Block. Counts are of the blocks from..to, sums are cumulative since genesis, in wei. */
export type LaneEntry = {
  chainId: number
  from: bigint
  /** `from` - 1 when the lane has nothing new; then tip and root are those of before. */
  to: bigint
  tipHash: Hash
  stateRoot: Hash
  /** Merkle root over the hashes of from..to. */
  blocksRoot: Hash
  configHash: Hash
  txCount: number
  gasUsed: bigint
  supply: bigint
  burned: bigint
  bridgedIn: bigint
  bridgedOut: bigint
}

/** `batch` and `place` are the coordinator's numbers: the total order of sessions (S10). */
export type SessionEntry = { id: Hash; transcriptHash: Hash; batch: number; place: number }

/** A message was sent by, or delivered in, block `number` of lane `chainId` (S9). */
export type MessageEntry = { kind: 'sent' | 'delivered'; id: Hash; chainId: number; number: bigint; success: boolean }

/** S11: lanes + inFlight + burned + destroyed is what the lanes of the currency began with. */
export type SupplyEntry = { currency: string; lanes: bigint; inFlight: bigint; burned: bigint; destroyed: bigint }

export type HyperHeader = {
  version: 1
  genesisHash: Hash
  /** From 1 on; 0 stands for the genesis. */
  number: bigint
  /** Of number 1: the genesis hash. */
  parentHash: Hash
  timestampMs: bigint
  view: number
  proposer: number
  setHash: Hash
  nextSetHash: Hash
  lanesRoot: Hash
  sessionsRoot: Hash
  messagesRoot: Hash
  supplyRoot: Hash
  evidenceRoot: Hash
  changesRoot: Hash
  laneBlockCount: bigint
  paramsHash: Hash
}

export type HyperBody = {
  /** All lanes, by chain id. */
  lanes: readonly LaneEntry[]
  /** By batch and place. */
  sessions: readonly SessionEntry[]
  /** By lane, block, and place in the block. */
  messages: readonly MessageEntry[]
  /** All currencies, by name. */
  supply: readonly SupplyEntry[]
  evidence: readonly Evidence[]
  changes: readonly SignedChange[]
}

export type GenesisLane = {
  chainId: number
  name: string
  genesisHash: Hash
  stateRoot: Hash
  configHash: Hash
  currency: string
  /** Sum of all balances of the lane's block 0. */
  supply: bigint
}

/** `adminKey` signs changes; null: there are none. */
export type HyperParams = { periodMs: number; censorMs: number; driftMs: number; adminKey: Key | null }

/** All that a verifier has to trust. */
export type HyperGenesis = { version: 1; timestampMs: bigint; lanes: readonly GenesisLane[]; set: ValidatorSet; params: HyperParams }

/** A lane that begins (H3), or a Buddy whose weight changes; 0 removes it. */
export type Change = { kind: 'lane-add'; lane: GenesisLane } | { kind: 'buddy-set'; key: Key; weight: bigint }
/** Signed by `adminKey`; nonces count from 0 without a gap. */
export type SignedChange = { nonce: bigint; change: Change; signature: Signature }

/** What follows from the genesis and all changes and evidence sealed so far. */
export type Roster = {
  /** By chain id. */
  lanes: readonly GenesisLane[]
  /** Sets with the number from which each is in force, oldest first; the last one seals the next block. */
  sets: readonly { from: bigint; set: ValidatorSet }[]
  /** Of the next change. */
  nonce: bigint
}
