// Owns: plain JSON-RPC over HTTP and WebSocket, with nothing between a test and the bytes.
// Does not own: any client library's habits. Called by: tests that look at exact requests and answers.
import { WebSocket } from 'ws'

/** Untyped on purpose: the shape of an answer is what the tests examine. */
export type Json = ReturnType<typeof JSON.parse>

export type Reply = { status: number; headers: Headers; text: string; json(): Json }

/** One POST of exactly this text. */
export async function post(url: string, body: string, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<Reply> {
  const response = await fetch(url, { method: 'POST', body, headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) }
}

/** The result of one call; an error answer is thrown with the request that caused it. */
export async function rpc(url: string, method: string, params: unknown[] = []): Promise<Json> {
  const reply = await post(url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  const { result, error } = reply.json()
  if (error !== undefined) throw new Error(`${method} ${JSON.stringify(params)}: ${error.code} ${error.message}`)
  return result
}

/** Sends the texts over one socket and resolves with the first `count` messages that come back. */
export function overSocket(url: string, texts: string[], count = texts.length): Promise<Json[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    const messages: Json[] = []
    socket.once('open', () => texts.forEach((text) => socket.send(text)))
    socket.once('error', reject)
    socket.on('message', (data) => {
      if (messages.push(JSON.parse(String(data))) === count) socket.close()
    })
    socket.once('close', () => {
      if (messages.length >= count) resolve(messages)
      else reject(new Error(`${url} closed after ${messages.length} of ${count} answers`))
    })
  })
}
