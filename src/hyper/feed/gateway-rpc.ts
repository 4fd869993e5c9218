// Owns: JSON-RPC calls to a gateway over HTTP: one try, with a deadline and a bound on the answer.
// Does not own: when to try again (the follower), what answers mean (gateway-feed.ts), wake-ups (gateway-wake.ts).
// Called by: gateway-feed.ts, commands.

import { AppError } from '../../errors.js'
import { fieldsOf, invalid } from './json-read.js'

export type GatewayAddress = { /** http:// or https://. */ url: string; apiKey: string | null }

export type GatewayRpc = { call: (method: string, params: unknown[]) => Promise<unknown> }

/** A block at its gas limit with the transcripts of a full batch, in hex, is well below. */
const answerBytesMax = 256 * 1024 * 1024

/** `call` throws AppError 'gateway-unavailable' (try again), 'gateway-invalid', or 'gateway-refused' with the gateway's own words. */
export function createGatewayRpc({ url, apiKey }: GatewayAddress, timeoutMs: number, stopped?: AbortSignal): GatewayRpc {
  let id = 0
  const headers = { 'content-type': 'application/json', ...(apiKey === null ? {} : { 'x-api-key': apiKey }) }
  return {
    call: async (method, params) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })
      const deadline = AbortSignal.timeout(timeoutMs)
      const signal = stopped === undefined ? deadline : AbortSignal.any([deadline, stopped])
      const text = await post(url, { method: 'POST', body, headers, signal })
      const { error, result } = fieldsOf(parse(text), method)
      if (error === undefined) return result
      const { code, message } = fieldsOf(error, 'error')
      throw new AppError('gateway-refused', `the gateway refuses ${method}: ${String(message)}`, { code })
    },
  }
}

async function post(url: string, request: RequestInit): Promise<string> {
  try {
    const response = await fetch(url, request)
    const text = await readBounded(response)
    if (response.status === 401) throw new AppError('gateway-refused', 'the gateway wants an API key')
    // The dispatcher answers 200; anything else comes from before it, or from a proxy.
    if (response.status !== 200) throw new AppError('gateway-unavailable', `the gateway answers with status ${response.status}`)
    return text
  } catch (error) {
    if (error instanceof AppError) throw error
    const { message, cause } = error as Error
    throw new AppError('gateway-unavailable', `the gateway at ${url} does not answer: ${cause instanceof Error ? cause.message : message}`)
  }
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += (part as Uint8Array).length
    if (bytes > answerBytesMax) throw invalid(`more than ${answerBytesMax} bytes`)
    parts.push(part as Uint8Array)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('it is no JSON')
  }
}
