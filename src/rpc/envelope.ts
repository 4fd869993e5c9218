// Owns: the JSON-RPC 2.0 envelope: text → requests, answers → text, with every id echoed exactly.
// Does not own: methods or parameters (dispatch.ts), nor the transport.
// Called by: http.ts, ws.ts, dispatch.ts, batch.ts.

import type { RpcErrorObject } from './errors.js'
import type { RpcLimits } from './limits.js'
import { rawIds, skipString } from './raw-id.js'

/** One request. `id` is JSON text, ready to be echoed; '' for a notification. `invalid` says why it cannot be run. */
export type Call = { id: string; method: string; params: unknown; networkId: unknown; invalid: string | null }

export type Message =
  | { kind: 'single'; call: Call }
  | { kind: 'batch'; calls: Call[] }
  /** Answered without running anything. */
  | { kind: 'refused'; answer: string }

/** The two codes of JSON-RPC 2.0 that only the envelope gives. */
const parseErrorCode = -32700
export const invalidRequestCode = -32600
/** geth's, for an answer that grows too large. */
export const responseTooLarge: RpcErrorObject = { code: -32003, message: 'response too large' }

export function parseMessage(text: string, limits: RpcLimits): Message {
  if (isDeeperThan(text, limits.depthMax)) return refused('null', invalidRequestCode, `request is nested deeper than ${limits.depthMax} levels`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return refused('null', parseErrorCode, 'parse error') // The text of V8's error would say nothing that a caller can use.
  }
  const source: Source = { text, ids: null }
  if (!Array.isArray(json)) return { kind: 'single', call: callOf(json, source, 0) }
  if (json.length === 0) return refused('null', invalidRequestCode, 'empty batch')
  if (json.length > limits.batchMax) return batchTooLarge(json, source)
  return { kind: 'batch', calls: json.map((item, index) => callOf(item, source, index)) }
}

export function successText(id: string, resultJson: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${resultJson}}`
}

export function errorText(id: string, error: RpcErrorObject): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${errorJson(error)}}`
}

/** The same error for every request of a message, in the message's own form; '' when it holds notifications only. */
export function errorForAll(message: Message, error: RpcErrorObject): string {
  switch (message.kind) {
    case 'single':
      return message.call.id === '' ? '' : errorText(message.call.id, error)
    case 'batch': {
      const answers = message.calls.filter(({ id }) => id !== '').map(({ id }) => errorText(id, error))
      return answers.length === 0 ? '' : `[${answers.join(',')}]`
    }
    case 'refused':
      return message.answer
  }
}

/** The message's text, parsed for ids once at most, and only when an id needs it. */
type Source = { text: string; ids: string[] | null }

function callOf(json: unknown, source: Source, index: number): Call {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return invalidCall('null', 'invalid request')
  const { jsonrpc, id, method, params, networkId } = json as Record<string, unknown>
  const idText = id === undefined ? '' : idJson(id, source, index)
  if (idText === null) return invalidCall('null', 'invalid request: id must be a string, a number or null')
  if (jsonrpc !== '2.0' || typeof method !== 'string' || method === '') return invalidCall(idText || 'null', 'invalid request')
  return { id: idText, method, params, networkId, invalid: null }
}

function invalidCall(id: string, invalid: string): Call {
  return { id, method: '', params: undefined, networkId: undefined, invalid }
}

function idJson(id: unknown, source: Source, index: number): string | null {
  if (typeof id === 'number') {
    if (Number.isSafeInteger(id)) return String(id)
    source.ids ??= rawIds(source.text)
    return source.ids[index]!
  }
  if (typeof id === 'string') return JSON.stringify(id)
  return id === null ? 'null' : null
}

/** As geth: one error, with the id of the first call, because JSON-RPC has no answer for a batch as a whole. */
function batchTooLarge(items: unknown[], source: Source): Message {
  for (let index = 0; index < items.length; index++) {
    const { id, invalid } = callOf(items[index], source, index)
    if (id !== '' && invalid === null)
      return { kind: 'refused', answer: `[${errorText(id, { code: invalidRequestCode, message: 'batch too large' })}]` }
  }
  return { kind: 'refused', answer: `[${errorText('null', { code: invalidRequestCode, message: 'batch too large' })}]` }
}

function refused(id: string, code: number, message: string): Message {
  return { kind: 'refused', answer: errorText(id, { code, message }) }
}

function errorJson(error: RpcErrorObject): string {
  try {
    return JSON.stringify(error)
  } catch {
    // Data that JSON cannot hold is a fault of the thrower; the caller still gets code and message.
    return JSON.stringify({ code: error.code, message: error.message })
  }
}

/** One pass before JSON.parse, which would build any depth. Strings, the bulk of large requests, are skipped by indexOf. */
function isDeeperThan(text: string, depthMax: number): boolean {
  let depth = 0
  for (let i = 0; i < text.length;) {
    const c = text.charCodeAt(i)
    if (c === 0x22) {
      i = skipString(text, i)
      continue
    }
    if (c === 0x7b || c === 0x5b) {
      if (++depth > depthMax) return true
    } else if (c === 0x7d || c === 0x5d) {
      depth--
    }
    i++
  }
  return false
}
