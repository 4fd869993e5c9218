// Owns: which lane a request means: the URL's path, and `networkId` of a single request at the root.
// Does not own: the directory of lanes (node.ts) or what is done with the lane (dispatch.ts).
// Called by: http.ts, ws.ts, ws-connection.ts, call.ts.

import { AppError } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { LaneDirectory } from './method.js'

/** Paths that GET answers itself; a lane of such a name could not be seen by a browser. */
export const reservedNames = ['health', 'ready', 'metrics', 'chains.json', 'openrpc.json', 'favicon.ico'] as const

/** The lane of a URL; `pinned` when the path names it, so that `networkId` can no longer choose. */
export type Route = { lane: LaneClient; pinned: boolean }

/** @throws AppError 'unknown-lane' that lists the lanes. */
export function routeOf(lanes: LaneDirectory, path: string): Route {
  const key = laneKey(path)
  if (key === null) return { lane: lanes.default(), pinned: false }
  const lane = lanes.find(key)
  if (lane === undefined) throw unknownLane(lanes, key)
  return { lane, pinned: true }
}

/** The lane that one request means. @throws AppError 'unknown-lane', or 'invalid-params' when URL and networkId disagree. */
export function laneOfRequest(lanes: LaneDirectory, route: Route, networkId: unknown): LaneClient {
  if (networkId === undefined || networkId === null) return route.lane
  const key = typeof networkId === 'string' && networkId.startsWith('evm:') ? networkId.slice('evm:'.length) : null
  const lane = key === null ? undefined : lanes.find(key)
  if (lane === undefined) throw unknownLane(lanes, typeof networkId === 'string' ? networkId : JSON.stringify(networkId))
  // A transaction or a read must never land on another lane than the one its URL shows.
  if (route.pinned && lane !== route.lane) {
    throw new AppError('invalid-params', `networkId ${String(networkId)} contradicts the URL, which names lane ${route.lane.spec.chainId}`)
  }
  return lane
}

/** null is the root. `/<key>` and eRPC's `/<project>/evm/<key>` name a lane; anything else is taken whole, so that the error can show it. */
export function laneKey(path: string): string | null {
  if (path === '/' || path === '') return null
  const bare = path.slice(path.startsWith('/') ? 1 : 0, path.endsWith('/') ? -1 : undefined)
  if (!bare.includes('/')) return decode(bare)
  const parts = bare.split('/')
  return decode(parts.length === 3 && parts[1] === 'evm' ? parts[2]! : bare)
}

/** The path of a request target, without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

const shownLengthMax = 80

function unknownLane(lanes: LaneDirectory, key: string): AppError {
  const known = lanes.all().map(({ spec }) => ({ chainId: spec.chainId, name: spec.name }))
  const list = known.map(({ chainId, name }) => `${chainId} (${name})`).join(', ')
  return new AppError('unknown-lane', `unknown lane "${key.slice(0, shownLengthMax)}"; the lanes are ${list}`, { lanes: known })
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text // Not percent-encoding: no lane has such a name, and the error shows what came.
  }
}
