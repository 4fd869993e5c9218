// Owns: what peers sent and nobody has looked at yet: a bounded queue for each, emptied in turn, each peer with its share of the work of this thread.
// Does not own: connections: who has sent enough is not read (tcp-connection.ts), so nothing is lost here.
// Called by: transport-tcp.ts.

import type { Bytes } from '../codec/bytes.js'
import { intakeBytesMax, intakeLengthMax, workBurst, workPerMs, workPerTurn } from './limits.js'
import type { Timers } from './timers.js'

export type Intake = {
  /** False: the peer has sent enough for now; `wanted` tells when it may go on. */
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

export function createIntake({ timers, nowMs, take, wanted }: IntakeParts): Intake {
  const lines = new Map<string, Line>()
  /** For those who have used up their own share while others need little. */
  const spare: Purse = { work: 0, asOfMs: nowMs() }
  /** The next turn, if there is one to come. */
  let next: { waits: boolean; cancel: () => void } | null = null
  let closed = false

  const share = (): number => workPerMs / Math.max(lines.size, 1)
  const fill = (purse: Purse, perMs: number, max: number): void => {
    const now = nowMs()
    purse.work = Math.min(max, purse.work + (now - purse.asOfMs) * perMs)
    purse.asOfMs = now
  }
  const fillAll = (): void => {
    fill(spare, workPerMs, workPerTurn)
    for (const line of lines.values()) fill(line, share(), workBurst)
  }

  /** One message; answers the work. */
  const handle = (peer: string, line: Line): number => {
    const bytes = line.waiting.shift() as Bytes
    line.bytes -= bytes.length
    const purse = line.work >= 0 ? line : spare
    const work = take(peer, bytes)
    purse.work -= work
    if (line.full && 2 * line.waiting.length <= intakeLengthMax && 2 * line.bytes <= intakeBytesMax) {
      line.full = false
      wanted(peer)
    }
    return work
  }

  const turn = (): void => {
    next = null
    fillAll()
    let left = workPerTurn
    for (let took = true; took && left > 0;) {
      took = false
      for (const [peer, line] of lines) {
        if (closed || line.waiting.length === 0 || (line.work < 0 && spare.work < 0)) continue
        left -= handle(peer, line)
        took = true
      }
    }
    schedule()
  }

  /** Between two turns everything else in this thread has its own, also reading what others send. */
  const schedule = (): void => {
    if (next !== null || closed) return
    const waiting = [...lines.values()].filter((line) => line.waiting.length > 0)
    if (waiting.length === 0) return
    const delayMs = Math.min(-spare.work / workPerMs, ...waiting.map(({ work }) => -work / share()))
    if (delayMs > 0) next = { waits: true, cancel: timers.after(Math.ceil(delayMs), turn) }
    else {
      const soon = setImmediate(turn)
      next = { waits: false, cancel: () => clearImmediate(soon) }
    }
  }

  return {
    put: (peer, bytes) => {
      const line = lines.get(peer) ?? { work: workBurst, asOfMs: nowMs(), waiting: [], bytes: 0, full: false }
      lines.set(peer, line)
      line.waiting.push(bytes)
      line.bytes += bytes.length
      line.full ||= line.waiting.length >= intakeLengthMax || line.bytes >= intakeBytesMax
      fill(line, share(), workBurst)
      // What the next turn waits for is somebody else's share.
      if (next?.waits === true && line.work >= 0) {
        next.cancel()
        next = null
      }
      schedule()
      return !line.full
    },
    forget: (peer) => void lines.delete(peer),
    close: () => {
      closed = true
      next?.cancel()
      lines.clear()
    },
  }
}
