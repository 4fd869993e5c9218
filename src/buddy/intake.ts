// Owns: what peers sent and nobody has looked at yet: a bounded queue for each, emptied in turn, each peer with its share of the work of this thread.
// Does not own: connections: who has sent enough is not read (tcp-connection.ts), so nothing is lost here.
// Called by: transport-tcp.ts.

import type { Bytes } from '../codec/bytes.js'
import { intakeBytesMax, intakeLengthMax, workBurst, workPerMs, workPerTurn } from './limits.js'
import type { Timers } from './timers.js'

export type Intake = {
  /** False: its line is full, and the peer is not read until `wanted` names it. */
  put: (peer: string, bytes: Bytes) => boolean
  /** What it sent is not looked at any more. */
  forget: (peer: string) => void
  close: () => void
}

export type IntakeParts = {
  timers: Timers
  nowMs: () => number
  /** Looks at a message; answers how much work that was (message-work.ts). */
  take: (peer: string, bytes: Bytes) => number
  wanted: (peer: string) => void
}

/** Work that may be caused now; below zero it is waited for. */
type Purse = { work: number; asOfMs: number }
type Line = Purse & { waiting: Bytes[]; bytes: number; full: boolean }

export function createIntake(parts: IntakeParts): Intake {
  return new FairIntake(parts)
}

class FairIntake implements Intake {
  readonly #parts: IntakeParts
  readonly #lines = new Map<string, Line>()
  /** For those who have used up their own share while others need little. */
  readonly #spare: Purse
  /** The next turn, if there is one to come. */
  #next: { waits: boolean; cancel: () => void } | null = null
  #closed = false

  constructor(parts: IntakeParts) {
    this.#parts = parts
    this.#spare = { work: 0, asOfMs: parts.nowMs() }
  }

  put(peer: string, bytes: Bytes): boolean {
    const line = this.#lines.get(peer) ?? { work: workBurst, asOfMs: this.#parts.nowMs(), waiting: [], bytes: 0, full: false }
    this.#lines.set(peer, line)
    line.waiting.push(bytes)
    line.bytes += bytes.length
    line.full ||= line.waiting.length >= intakeLengthMax || line.bytes >= intakeBytesMax
    this.#fill(line, this.#share, workBurst)
    // What the next turn waits for is somebody else's share.
    if (this.#next?.waits === true && line.work >= 0) {
      this.#next.cancel()
      this.#next = null
    }
    this.#schedule()
    return !line.full
  }

  forget(peer: string): void {
    this.#lines.delete(peer)
  }

  close(): void {
    this.#closed = true
    this.#next?.cancel()
    this.#lines.clear()
  }

  get #share(): number {
    return workPerMs / Math.max(this.#lines.size, 1)
  }

  #fill(purse: Purse, perMs: number, max: number): void {
    const nowMs = this.#parts.nowMs()
    purse.work = Math.min(max, purse.work + (nowMs - purse.asOfMs) * perMs)
    purse.asOfMs = nowMs
  }

  /** Between two turns everything else in this thread has its own, also reading what others send. */
  #schedule(): void {
    if (this.#next !== null || this.#closed) return
    const waiting = [...this.#lines.values()].filter((line) => line.waiting.length > 0)
    if (waiting.length === 0) return
    const delayMs = Math.min(-this.#spare.work / workPerMs, ...waiting.map(({ work }) => -work / this.#share))
    if (delayMs > 0) this.#next = { waits: true, cancel: this.#parts.timers.after(Math.ceil(delayMs), () => this.#turn()) }
    else {
      const soon = setImmediate(() => this.#turn())
      this.#next = { waits: false, cancel: () => clearImmediate(soon) }
    }
  }

  #turn(): void {
    this.#next = null
    this.#fill(this.#spare, workPerMs, workPerTurn)
    for (const line of this.#lines.values()) this.#fill(line, this.#share, workBurst)
    let left = workPerTurn
    for (let took = true; took && left > 0;) {
      took = false
      for (const [peer, line] of this.#lines) {
        if (this.#closed || line.waiting.length === 0 || (line.work < 0 && this.#spare.work < 0)) continue
        left -= this.#take(peer, line)
        took = true
      }
    }
    this.#schedule()
  }

  /** One message; answers the work. */
  #take(peer: string, line: Line): number {
    const bytes = line.waiting.shift() as Bytes
    line.bytes -= bytes.length
    const purse = line.work >= 0 ? line : this.#spare
    const work = this.#parts.take(peer, bytes)
    purse.work -= work
    if (line.full && 2 * line.waiting.length <= intakeLengthMax && 2 * line.bytes <= intakeBytesMax) {
      line.full = false
      this.#parts.wanted(peer)
    }
    return work
  }
}
