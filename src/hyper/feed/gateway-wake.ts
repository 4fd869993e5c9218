// Owns: being told by a gateway that there is something new, over one WebSocket; reconnects for as long as it is wanted.
// Does not own: fetching what is new (the follower). Nothing rests on a wake-up: the follower also asks by the clock.
// Called by: follower.ts.

import { WebSocket, type RawData } from 'ws'
import type { GatewayAddress } from './gateway-rpc.js'

export type WakeEvents = {
  /** A lane has a new block. */
  onLane: (chainId: number) => void
  /** After every connection: what was missed is not told again. */
  onConnected: () => void
  onLost: (reason: string) => void
}

export type Wake = { watch: (chainId: number) => void; stop: () => void }

const reconnectMs = 250
const reconnectMsMax = 5_000
/** The gateway pings every 30 s; a connection that is silent for longer is dead. */
const silenceMs = 75_000
const messageBytesMax = 1024 * 1024

export function openGatewayWake(address: GatewayAddress, events: WakeEvents): Wake {
  return new GatewayWake(address, events)
}

class GatewayWake implements Wake {
  readonly #address: GatewayAddress
  readonly #events: WakeEvents
  readonly #lanes = new Set<number>()
  /** Subscription id → lane, of this connection. */
  readonly #subscriptions = new Map<string, number>()
  #socket: WebSocket | null = null
  #failures = 0
  #retry: NodeJS.Timeout | null = null
  #silence: NodeJS.Timeout | null = null
  #stopped = false

  constructor(address: GatewayAddress, events: WakeEvents) {
    this.#address = address
    this.#events = events
    this.#connect()
  }

  watch(chainId: number): void {
    if (this.#lanes.has(chainId)) return
    this.#lanes.add(chainId)
    if (this.#socket?.readyState === WebSocket.OPEN) this.#subscribe(chainId)
  }

  stop(): void {
    this.#stopped = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    if (this.#silence !== null) clearTimeout(this.#silence)
    this.#socket?.terminate()
  }

  #connect(): void {
    const { url, apiKey } = this.#address
    const headers = apiKey === null ? {} : { 'x-api-key': apiKey }
    const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers, maxPayload: messageBytesMax, perMessageDeflate: false })
    this.#socket = socket
    this.#subscriptions.clear()
    let reason = 'closed'
    socket.on('open', () => {
      this.#failures = 0
      this.#heard()
      for (const chainId of this.#lanes) this.#subscribe(chainId)
      this.#events.onConnected()
    })
    socket.on('ping', () => this.#heard())
    socket.on('message', (data) => this.#onMessage(data))
    socket.on('error', (error) => (reason = error.message))
    socket.on('close', () => this.#lost(reason))
  }

  #lost(reason: string): void {
    if (this.#stopped) return
    this.#events.onLost(reason)
    const delay = Math.min(reconnectMsMax, reconnectMs * 2 ** Math.min(this.#failures++, 10))
    this.#retry = setTimeout(() => this.#connect(), delay)
  }

  /** The request's id says the lane, so that the answer, which has only the subscription's id, can be told from others. */
  #subscribe(chainId: number): void {
    this.#socket?.send(JSON.stringify({ jsonrpc: '2.0', id: chainId, method: 'eth_subscribe', params: ['newHeads'], networkId: chainId }))
  }

  #onMessage(data: RawData): void {
    this.#heard()
    const message = parse(data)
    if (message === null) return
    const { id, result, params } = message
    if (typeof id === 'number' && typeof result === 'string') {
      this.#subscriptions.set(result, id)
      return
    }
    const subscription = (params as { subscription?: unknown } | undefined)?.subscription
    const chainId = typeof subscription === 'string' ? this.#subscriptions.get(subscription) : undefined
    if (chainId !== undefined) this.#events.onLane(chainId)
  }

  #heard(): void {
    if (this.#silence !== null) clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#socket?.terminate(), silenceMs)
  }
}

function parse(data: RawData): Record<string, unknown> | null {
  try {
    const message: unknown = JSON.parse((data as Buffer).toString('utf8'))
    return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : null
  } catch {
    // A gateway that says something else than JSON wakes nobody; the clock does.
    return null
  }
}
