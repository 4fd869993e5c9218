// The little of HTTP/1.1 that a load generator needs: request bytes out, end of a response in.
// Does not own sockets. Called by the scenarios (requests) and generator-child.ts (responses).

const HEAD_END = '\r\n\r\n'
const CHUNKED_END = '0\r\n\r\n'

export type ParsedResponse = { status: number; bodyStart: number }

export function postBytes(url: URL, body: string): Uint8Array {
  const length = Buffer.byteLength(body)
  return Buffer.from(
    `POST ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${length}${HEAD_END}${body}`,
  )
}

export function callBody(id: number, method: string, params: unknown[]): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}

/** The response at the start of `bytes`, or null while it is incomplete. Requests are never pipelined, so nothing follows it. */
export function parseResponse(bytes: Buffer): ParsedResponse | null {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0) return null
  const head = bytes.toString('latin1', 0, headEnd)
  const bodyStart = headEnd + HEAD_END.length
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  const complete = length
    ? bytes.length - bodyStart >= Number(length[1])
    : bytes.toString('latin1', bytes.length - CHUNKED_END.length) === CHUNKED_END
  return complete ? { status: Number(head.slice(9, 12)), bodyStart } : null
}
