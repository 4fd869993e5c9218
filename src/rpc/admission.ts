// Owns: who may call and how often: API key, caller identity, rate.
// Does not own: how a refusal is answered (http.ts, ws.ts).
// Called by: http.ts, ws-connection.ts.

import type { IncomingMessage } from 'node:http'
import { isKnownKey, keySet, shownKey, type KeySet } from './api-keys.js'
import type { Message } from './envelope.js'
import { rpcCodes, JsonRpcError, type RpcErrorObject } from './errors.js'
import { RateLimiter } from './rate-limit.js'
import type { ServerSettings } from './settings.js'

export class Admission {
  readonly #keys: KeySet | null
  readonly #limiter: RateLimiter | null
  readonly #trustProxy: boolean

  constructor(settings: ServerSettings, nowMs: () => number = () => performance.now()) {
    this.#keys = settings.apiKeys === null ? null : keySet(settings.apiKeys)
    this.#limiter = settings.rateLimit === null ? null : new RateLimiter(settings.rateLimit, nowMs)
    this.#trustProxy = settings.trustProxy
  }

  /** The name under which a caller's rate is counted. @throws JsonRpcError without a known key where keys are asked for. */
  caller(request: IncomingMessage): string {
    if (this.#keys === null) return this.#limiter === null ? '' : addressOf(request, this.#trustProxy)
    const shown = shownKey(request.headers, request.url ?? '')
    if (shown === null) throw new JsonRpcError(rpcCodes.server, 'API key missing: send it as x-api-key, Authorization: Bearer or ?key=')
    if (!isKnownKey(this.#keys, shown)) throw new JsonRpcError(rpcCodes.server, 'API key unknown')
    return shown
  }

  /** Seconds to wait before the message may be sent again; 0 when it is admitted. */
  take(caller: string, message: Message): number {
    if (this.#limiter === null) return 0
    return this.#limiter.take(caller, message.kind === 'batch' ? message.calls.length : 1)
  }
}

export function limitExceeded(waitSeconds: number): RpcErrorObject {
  const retryAfterSeconds = Math.ceil(waitSeconds)
  return { code: rpcCodes.limitExceeded, message: 'limit exceeded', data: { retryAfterSeconds } }
}

/** Only the last entry is the proxy's own; those before it are whatever the caller wrote. */
function addressOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers['x-forwarded-for'] : undefined
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)!.trim() : ''
  return last !== '' ? last : (request.socket.remoteAddress ?? 'unknown')
}
