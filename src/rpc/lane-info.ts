// Owns: the short description of lanes that GET answers to people and probes: state and head.
// Called by: server.ts.

import type { LaneClient } from '../evm-lane/client.js'
import type { LaneDirectory } from './method.js'

export type LaneInfo = { chainId: number; name: string; state: string; head: number | null }
export type Readiness = { status: 'ready' | 'not ready'; lanes: LaneInfo[] }

export function laneInfo(lane: LaneClient): LaneInfo {
  const head = lane.head()
  return { chainId: lane.spec.chainId, name: lane.spec.name, state: lane.state(), head: head === undefined ? null : Number(head.header.number) }
}

/** Ready means every lane: a probe that wants one lane asks `GET /<lane>`. */
export function readiness(lanes: LaneDirectory): Readiness {
  const infos = lanes.all().map(laneInfo)
  return { status: infos.every(({ state }) => state === 'ready') ? 'ready' : 'not ready', lanes: infos }
}
