// Owns: the interface through which everybody talks to a lane, wherever the lane runs (style 21).
// Implemented by: client-worker.ts (a thread), client-local.ts (same thread, tests).
// Called by: rpc handlers, the hyper coordinator, node.ts.

import type { HeadInfo } from './chain-data.js'
import type { LaneEvents, Op, Reply, Request } from './protocol.js'
import type { LaneSpec } from './lane-spec.js'
import type { Asks } from './session-protocol.js'
import type { Hash32 } from '../primitives.js'

export type AskHandler = <K extends keyof Asks>(op: K, req: Asks[K]['req']) => Promise<Asks[K]['res']>

export type LaneState = 'starting' | 'ready' | 'restarting' | 'stopped' | 'failed'

export interface LaneClient {
  /** As it is now: peers may be added while it runs. */
  readonly spec: LaneSpec
  /** Resolves when the lane has recovered its store and answers; rejects when it cannot. */
  readonly ready: Promise<void>
  state(): LaneState
  /** Newest durable block; undefined until ready. */
  head(): HeadInfo | undefined
  genesisHash(): Hash32 | undefined
  /** @throws AppError of the operation; 'lane-unavailable' when the lane is down; 'timeout' after the operation's deadline; 'busy' over the in-flight bound. */
  call<K extends Op>(op: K, req: Request<K>): Promise<Reply<K>>
  /** Registers for facts, in order; returns the undo. */
  on<E extends keyof LaneEvents>(event: E, listener: (value: LaneEvents[E]) => void): () => void
  /** Who answers the lane's own questions; without anybody they are refused as 'lane-unavailable'. */
  answerAsks(answer: AskHandler): void
  onState(listener: (state: LaneState) => void): () => void
  stop(): Promise<void>
}
