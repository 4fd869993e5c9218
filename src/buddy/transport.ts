// Owns: the way between Buddies as the runner sees it, and what every implementation counts.
// Does not own: any implementation (transport-memory.ts, transport-tcp.ts) or what the messages mean (core).
// Called by: the runner; implementations pass test/contract/transport.

import type { Key, Message } from './core/types.js'

/** Messages, all since the start. */
export type Traffic = { sent: number; received: number; dropped: number; malformed: number }

/** May lose, never invents: `from` is proven. Order is kept within one connection. */
export interface Transport {
  /** Who is connected now. */
  readonly peers: readonly Key[]
  /** Never waits. What cannot go out now is kept in a bounded queue per peer, from which the oldest falls out. */
  send(to: readonly Key[], message: Message): void
  /** One listener; called outside of any `send`. */
  onMessage(listener: (from: Key, message: Message) => void): void
  /** The validators from now on. Whoever is neither one of them nor a follower by configuration is cut off. */
  admit(validators: readonly Key[]): void
  traffic(): Traffic
  close(): Promise<void>
}
