// Owns: what the decision maker wants of lanes, executed over their clients, and lanes' comings and goings as inputs.
// Does not own: questions of lanes (asks.ts).
// Called by: coordinator.ts.

import { AppError, errorText } from '../errors.js'
import type { LaneClient, LaneState } from '../evm-lane/client.js'
import type { Effect, Input, LaneReply } from './core/types.js'
import type { HyperLog } from './log.js'

type LaneCallEffect = Extract<Effect, { kind: 'call' }>

export type LaneRunner = {
  call: (effect: LaneCallEffect) => void
  /** What may wait for another call waits no longer. */
  flush: (chainId: number) => void
  /** The lane has ended, and with it what was to be told to it. */
  forget: (chainId: number) => void
  drop: (effect: Extract<Effect, { kind: 'drop' }>) => void
}

/** Between the life of a lane and the next, answers are rejections: each call gets exactly one input. */
export function createLaneRunner(lanes: ReadonlyMap<number, LaneClient>, feed: (input: Input) => void, log: HyperLog): LaneRunner {
  /** A message to a thread costs more than what begins or ends a session there, so these go with the next one. */
  const waiting = new Map<number, LaneCallEffect[]>()

  const send = ({ id, chainId, call }: LaneCallEffect): void => {
    const lane = lanes.get(chainId)
    if (lane === undefined) return feed({ kind: 'failed', id })
    lane.call(call.op, call.req).then(
      (res) => feed({ kind: 'reply', id, reply: { op: call.op, res } as LaneReply }),
      (error: unknown) => {
        const code = error instanceof AppError ? error.code : 'internal'
        const message = errorText(error)
        // A lane that is down says so itself.
        if (code !== 'lane-unavailable') log('error', `lane ${lane.spec.name} failed ${call.op}: ${message}`, { lane: chainId, code })
        feed({ kind: 'failed', id })
      },
    )
  }
  const flush = (chainId: number): void => {
    const effects = waiting.get(chainId) ?? []
    waiting.delete(chainId)
    for (const effect of effects) send(effect)
  }

  return {
    call(effect) {
      if (effect.later) {
        waiting.set(effect.chainId, [...(waiting.get(effect.chainId) ?? []), effect])
        return
      }
      flush(effect.chainId)
      send(effect)
    },
    flush,
    forget: (chainId) => void waiting.delete(chainId),
    drop({ chainId, hashes }) {
      // A lane that ended has no pool to drop from.
      lanes
        .get(chainId)
        ?.call('sessionDrop', { hashes })
        .catch(() => undefined)
    },
  }
}

/** Tells the state that the lane has now, then each change. */
export function watchLane(lane: LaneClient, feed: (input: Input) => void): () => void {
  const { chainId } = lane.spec
  let told = false
  const tell = (state: LaneState): void => {
    const up = state === 'ready'
    if (up === told) return
    told = up
    feed({ kind: up ? 'laneUp' : 'laneDown', chainId })
  }
  tell(lane.state())
  return lane.onState(tell)
}
