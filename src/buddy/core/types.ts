// Owns: the nouns of Buddy: votes, certificates, blocks as consensus sees them, messages, inputs, effects, records.
// Does not own: their bytes (codec.ts) or what a Hyper Block contains (hyper/core).
// Called by: everything in buddy/core; runners and hyper/core import these types.

import type { Bytes } from '../../codec/bytes.js'

export type Hash = Bytes
/** A public key; it names a peer on the channel and a validator in a set. */
export type Key = Bytes
export type Signature = Bytes
/** 64 bytes: headerHash ‖ justHash (B2); justHash is zero in view 0. */
export type Digest = Bytes
export type VoteKind = 'prepare' | 'commit'

export type Validator = { key: Key; weight: bigint }
export type ValidatorSet = readonly Validator[]

/** A Hyper Block as consensus sees it; `nextSet` is there exactly when the header's nextSetHash is not its setHash. */
export type Block = { header: Bytes; body: Bytes; nextSet: ValidatorSet | null }

/** What consensus reads of a header. */
export type HeaderFacts = { number: bigint; parentHash: Hash; view: number; proposer: number; setHash: Hash; nextSetHash: Hash }

export type Vote = { validator: number; digest: Digest; signature: Signature }
export type Qc = { kind: VoteKind; height: bigint; view: number; digest: Digest; signers: readonly number[]; signatures: readonly Signature[] }
export type High = { view: number; digest: Digest }
export type TimeoutVote = { validator: number; high: High | null; signature: Signature }
/** `highQc` proves the highest `high` among the timeouts. */
export type Tc = { height: bigint; view: number; timeouts: readonly TimeoutVote[]; highQc: Qc | null }
export type Seal = { header: Bytes; qc: Qc; tc: Tc | null; nextSet: ValidatorSet | null }

export type LaneAttest = {
  laneId: bigint
  number: bigint
  laneView: number
  ethBlockHash: Hash
  parentHyperHash: Hash
  stateRoot: Hash
  outboxRoot: Hash
  inboxCursor: bigint
}
export type LaneCert = { attest: LaneAttest; signers: readonly number[]; signatures: readonly Signature[] }

export type Propose = { kind: 'propose'; height: bigint; view: number; block: Block; tc: Tc | null; signature: Signature }
export type Votes = { kind: 'votes'; vote: VoteKind; height: bigint; view: number; votes: readonly Vote[]; want: boolean }
export type Timeout = { kind: 'timeout'; height: bigint; view: number; validator: number; highQc: Qc | null; signature: Signature }
export type Message =
  | Propose
  | Votes
  | Timeout
  | { kind: 'qc'; height: bigint; qc: Qc }
  | { kind: 'tc'; height: bigint; tc: Tc }
  | { kind: 'sealed'; height: bigint; seal: Seal; block: Block | null }
  /** With a view: your PROPOSE of it. Without: the sealed block of that height. */
  | { kind: 'ask'; height: bigint; view: number | null }
  | { kind: 'report'; height: bigint; contributors: readonly number[]; certs: readonly LaneCert[] }

export type Statement =
  | { kind: 'propose' | VoteKind; height: bigint; view: number; validator: number; digest: Digest; signature: Signature }
  | { kind: 'timeout'; height: bigint; view: number; validator: number; high: High | null; signature: Signature }
  | { kind: 'attest'; validator: number; attest: LaneAttest; signature: Signature }
export type EvidenceRule = 'E1' | 'E2' | 'E3' | 'E4' | 'E5'
/** Self-contained proof (B7): E4 has one statement and the justification that it opens to; the others have two statements. */
export type Evidence = { rule: EvidenceRule; height: bigint; culprit: number; first: Statement; second: Statement | null; tc: Tc | null }

/** What must be on disk before anything that follows it is sent (B3). */
export type WalRecord =
  | { kind: 'accepted'; propose: Propose }
  | { kind: 'view'; height: bigint; view: number; tc: Tc | null }
  | { kind: 'proposed'; height: bigint; view: number }
  | { kind: 'prepared' | 'committed'; height: bigint; view: number; digest: Digest; signature: Signature }
  | { kind: 'high'; height: bigint; qc: Qc }
  | { kind: 'timed-out'; height: bigint; timeout: Timeout }
  | { kind: 'decided'; height: bigint; seal: Seal; block: Block }

export type TimerId =
  | { what: 'view'; height: bigint; view: number }
  | { what: 'exchange'; height: bigint; view: number; vote: VoteKind }
  | { what: 'merge'; height: bigint }
  | { what: 'fetch'; height: bigint }
  | { what: 'ask'; height: bigint }

export type Input =
  | { kind: 'receive'; from: Key; message: Message }
  | { kind: 'timer'; id: TimerId }
  /** The hyper period is over or a message waits: agree on the next block. `certs` is this Buddy's REPORT. */
  | { kind: 'cycle'; height: bigint; certs: readonly LaneCert[] }
  | { kind: 'built'; height: bigint; view: number; block: Block }
  | { kind: 'validated'; height: bigint; hash: Hash; valid: boolean }

export type Effect =
  | { kind: 'persist'; record: WalRecord }
  | { kind: 'send'; to: readonly Key[]; message: Message }
  | { kind: 'timer'; id: TimerId; delayMs: number }
  | { kind: 'build'; height: bigint; view: number; parentHash: Hash; certs: readonly LaneCert[] }
  /** `certified`: a quorum vouched for it already, so only what never changes is checked, not the local clock. */
  | { kind: 'validate'; height: bigint; hash: Hash; block: Block; mode: 'proposed' | 'certified' }
  /** A peer lacks an old height: send it `sealed` from the store, with the block if `whole`. */
  | { kind: 'serve'; to: Key; height: bigint; whole: boolean }
  | { kind: 'evidence'; evidence: Evidence }
  | { kind: 'decided'; seal: Seal; block: Block }

/** Pure functions: the same arguments give the same result, also for `sign` (Ed25519, RFC 6979). */
export type Crypto = {
  hash: (bytes: Bytes) => Hash
  verify: (key: Key, message: Bytes, signature: Signature) => boolean
}

/** Milliseconds; delta is the δ of B4. */
export type Timing = { deltaMs: number; viewTimeoutMs: number; askMs: number }

/** What it takes to judge what others signed; a light verifier has no more. */
export type Judge = Pick<Env, 'crypto' | 'genesisHash' | 'readHeader' | 'quorum'>

export type Env = {
  crypto: Crypto
  sign: (message: Bytes) => Signature
  key: Key
  genesisHash: Hash
  readHeader: (header: Bytes) => HeaderFacts | null
  timing: Timing
  exchange: 'buddy' | 'direct'
  merge: 'buddy' | 'none'
  /** Weight that decides, of a total; `quorumWeight` everywhere but in the test that shows what a smaller one does. */
  quorum: (total: bigint) => bigint
}
