// Owns: the subscriptions of one WebSocket connection: ids, bound, notification envelope, release.
// Does not own: what is told when (lane-feed.ts), or the socket (ws-connection.ts ends all subscriptions when it closes).
// Called by: handlers/streams.ts.

import { randomBytes } from 'node:crypto'
import { AppError } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { HyperReader } from '../hyper/reader.js'
import type { SealingReader } from '../hyper/sealing-reader.js'
import { toHex } from '../primitives.js'
import type { Sink } from './block-feed.js'
import { JsonRpcError, rpcCodes } from './errors.js'
import { formatHyperHead } from './format/hyper-block.js'
import { formatSession } from './format/hyper.js'
import { sealingOf } from './handlers/hyper-blocks.js'
import { hyperOf } from './handlers/hyper.js'
import { feedOf } from './lane-feed.js'
import type { RpcLimits } from './limits.js'
import { logMatcher } from './log-matcher.js'
import type { Connection } from './method.js'
import { wrongText, jsonTypeOf } from './params/hex.js'
import { readLogFilter } from './params/log-filter.js'
import { readReceiptHashes } from './params/subscription.js'

type SubscribeRequest = {
  lane: LaneClient
  hyper: HyperReader | null
  sealing: SealingReader | null
  limits: RpcLimits
  connection: Connection
  kind: string
  options: unknown
}

/** Answers the id. @throws JsonRpcError for an unknown kind, AppError for bad options or too many subscriptions. */
export async function subscribe(request: SubscribeRequest): Promise<string> {
  const { connection, limits } = request
  if (connection.subscriptions.size >= limits.subscriptionsPerConnectionMax) {
    throw new AppError('busy', `too many subscriptions: ${limits.subscriptionsPerConnectionMax} on one connection`)
  }
  const id = toHex(randomBytes(16))
  // Its place is taken at once, so that the bound holds for requests in flight; ending it early (the connection closes) is remembered.
  let ended = false
  connection.subscriptions.set(id, () => (ended = true))
  try {
    const undo = await start(request, notifier(connection, id))
    if (ended) undo()
    else connection.subscriptions.set(id, undo)
  } catch (error) {
    connection.subscriptions.delete(id)
    throw error
  }
  return id
}

/** @throws JsonRpcError with geth's words for an unknown id. */
export function unsubscribe(connection: Connection, id: string): boolean {
  const undo = connection.subscriptions.get(id)
  if (undo === undefined) throw new JsonRpcError(rpcCodes.server, 'subscription not found')
  connection.subscriptions.delete(id)
  undo()
  return true
}

function start({ lane, hyper, sealing, kind, options }: SubscribeRequest, sink: Sink): Promise<() => void> | (() => void) {
  const feed = feedOf(lane)
  switch (kind) {
    case 'newHeads':
      return feed.addHeads(sink)
    case 'logs':
      return feed.addLogs(logMatcher(readLogFilter(options ?? {})), sink)
    case 'newPendingTransactions':
      return feed.addPending(readFull(options), sink)
    case 'transactionReceipts': {
      const hashes = readReceiptHashes(options)
      return feed.addReceipts(hashes === null ? null : new Set<string>(hashes.map(toHex)), sink)
    }
    case 'hyperSessions':
      return hyperOf({ hyper }).onSession((session) => sink(JSON.stringify(formatSession(session))))
    case 'hyperHeads':
      return sealingOf({ sealing }).onSealed((block) => sink(JSON.stringify(formatHyperHead(block))))
    // A lane makes its own blocks and is never behind, so there is never anything to tell.
    case 'syncing':
      return () => undefined
    default:
      throw new JsonRpcError(rpcCodes.methodNotFound, `no "${kind.slice(0, 80)}" subscription in eth namespace`)
  }
}

function readFull(options: unknown): boolean {
  if (options === undefined || options === null) return false
  if (typeof options !== 'boolean') throw wrongText(jsonTypeOf(options), { type: 'bool' })
  return options
}

function notifier(connection: Connection, id: string): Sink {
  const before = `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${id}","result":`
  return (result) => connection.send(`${before}${result}}}`)
}
