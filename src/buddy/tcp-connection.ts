// Owns: one TCP connection between two Buddies: first the handshake, then messages and pings, until anything is wrong.
// Does not own: whom to connect to or which of two connections stays (transport-tcp.ts).
// Called by: transport-tcp.ts.

import type { Socket } from 'node:net'
import { sameBytes } from '../codec/bytes.js'
import type { Bytes } from '../codec/bytes.js'
import type { Key } from './core/types.js'
import { createFrameCipher, headBytes } from './frame-cipher.js'
import type { FrameCipher } from './frame-cipher.js'
import { createFrameReader } from './frame-reader.js'
import { agree, beginHandshake, checkIdentity, proveIdentity } from './handshake.js'
import type { Agreed, Ephemeral, Identity, Role } from './handshake.js'
import { frameBytesMax, handshakeFrameBytesMax, handshakeMs, pingMs, silenceMs } from './limits.js'
import type { Timers } from './timers.js'

export type CloseReason =
  | 'ended' // by the other side or the network
  | 'unreachable'
  | 'late' // no handshake in time
  | 'silent'
  | 'oversized'
  | 'garbled' // not what the other end sealed
  | 'foreign' // another protocol or network
  | 'refused' // not who was expected, or not admitted
  | 'replaced' // another connection with this peer stays
  | 'closed' // by us

export type ConnectionOptions = {
  socket: Socket
  identity: Identity
  /** The dialer knows whom it wants; the listener decides when it hears who it is. */
  role: { kind: 'dialer'; peer: Key } | { kind: 'listener'; admits: (key: Key) => boolean }
  timers: Timers
  onReady: (connection: Connection) => void
  /** False: no more is read until `goOn`. */
  onMessage: (bytes: Bytes) => boolean
  /** Once, also when it never was ready. */
  onClosed: (reason: CloseReason, connection: Connection) => void
  /** More can be sent again. */
  onDrained: () => void
}

/** Numbers of frames on the wire. */
const kinds = { proof: 1, message: 2, ping: 3 } as const

export class Connection {
  readonly role: Role
  /** Who is at the other end; null until that is proven. */
  peer: Key | null = null
  readonly #options: ConnectionOptions
  readonly #ephemeral: Ephemeral
  #agreed: (Agreed & { cipher: FrameCipher }) | null = null
  #cancel: () => void
  #sentInPeriod = false
  #heardInPeriod = true
  #silentMs = 0
  #retired = false
  #held = false
  #closed = false

  constructor(options: ConnectionOptions) {
    const { socket, identity, role, timers } = options
    this.role = role.kind
    this.#options = options
    this.#ephemeral = beginHandshake(identity.genesisHash)
    this.#cancel = timers.after(handshakeMs, () => this.close('late'))
    const bytesMax = (): number => (this.peer === null ? handshakeFrameBytesMax : frameBytesMax)
    const reader = createFrameReader(bytesMax, (frame) => this.#receive(frame))
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      // What `receive` closed has its reason already.
      if (!this.#closed && !reader.push(chunk)) this.close('oversized')
    })
    socket.on('drain', () => options.onDrained())
    socket.on('error', () => this.close(this.#agreed === null && this.role === 'dialer' ? 'unreachable' : 'ended'))
    socket.on('close', () => this.close(this.#retired ? 'replaced' : 'ended'))
    if (role.kind === 'listener') this.#hello()
    else socket.on('connect', () => this.#hello())
  }

  get congested(): boolean {
    return this.#options.socket.writableNeedDrain
  }

  /** Only once it is ready. */
  send(bytes: Bytes): void {
    this.#write(kinds.message, bytes)
  }

  /** What the peer sends is read again. */
  goOn(): void {
    if (!this.#held) return
    this.#held = false
    this.#options.socket.resume()
  }

  /** Another connection with this peer stays. What is on its way in this one still arrives. */
  retire(): void {
    if (this.#closed || this.#retired) return
    this.#retired = true
    this.#cancel()
    this.#cancel = this.#options.timers.after(handshakeMs, () => this.close('replaced'))
    this.#options.socket.end()
  }

  close(reason: CloseReason): void {
    if (this.#closed) return
    this.#closed = true
    this.#cancel()
    this.#options.socket.destroy()
    this.#options.onClosed(reason, this)
  }

  #hello(): void {
    const { hello } = this.#ephemeral
    const frame = Buffer.alloc(headBytes + hello.length)
    frame.writeUInt32BE(hello.length)
    frame.set(hello, headBytes)
    this.#options.socket.write(frame)
  }

  /** False: the connection is closed. */
  #receive(frame: Buffer): boolean {
    if (this.#agreed === null) this.#onHello(frame)
    else {
      const opened = this.#agreed.cipher.open(frame)
      if (opened === null) this.close('garbled')
      else if (this.peer === null) this.#onProof(this.#agreed, opened)
      else this.#onFrame(opened)
    }
    return !this.#closed
  }

  #onHello(hello: Bytes): void {
    const { identity, role } = this.#options
    const agreed = agree(this.#ephemeral, hello, { role: this.role, genesisHash: identity.genesisHash })
    if (agreed === null) return this.close('foreign')
    this.#agreed = { ...agreed, cipher: createFrameCipher(agreed.keys) }
    if (role.kind === 'dialer') this.#write(kinds.proof, proveIdentity(identity, agreed.transcript, { role: 'dialer', peer: role.peer }))
  }

  #onProof({ transcript }: Agreed, { kind, body }: { kind: number; body: Bytes }): void {
    const { identity, role, onReady } = this.#options
    const key = kind === kinds.proof ? checkIdentity(identity, transcript, { role: this.role, proof: body }) : null
    if (key === null || !(role.kind === 'dialer' ? sameBytes(key, role.peer) : role.admits(key))) return this.close('refused')
    if (role.kind === 'listener') this.#write(kinds.proof, proveIdentity(identity, transcript, { role: 'listener', peer: key }))
    this.peer = key
    this.#cancel()
    this.#watch()
    onReady(this)
  }

  #onFrame({ kind, body }: { kind: number; body: Bytes }): void {
    this.#heardInPeriod = true
    if (kind === kinds.message) {
      if (this.#options.onMessage(body)) return
      this.#held = true
      this.#options.socket.pause()
    } else if (kind !== kinds.ping) this.close('garbled')
  }

  /** Whoever said nothing for a period says that it is there; whoever hears nothing for several gives the connection up. */
  #watch(): void {
    this.#cancel = this.#options.timers.after(pingMs, () => {
      // Whom we do not read is not silent.
      this.#silentMs = this.#heardInPeriod || this.#held ? 0 : this.#silentMs + pingMs
      if (this.#silentMs >= silenceMs) return this.close('silent')
      if (!this.#sentInPeriod) this.#write(kinds.ping, new Uint8Array(0))
      this.#heardInPeriod = false
      this.#sentInPeriod = false
      this.#watch()
    })
  }

  #write(kind: number, body: Bytes): void {
    if (this.#closed || this.#retired || this.#agreed === null) return
    this.#sentInPeriod = true
    this.#options.socket.write(this.#agreed.cipher.seal(kind, body))
  }
}
