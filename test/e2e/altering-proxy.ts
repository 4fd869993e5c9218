// Owns: a server between a client and the gateway that changes results on the way, as a lying server would; headers pass, those of CORS too.
// Does not own: what is changed. Called by: the tests of what verifies answers.

import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Json } from './rpc.js'

export type Change = (method: string, result: Json) => Json

export type AlteringProxy = {
  url: string
  /** How many questions were only whether the page may ask (preflights). */
  preflights(): number
  close(): Promise<void>
}

const passedOn = ['content-type', 'origin', 'access-control-request-method', 'access-control-request-headers']

export async function startAlteringProxy(target: string, change: Change): Promise<AlteringProxy> {
  let preflights = 0
  const server = createServer((request, response) => {
    if (request.method === 'OPTIONS') preflights++
    void text(request)
      .then(async (body) => {
        const answer = await fetch(target, { method: request.method ?? 'POST', headers: headersOf(request), body: body === '' ? null : body })
        for (const [name, value] of answer.headers) if (name.startsWith('access-control-')) response.setHeader(name, value)
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
        response.end(altered(change, body, await answer.text()))
      })
      .catch((error: Error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    preflights: () => preflights,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function headersOf(request: IncomingMessage): [string, string][] {
  return passedOn.flatMap((name): [string, string][] => {
    const value = request.headers[name]
    return typeof value === 'string' ? [[name, value]] : []
  })
}

function altered(change: Change, question: string, answer: string): string {
  if (question === '' || answer === '') return answer
  const told = JSON.parse(answer)
  if (told.result !== undefined) told.result = change(JSON.parse(question).method, told.result)
  return JSON.stringify(told)
}

/** A Seal with one bit of its last signature changed: behind that are two empty lists, no justification and no next set. */
export function spoiledSeal(seal: string): string {
  return seal.replace(/(.)c0c0$/, (_, nibble: string) => `${(Number.parseInt(nibble, 16) ^ 1).toString(16)}c0c0`)
}
