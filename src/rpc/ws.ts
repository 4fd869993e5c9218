// Owns: the WebSocket side of the gateway: the upgrade, the set of connections, keep-alive, the end.
// Does not own: one connection (ws-connection.ts). The one file that imports `ws` at run time.
// Called by: server.ts.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { errorText } from './envelope.js'
import { rpcCodes, JsonRpcError, toRpcError } from './errors.js'
import type { Gate } from './http.js'
import { pathOf, routeOf, type Route } from './route.js'
import type { ServerSettings } from './settings.js'
import { closeGoingAway, WsConnection } from './ws-connection.js'

const keepAliveMs = 30_000
/** Within the two seconds of a graceful shutdown. */
const closeGraceMs = 500

export class WsServer {
  readonly #gate: Gate
  readonly #cors: ServerSettings['cors']
  readonly #server: WebSocketServer
  readonly #connections = new Set<WsConnection>()
  readonly #keepAlive: NodeJS.Timeout
  #closing = false

  constructor(gate: Gate, cors: ServerSettings['cors']) {
    this.#gate = gate
    this.#cors = cors
    const maxPayload = gate.dispatcher.context.limits.bodyBytesMax
    this.#server = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload })
    this.#keepAlive = setInterval(() => this.#connections.forEach((connection) => connection.keepAlive()), keepAliveMs)
    this.#keepAlive.unref()
  }

  get count(): number {
    return this.#connections.size
  }

  /** A refused upgrade is answered as a POST would be: status and a JSON-RPC error. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const onEarlyError = (): void => void socket.destroy()
    socket.on('error', onEarlyError)
    const entry = this.#enter(request)
    if ('status' in entry) return refuse(socket, entry)
    socket.removeListener('error', onEarlyError)
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      const connection = new WsConnection(ws, this.#gate, entry.route, entry.caller)
      this.#connections.add(connection)
      connection.onClose(() => this.#connections.delete(connection))
    })
  }

  #enter(request: IncomingMessage): { route: Route; caller: string } | Refusal {
    const { dispatcher, admission } = this.#gate
    if (this.#closing || this.#connections.size >= dispatcher.context.limits.wsConnectionsMax) {
      const why = this.#closing ? 'server is shutting down' : 'too many WebSocket connections'
      return { status: '503 Service Unavailable', error: new JsonRpcError(rpcCodes.unavailable, why) }
    }
    if (!this.#isAllowedOrigin(request.headers)) return { status: '403 Forbidden', error: new JsonRpcError(rpcCodes.server, 'origin not allowed') }
    let caller: string
    try {
      caller = admission.caller(request)
    } catch (error) {
      return { status: '401 Unauthorized', error }
    }
    try {
      return { caller, route: routeOf(dispatcher.context.lanes, pathOf(request.url ?? '/')) }
    } catch (error) {
      return { status: '404 Not Found', error }
    }
  }

  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#keepAlive)
    const closed = [...this.#connections].map((connection) => new Promise<void>((resolve) => connection.onClose(resolve)))
    for (const connection of this.#connections) connection.close(closeGoingAway, 'server is shutting down')
    const timer = setTimeout(() => this.#connections.forEach((connection) => connection.terminate()), closeGraceMs)
    await Promise.all(closed)
    clearTimeout(timer)
  }

  /** Browsers send Origin and do not apply CORS to WebSockets, so the list is applied here; other programs send none. */
  #isAllowedOrigin({ origin, host }: IncomingHttpHeaders): boolean {
    if (origin === undefined || this.#cors === '*') return true
    return this.#cors?.includes(origin) === true || origin === `http://${host}` || origin === `https://${host}`
  }
}

type Refusal = { status: string; error: unknown }

function refuse(socket: Duplex, { status, error }: Refusal): void {
  const body = errorText('null', toRpcError(error))
  const headers = [`HTTP/1.1 ${status}`, 'content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, 'connection: close']
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
