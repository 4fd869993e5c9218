// Owns: when messages leave for a lane: together, because waking a thread costs as much as many small requests.
// Does not own: how they travel (client-worker.ts, client-local.ts), requests and replies (client-core.ts).
// Called by: client-core.ts.

import type { ToLane } from './protocol.js'

/** A transaction waits no longer than this for the block before its own; one that no block takes would otherwise hold up the others. */
const heldMs = 4
/** So many transactions go at once, however busy the lane is. */
const heldMax = 256

/**
 * Messages of one turn of the event loop travel together. Transactions that come while the lane makes a block of earlier ones would only wait there, so
 * they wait here and go in one message when it says something. Everything else goes at once, and those that wait with it: order is kept.
 */
export class Outgoing {
  private readonly post: (messages: ToLane) => void
  private waiting: ToLane = []
  private turn: NodeJS.Immediate | null = null
  private late: NodeJS.Timeout | null = null
  /** Transactions were posted, and the lane has said nothing since. */
  private lanePending = false

  constructor(post: (messages: ToLane) => void) {
    this.post = post
  }

  add(message: ToLane[number]): void {
    const waiting = this.waiting.push(message)
    if (this.turn !== null) return
    if (this.lanePending && waiting < heldMax && isSubmission(message)) this.late ??= setTimeout(() => this.flush(), heldMs)
    else this.turn = setImmediate(() => this.flush())
  }

  /** The lane has said something: it is free, or soon. */
  heard(): void {
    this.lanePending = false
    if (this.late !== null) this.flush()
  }

  /** The lane is gone, and with it whoever would read them. */
  clear(): void {
    this.waiting = []
    this.lanePending = false
    this.cancel()
  }

  private flush(): void {
    const leaving = this.waiting
    this.waiting = []
    this.cancel()
    this.lanePending ||= leaving.some(isSubmission)
    if (leaving.length > 0) this.post(leaving)
  }

  private cancel(): void {
    if (this.turn !== null) clearImmediate(this.turn)
    if (this.late !== null) clearTimeout(this.late)
    this.turn = null
    this.late = null
  }
}

function isSubmission(message: ToLane[number]): boolean {
  return message.kind === 'request' && (message.op === 'submit' || message.op === 'submitSync')
}
