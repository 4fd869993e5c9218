// Owns: the requests sent to a lane and not answered yet: their ids, their bound and their deadlines.
// Does not own: sending them or the lane's state (client-core.ts).
// Called by: client-core.ts.

import { AppError } from '../errors.js'
import type { Op } from './protocol.js'

type Waiting = { op: Op; deadlineMs: number; resolve: (res: unknown) => void; reject: (error: AppError) => void }

/** How often deadlines are looked at; a call may be this late. */
const sweepMs = 100

export class CallsInFlight {
  private readonly max: number
  private readonly waiting = new Map<number, Waiting>()
  /** Timed out here, still unanswered there: the lane has them in its queue, so they count against the bound. */
  private readonly abandoned = new Set<number>()
  private nextId = 1
  private sweeper: NodeJS.Timeout | null = null

  constructor(max: number) {
    this.max = max
  }

  get size(): number {
    return this.waiting.size + this.abandoned.size
  }

  /** Registers a call. @throws AppError 'busy' over the bound. */
  add(op: Op, timeoutMs: number, resolve: (res: unknown) => void, reject: (error: AppError) => void): number {
    if (this.size >= this.max) throw new AppError('busy', `lane has ${this.max} requests in flight`)
    const id = this.nextId++
    this.waiting.set(id, { op, deadlineMs: performance.now() + timeoutMs, resolve, reject })
    this.sweeper ??= setInterval(() => this.sweep(), sweepMs)
    return id
  }

  resolve(id: number, res: unknown): void {
    this.take(id)?.resolve(res)
  }

  reject(id: number, error: AppError): void {
    this.take(id)?.reject(error)
  }

  /** The lane is gone: nothing will be answered any more. */
  rejectAll(error: AppError): void {
    const calls = [...this.waiting.values()]
    this.waiting.clear()
    this.abandoned.clear()
    this.rest()
    for (const call of calls) call.reject(error)
  }

  private take(id: number): Waiting | undefined {
    const call = this.waiting.get(id)
    if (call === undefined) this.abandoned.delete(id)
    else this.waiting.delete(id)
    if (this.waiting.size === 0) this.rest()
    return call
  }

  private sweep(): void {
    const nowMs = performance.now()
    for (const [id, call] of this.waiting) {
      if (call.deadlineMs > nowMs) continue
      this.waiting.delete(id)
      this.abandoned.add(id)
      call.reject(new AppError('timeout', `lane did not answer ${call.op} in time`))
    }
    if (this.waiting.size === 0) this.rest()
  }

  private rest(): void {
    if (this.sweeper === null) return
    clearInterval(this.sweeper)
    this.sweeper = null
  }
}
