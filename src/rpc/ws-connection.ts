// Owns: one WebSocket connection: its requests in flight, what waits to be sent, and the order of answers and notifications.
// Does not own: accepting and counting connections (ws.ts), running calls (dispatch.ts), what is subscribed (subscriptions.ts).
// Called by: ws.ts; subscription handlers through the Connection interface.

import type { RawData, WebSocket } from 'ws'
import { limitExceeded } from './admission.js'
import { answer } from './dispatch.js'
import { errorForAll, parseMessage, type Message } from './envelope.js'
import type { Gate } from './http.js'
import type { Connection } from './method.js'
import type { Route } from './route.js'

/** Close codes of RFC 6455 and its registry. */
export const closeGoingAway = 1001
const closeTryAgainLater = 1013

/** How long a dropped consumer may take to read what is queued before its memory is freed without the close code having reached it. */
const dropGraceMs = 1_000

export class WsConnection implements Connection {
  readonly subscriptions = new Map<string, () => void>()
  /** False from a ping until its pong. */
  alive = true
  readonly #socket: WebSocket
  readonly #gate: Gate
  readonly #route: Route
  readonly #caller: string
  readonly #closeListeners: (() => void)[] = []
  #inFlight = 0
  /** Messages that came in the same socket read as the one that filled the bound; reading is paused, so a read's size bounds them. */
  #waiting: string[] = []
  /** Subscribe calls being answered: what they and others notify meanwhile waits until the answer with the id is out. */
  #holds = 0
  #held: string[] = []
  #heldBytes = 0
  #closing = false
  #resuming = false
  /** What waited to be sent at the last keep-alive while paused. */
  #bufferedBefore = Infinity

  constructor(socket: WebSocket, gate: Gate, route: Route, caller: string) {
    this.#socket = socket
    this.#gate = gate
    this.#route = route
    this.#caller = caller
    socket.on('message', (data: RawData) => this.#onMessage(textOf(data)))
    socket.on('pong', () => (this.alive = true))
    socket.on('close', () => this.#onClose())
    // Every error is followed by close, with its code where RFC 6455 has one (1009 for a message that is too big).
    socket.on('error', () => {})
  }

  send(text: string): void {
    if (this.#holds === 0) return this.#write(text)
    if (this.#closing) return
    this.#held.push(text)
    this.#heldBytes += text.length
    if (this.#heldBytes > this.#gate.dispatcher.context.limits.wsBufferBytesMax) this.#drop()
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener)
  }

  /** Pings, or ends a connection that did not answer the last ping. One that is paused cannot show its pong: it must take bytes instead. */
  keepAlive(): void {
    if (this.#socket.isPaused) {
      const buffered = this.#socket.bufferedAmount
      if (buffered > 0 && buffered >= this.#bufferedBefore) this.#drop()
      this.#bufferedBefore = buffered
      return
    }
    if (!this.alive) return this.#socket.terminate()
    this.alive = false
    this.#bufferedBefore = Infinity
    this.#socket.ping()
  }

  close(code: number, reason: string): void {
    this.#closing = true
    this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#socket.terminate()
  }

  #onMessage(text: string): void {
    if (this.#isBusy()) {
      this.#waiting.push(text)
      this.#socket.pause()
      return
    }
    this.#start(text)
  }

  #isBusy(): boolean {
    const { wsInFlightMax, wsBufferBytesMax } = this.#gate.dispatcher.context.limits
    // A quarter of the bound leaves room for notifications: a client that only reads its answers slowly is slowed down, not dropped.
    return this.#inFlight >= wsInFlightMax || this.#socket.bufferedAmount > wsBufferBytesMax / 4
  }

  #start(text: string): void {
    const { dispatcher, admission } = this.#gate
    const message = parseMessage(text, dispatcher.context.limits)
    const waitSeconds = admission.take(this.#caller, message)
    if (waitSeconds > 0) return this.#write(errorForAll(message, limitExceeded(waitSeconds)))
    const holds = this.#isStream(message)
    if (holds) this.#holds++
    this.#inFlight++
    const answered = answer(dispatcher, message, { route: this.#route, connection: this })
    if (typeof answered === 'string') return this.#finish(answered, holds)
    void answered.then((answerText) => this.#finish(answerText, holds))
  }

  #finish(text: string, held: boolean): void {
    this.#inFlight--
    this.#write(text)
    if (held && --this.#holds === 0) this.#release()
    this.#resume()
  }

  #isStream(message: Message): boolean {
    const { methods } = this.#gate.dispatcher
    switch (message.kind) {
      case 'single':
        return methods.get(message.call.method)?.route === 'lane-stream'
      case 'batch':
        return message.calls.some(({ method }) => methods.get(method)?.route === 'lane-stream')
      case 'refused':
        return false
    }
  }

  #release(): void {
    const held = this.#held
    this.#held = []
    this.#heldBytes = 0
    for (const text of held) this.#write(text)
  }

  #write(text: string): void {
    if (text === '' || this.#closing || this.#socket.readyState !== this.#socket.OPEN) return
    // Measured before adding: one answer larger than the bound still reaches a consumer that keeps up.
    if (this.#socket.bufferedAmount > this.#gate.dispatcher.context.limits.wsBufferBytesMax) return this.#drop()
    this.#socket.send(text, this.#onFlushed)
  }

  readonly #onFlushed = (): void => this.#resume()

  /** Starts what waits while there is room. Answers that come at once end up here again: the loop that runs then goes on. */
  #resume(): void {
    if (this.#resuming) return
    this.#resuming = true
    while (this.#waiting.length > 0 && !this.#closing && !this.#isBusy()) this.#start(this.#waiting.shift()!)
    this.#resuming = false
    if (this.#socket.isPaused && this.#waiting.length === 0 && !this.#isBusy()) this.#socket.resume()
  }

  #drop(): void {
    if (this.#closing) return
    this.#socket.resume() // A paused socket would not see the other side's close frame.
    this.close(closeTryAgainLater, 'consumer too slow')
    const timer = setTimeout(() => this.#socket.terminate(), dropGraceMs)
    timer.unref()
    this.#socket.once('close', () => clearTimeout(timer))
    this.#held = []
  }

  #onClose(): void {
    this.#closing = true
    this.#waiting = []
    this.#held = []
    for (const listener of this.#closeListeners) listener()
    for (const end of this.subscriptions.values()) end()
    this.subscriptions.clear()
  }
}

function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString('utf8')
  return Array.isArray(data) ? Buffer.concat(data).toString('utf8') : Buffer.from(data).toString('utf8')
}
