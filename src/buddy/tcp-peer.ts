// Owns: one other Buddy as the TCP transport knows it: where it is, the one connection with it, what waits for it, when to dial again.
// Does not own: opening connections (transport-tcp.ts).
// Called by: transport-tcp.ts.

import type { Key } from './core/types.js'
import type { Role } from './handshake.js'
import { redialMsMax, redialMsMin, settledMs } from './limits.js'
import { createOutQueue } from './out-queue.js'
import type { OutQueue } from './out-queue.js'
import type { Connection } from './tcp-connection.js'
import type { Timers } from './timers.js'

type Place = { host: string; port: number }

export class TcpPeer {
  readonly key: Key
  address: Place | null = null
  connection: Connection | null = null
  queue: OutQueue = createOutQueue()
  readonly #timers: Timers
  readonly #random: () => number
  #settled = false
  #cancelSettling: () => void = () => {}
  #attempts = 0
  #dialling: 'no' | 'waits' | 'runs' = 'no'
  #cancelDial: () => void = () => {}

  constructor(key: Key, timers: Timers, random: () => number) {
    this.key = key
    this.#timers = timers
    this.#random = random
  }

  /** Dials, now or after a wait that grows with each failure, unless there is a connection or an attempt. */
  keepUp(dial: (address: Place) => void): void {
    if (this.address === null || this.connection !== null || this.#dialling !== 'no') return
    const attempt = this.#attempts++
    const run = (): void => {
      this.#dialling = 'no'
      if (this.address === null || this.connection !== null) return
      this.#dialling = 'runs'
      dial(this.address)
    }
    if (attempt === 0) return run()
    const longest = Math.min(redialMsMax, redialMsMin * 2 ** (attempt - 1))
    this.#dialling = 'waits'
    this.#cancelDial = this.#timers.after(longest * (1 - this.#random() / 2), run)
  }

  /** `dialsFirst`: our role in the connection that stays when both sides dialled at the same time. */
  take(connection: Connection, dialsFirst: Role): void {
    const old = this.connection
    if (connection.role === 'dialer') this.#dialling = 'no'
    if (old !== null && old.role !== connection.role && !this.#settled && old.role === dialsFirst) return connection.retire()
    this.connection = connection
    this.#settled = false
    this.#cancelSettling()
    this.#cancelSettling = this.#timers.after(settledMs, () => {
      this.#settled = true
      // Before that it may be one that is lost as soon as it is made, over and over.
      this.#attempts = 0
    })
    old?.retire()
  }

  lost(connection: Connection): void {
    if (connection.role === 'dialer' && connection.peer === null) this.#dialling = 'no'
    if (this.connection !== connection) return
    this.connection = null
    this.#cancelSettling()
  }

  /** No connection, no attempt, nothing waiting. */
  cutOff(): void {
    this.#forget()
    this.connection?.close('closed')
  }

  /** As `cutOff`, but what was sent still arrives: the Seal that took its place away is the last thing that it hears. */
  dismiss(): void {
    this.#forget()
    const { connection } = this
    if (connection === null) return
    this.lost(connection)
    connection.retire()
  }

  #forget(): void {
    this.#cancelDial()
    if (this.#dialling === 'waits') this.#dialling = 'no'
    this.#attempts = 0
    this.queue = createOutQueue()
  }
}
