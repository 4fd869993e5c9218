// Owns: what others may know of sessions and messages.
// Does not own: how it came about (coordinator.ts).
// Called by: rpc handlers and subscriptions.

import type { ReplayedLane } from './replay.js'
import type { Hash32 } from '../primitives.js'
import type { FeedBatch } from './feed/feed.js'
import type { BundleItem, BundleState, SentBundle } from './bundles.js'
import type { StoredSession } from './journal.js'
import type { Message } from './message.js'

export type { BundleState, SentBundle } from './bundles.js'
export type { StoredSession } from './journal.js'
export type { Message } from './message.js'

/** A committed session is in the journal; one that is not is a bundle that waits or failed. */
export type SessionView = { kind: 'committed'; session: StoredSession } | { kind: 'bundle'; id: Hash32; state: BundleState }

export interface HyperReader {
  getSession(id: Hash32): Promise<SessionView | null>
  /** Settles when every lane shows its block of the session; at once when it is not being committed now, and in bounded time when a lane is away. */
  everywhere(id: Hash32): Promise<void>
  getMessage(id: Hash32): Promise<Message | null>
  /** Messages that a transaction sent, in order. */
  getMessagesByTransaction(chainId: number, hash: Hash32): Promise<Message[]>
  /** Executes the session's batch again, each lane alone with the transcript (S12). null: no such committed session. @throws as sessionReplay. */
  replaySession(id: Hash32): Promise<ReplayedLane[] | null>
  /** The sessions of which a block is, with what a replay of it wants (S12); null for a block that a lane made by itself. */
  batchOfBlock(chainId: number, number: bigint): Promise<FeedBatch | null>
  /** Each session once every lane has its block, in the order of their batches where lanes overlap. Returns the undo. */
  onSession(listener: (session: StoredSession) => void): () => void
  /** S8. @throws AppError 'invalid-params', 'unknown-lane', 'lane-unavailable', and those of eth_sendRawTransaction. */
  sendBundle(items: readonly BundleItem[], waitMs: number): Promise<SentBundle>
}
