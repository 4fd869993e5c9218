// Owns: the JSON-RPC server of a node that follows: all that reads, nothing that writes.
// Does not own: the gateway's server (rpc/server.ts, which it uses), the lanes.
// Called by: buddy-node.ts.

import { httpUrl, type Address } from '../config/address.js'
import { AppError } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import { feedLimits, type FeedBatch } from '../hyper/feed/feed.js'
import { createLaneFeed } from '../hyper/feed/lane-feed.js'
import type { Following } from '../hyper/follower/following.js'
import type { SealingReader } from '../hyper/sealing-reader.js'
import { rpcLimits } from '../rpc/limits.js'
import type { MethodRow, RouteClass } from '../rpc/method.js'
import { methods } from '../rpc/methods.js'
import { openRpcDocument } from '../rpc/openrpc.js'
import { createServer } from '../rpc/server.js'
import { serverSettings } from '../rpc/settings.js'
import { logFault } from './fault-log.js'
import { createLaneDirectory } from './lane-directory.js'
import type { Log } from './log.js'
import { clientVersion, version } from './version.js'

export type ReadServer = { url: string; stop: () => Promise<void> }

export type ReadSources = {
  /** The list itself: lanes may be added to it. */
  lanes: readonly LaneClient[]
  sealing: SealingReader
  batchOf: (chainId: number, number: bigint) => Promise<FeedBatch | null>
  following: Following
  log: Log
}

const writes: readonly RouteClass[] = ['lane-write', 'hyper-write', 'dev']

/** @throws AppError 'config-invalid' when the address cannot be had. */
export async function openReadServer({ host, port }: Address, sources: ReadSources): Promise<ReadServer> {
  const { lanes, sealing, batchOf, following, log } = sources
  const table = readsOnly(following.gateway)
  const openrpc = openRpcDocument(table, { version, dev: false })
  const context = {
    lanes: createLaneDirectory(lanes),
    limits: rpcLimits,
    hyper: null,
    sealing,
    feed: createLaneFeed({ lanes: () => lanes, batchOf, limits: feedLimits }),
    following,
    addLane: null,
    dev: null,
    clientVersion,
    openrpc: () => openrpc,
    onFault: logFault(log),
  }
  const server = createServer({ context, methods: table, settings: serverSettings })
  const listening = await server.listen(host, port)
  return { url: httpUrl({ host, port: listening.port }), stop: () => server.close() }
}

/** A write says where it belongs, instead of not existing: the caller has the right method and the wrong server. */
function readsOnly(gateway: string): Record<string, MethodRow> {
  const refuse = (): never => {
    throw new AppError('not-allowed', `this server follows ${gateway}, which takes transactions`)
  }
  return Object.fromEntries(Object.entries(methods).map(([name, row]) => [name, writes.includes(row.route) ? { ...row, handler: refuse } : row]))
}
