// Owns: the messages between the process and the thread that seals its Hyper Blocks, and what the thread is born with. Plain data only.
// Does not own: how they travel (process/sealer-thread.ts), what they do (sealer-host.ts).
// Called by: those two.

import type { Evidence } from '../buddy/core/types.js'
import type { WireError } from '../errors.js'
import type { Bytes } from '../primitives.js'
import type { LaneFacts } from './core/hyper-facts.js'
import type { HyperGenesis, SignedChange } from './core/hyper-types.js'
import type { Sealed } from './hyper-block.js'
import type { CycleAt, SealerStatus } from './sealer.js'

/** The place of a process among separate Buddies (B9). A key outside of the set only learns of Seals. */
export type BuddyLink = {
  keyFile: string
  /** null: it only dials. */
  listen: { host: string; port: number } | null
  peers: { key: Bytes; host: string; port: number }[]
  /** Keys outside of the set that may connect. */
  followers: Bytes[]
  exchange: 'buddy' | 'direct'
}

export type SealerSpec = {
  dataDir: string
  genesis: HyperGenesis
  /** The newest stored block, null before the first; and the roster after it, null while nothing changed the one of the genesis. */
  last: { sealed: Sealed; roster: Uint8Array | null } | null
  /** Buddies of this process: their folders are `buddy-<i>`. */
  buddies: number[]
  timing: { deltaMs: number; viewTimeoutMs: number; askMs: number }
  /** Not null where Buddies are separate processes: what this one is among them; `buddies` is empty then. */
  link: BuddyLink | null
  /** Whether logs are synced before a Buddy speaks. */
  syncLogs: boolean
}

/** What the thread can be asked for; each gets one reply. */
export type SealerRequests = {
  status: { req: null; res: SealerStatus }
  /** Why a signed change cannot come next. */
  changeMistake: { req: { change: SignedChange }; res: string | null }
  stopBuddy: { req: { index: number }; res: null }
  startBuddy: { req: { index: number }; res: null }
  stop: { req: null; res: null }
}

export type ToSealer =
  | { kind: 'facts'; facts: LaneFacts }
  | ({ kind: 'cycle' } & CycleAt)
  /** The process has this block for good: the ledger may go on to the next. */
  | { kind: 'stored'; number: bigint }
  /** Answers `want`. */
  | { kind: 'block'; number: bigint; sealed: Sealed | null }
  | { kind: 'request'; id: number; op: keyof SealerRequests; req: unknown }

export type FromSealer =
  /** The Buddies run. Blocks that their logs had beyond the stored ones were told before. */
  | { kind: 'ready' }
  | { kind: 'proposed'; lanes: { chainId: number; to: bigint }[] }
  /** The next one comes after `stored`. */
  | { kind: 'decided'; number: bigint; sealed: Sealed; roster: Uint8Array | null; waits: boolean }
  | { kind: 'evidence'; evidence: Evidence }
  | { kind: 'trouble'; what: string; error: WireError }
  /** A stored block that a log lacks. */
  | { kind: 'want'; number: bigint }
  | { kind: 'reply'; id: number; res: unknown }
  | { kind: 'error'; id: number; error: WireError }
  /** It cannot go on. */
  | { kind: 'fatal'; error: WireError }
