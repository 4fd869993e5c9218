// Owns: the transport between machines: who is listened to, who is dialled and when, and that each pair has one connection.
// Does not own: a connection (tcp-connection.ts), the proof of who is at its other end (handshake.ts).
// Called by: the host of a Buddy of its own, the gateway that follows such Buddies.

import { createConnection, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { AppError } from '../errors.js'
import { compareBytes, keyOf } from '../codec/bytes.js'
import type { Bytes } from '../codec/bytes.js'
import { decodeMessage, encodeMessage } from './core/codec.js'
import type { Key, Message } from './core/types.js'
import type { Identity } from './handshake.js'
import { createIntake } from './intake.js'
import type { Intake } from './intake.js'
import { handshakesMax, workPerMalformed } from './limits.js'
import { workOf } from './message-work.js'
import { TcpPeer } from './tcp-peer.js'
import { Connection } from './tcp-connection.js'
import type { CloseReason } from './tcp-connection.js'
import { systemTimers } from './timers.js'
import type { Timers } from './timers.js'
import type { Traffic, Transport } from './transport.js'

export type Address = { host: string; port: number }

export type TcpOptions = {
  identity: Identity
  /** Null: only dials. Port 0: any that is free. */
  listen: Address | null
  /** Where validators may be found; one that is not here must dial itself. */
  addresses: readonly (Address & { key: Key })[]
  /** Keys outside of the set that may connect. */
  followers: readonly Key[]
  timers?: Timers
  /** 0 ≤ x < 1, for waits that must not be the same everywhere. */
  random?: () => number
  /** A connection is gone; `peer` is null while it was not proven who that was. */
  onClosed?: (reason: CloseReason, peer: Key | null) => void
}

export type TcpTransport = Transport & {
  /** Where it listens; null when it only dials. */
  readonly port: number | null
  /** A validator has moved, or is new. */
  locate: (key: Key, address: Address) => void
}

/** @throws AppError 'config-invalid' when it cannot listen there. */
export async function openTcpTransport(options: TcpOptions): Promise<TcpTransport> {
  const transport = new Tcp(options)
  await transport.listen()
  return transport
}

class Tcp implements TcpTransport {
  readonly #options: TcpOptions
  readonly #timers: Timers
  readonly #own: string
  readonly #peers = new Map<string, TcpPeer>()
  readonly #followers: ReadonlySet<string>
  readonly #handshakes = new Set<Connection>()
  readonly #traffic: Traffic = { sent: 0, received: 0, dropped: 0, malformed: 0 }
  readonly #intake: Intake
  #validators: ReadonlySet<string> = new Set()
  #listener: ((from: Key, message: Message) => void) | null = null
  #server: Server | null = null
  #closed = false

  constructor(options: TcpOptions) {
    this.#options = options
    this.#timers = options.timers ?? systemTimers
    this.#own = keyOf(options.identity.signer.key)
    this.#followers = new Set(options.followers.map(keyOf))
    this.#intake = createIntake({
      timers: this.#timers,
      nowMs: () => performance.now(),
      take: (name, bytes) => this.#hear(name, bytes),
      wanted: (name) => this.#peers.get(name)?.connection?.goOn(),
    })
    for (const { key, ...address } of options.addresses) this.locate(key, address)
  }

  get port(): number | null {
    const address = this.#server?.address() ?? null
    return address === null || typeof address === 'string' ? null : address.port
  }

  get peers(): readonly Key[] {
    return [...this.#peers.values()].filter((peer) => peer.connection !== null).map(({ key }) => key)
  }

  async listen(): Promise<void> {
    const { listen } = this.#options
    if (listen === null) return
    const server = createServer((socket) => this.#accept(socket))
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(new AppError('config-invalid', `a Buddy cannot listen on ${listen.host}:${listen.port}: ${error.code ?? error.message}`))
      })
      server.listen(listen.port, listen.host, resolve)
    })
  }

  locate(key: Key, address: Address): void {
    if (keyOf(key) === this.#own) return
    const peer = this.#peerOf(key)
    peer.address = address
    this.#keepUp(peer)
  }

  send(to: readonly Key[], message: Message): void {
    const bytes = encodeMessage(message)
    for (const key of to) {
      if (!this.#admits(key)) this.#traffic.dropped++
      else this.#flush(this.#peerOf(key), bytes)
    }
  }

  onMessage(listener: (from: Key, message: Message) => void): void {
    this.#listener = listener
  }

  admit(validators: readonly Key[]): void {
    this.#validators = new Set(validators.map(keyOf))
    for (const key of validators) if (keyOf(key) !== this.#own) this.#peerOf(key)
    for (const peer of this.#peers.values()) {
      if (this.#admits(peer.key)) this.#keepUp(peer)
      else {
        this.#intake.forget(keyOf(peer.key))
        peer.dismiss()
      }
    }
  }

  traffic(): Traffic {
    return { ...this.#traffic }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#listener = null
    this.#intake.close()
    for (const connection of this.#handshakes) connection.close('closed')
    for (const peer of this.#peers.values()) peer.cutOff()
    const server = this.#server
    this.#server = null
    if (server?.listening === true) await new Promise((resolve) => server.close(resolve))
  }

  #admits(key: Key): boolean {
    const name = keyOf(key)
    return name !== this.#own && (this.#validators.has(name) || this.#followers.has(name))
  }

  #peerOf(key: Key): TcpPeer {
    const name = keyOf(key)
    const known = this.#peers.get(name)
    if (known !== undefined) return known
    const peer = new TcpPeer(key.slice(), this.#timers, this.#options.random ?? Math.random)
    this.#peers.set(name, peer)
    return peer
  }

  /** Validators are dialled, followers come themselves. */
  #keepUp(peer: TcpPeer): void {
    if (this.#closed || !this.#validators.has(keyOf(peer.key))) return
    peer.keepUp(({ host, port }) => this.#open(createConnection({ host, port }), { kind: 'dialer', peer: peer.key }))
  }

  #accept(socket: Socket): void {
    // More would let strangers keep those out who belong here only as long as `handshakeMs`.
    if (this.#closed || this.#handshakes.size >= handshakesMax) socket.destroy()
    else this.#open(socket, { kind: 'listener', admits: (key) => this.#admits(key) })
  }

  #open(socket: Socket, role: ConstructorParameters<typeof Connection>[0]['role']): void {
    const connection: Connection = new Connection({
      socket,
      identity: this.#options.identity,
      role,
      timers: this.#timers,
      onReady: (ready) => this.#onReady(ready),
      onMessage: (bytes) => this.#onMessage(connection, bytes),
      onDrained: () => (connection.peer === null ? undefined : this.#flush(this.#peerOf(connection.peer))),
      onClosed: (reason) => this.#onClosed(connection, role.kind === 'dialer' ? role.peer : connection.peer, reason),
    })
    this.#handshakes.add(connection)
  }

  #onReady(connection: Connection): void {
    this.#handshakes.delete(connection)
    const peer = this.#peerOf(connection.peer as Key)
    // It was removed from the set while it shook hands.
    if (!this.#admits(peer.key)) return connection.close('refused')
    // Both sides may have dialled at once; both keep what the one with the smaller key dialled.
    const dialsFirst = compareBytes(this.#options.identity.signer.key, peer.key) < 0 ? 'dialer' : 'listener'
    peer.take(connection, dialsFirst)
    if (peer.connection === connection) this.#flush(peer)
  }

  #onMessage(connection: Connection, bytes: Bytes): boolean {
    // A connection that another one replaced may outlast the peer's place in the set.
    if (connection.peer === null || !this.#admits(connection.peer)) return true
    return this.#intake.put(keyOf(connection.peer), bytes)
  }

  /** Answers how much work that was. */
  #hear(name: string, bytes: Bytes): number {
    const message = decodeMessage(bytes)
    if (message === null) {
      this.#traffic.malformed++
      return workPerMalformed
    }
    this.#traffic.received++
    const peer = this.#peers.get(name)
    if (peer !== undefined) this.#listener?.(peer.key, message)
    return workOf(message, bytes.length)
  }

  #onClosed(connection: Connection, key: Key | null, reason: CloseReason): void {
    this.#handshakes.delete(connection)
    this.#options.onClosed?.(reason, connection.peer)
    if (key === null) return
    const peer = this.#peerOf(key)
    peer.lost(connection)
    this.#keepUp(peer)
  }

  /** Sends what waits, as far as the network takes it. */
  #flush(peer: TcpPeer, more?: Bytes): void {
    if (more !== undefined) this.#traffic.dropped += peer.queue.put(more)
    const { connection, queue } = peer
    while (connection !== null && !connection.congested) {
      const bytes = queue.take()
      if (bytes === undefined) return
      connection.send(bytes)
      this.#traffic.sent++
    }
  }
}
