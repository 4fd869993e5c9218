// Owns: what one POST is answered: status and body. Knows nothing of the web framework.
// Does not own: reading the body, headers, CORS (server.ts); running the calls (dispatch.ts).
// Called by: server.ts.

import type { IncomingMessage } from 'node:http'
import { limitExceeded, type Admission } from './admission.js'
import type { Dispatcher } from './call.js'
import { answer } from './dispatch.js'
import { errorForAll, errorText, parseMessage, type Message } from './envelope.js'
import { toRpcError } from './errors.js'
import { pathOf, routeOf, type Route } from './route.js'

export type Gate = { readonly dispatcher: Dispatcher; readonly admission: Admission }

/** An answer whose status is not 200. */
export type Refusal = { status: 401 | 404 | 429; text: string; retryAfterSeconds: number | null }

/** As geth, everything that reached the dispatcher is 200, errors too: the envelope says what happened. */
export function answerPost(gate: Gate, request: IncomingMessage, body: Buffer): string | Promise<string> | Refusal {
  const { dispatcher, admission } = gate
  let caller: string
  try {
    caller = admission.caller(request)
  } catch (error) {
    return { status: 401, text: errorText('null', toRpcError(error)), retryAfterSeconds: null }
  }
  if (body.length === 0) return '' // As geth: end of input before a message is no message.
  const message = parseMessage(body.toString('utf8'), dispatcher.context.limits)
  const waitSeconds = admission.take(caller, message)
  if (waitSeconds > 0) {
    return { status: 429, text: errorForAll(message, limitExceeded(waitSeconds)), retryAfterSeconds: Math.ceil(waitSeconds) }
  }
  const route = routeOrRefusal(dispatcher, request.url ?? '/', message)
  if ('status' in route) return route
  return answer(dispatcher, message, { route, connection: null })
}

function routeOrRefusal(dispatcher: Dispatcher, url: string, message: Message): Route | Refusal {
  try {
    return routeOf(dispatcher.context.lanes, pathOf(url))
  } catch (error) {
    return { status: 404, text: errorForAll(message, toRpcError(error)), retryAfterSeconds: null }
  }
}
