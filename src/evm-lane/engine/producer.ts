// Owns: when a lane makes a block (L3): instant with a least interval and a heartbeat, or at a fixed interval; quiet when idle.
// Does not own: what is in the block (builder.ts) or writing it (committer.ts): `produce` does both.
// Called by: engine.ts. Time comes through the clock handed in, so that tests use their own.

import type { Production } from '../lane-spec.js'

export type Clock = {
  nowMs: () => number
  /** Runs later; answers the cancel. A delay of 0 means after the messages that wait now. */
  after: (delayMs: number, run: () => void) => () => void
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, run) => {
    if (delayMs <= 0) {
      const immediate = setImmediate(run)
      return () => clearImmediate(immediate)
    }
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

export type ProducerParts = {
  production: Production
  quietAfterBlocks: number
  clock: Clock
  /** Makes and commits a block. `allowEmpty`: also without transactions. Answers how many went in, or null when no block was made. */
  produce: (allowEmpty: boolean) => Promise<number | null>
  /** Executable transactions wait. */
  hasWork: () => boolean
  /** False: no block may be made until `wake` (back-pressure of sealing). */
  mayBuild: () => boolean
  onFatal: (error: unknown) => void
}

export class Producer {
  private readonly parts: ProducerParts
  private cancelTimer: (() => void) | undefined
  private dueMs = Infinity
  private running: Promise<void> | undefined
  private stopped = false
  private held = false
  private lastBlockMs = -Infinity
  private emptyBlocks: number
  /** Work arrived since the last attempt began. */
  private arrived = false

  constructor(parts: ProducerParts) {
    this.parts = parts
    // An interval lane begins with its rhythm, an instant one waits for its first transaction.
    this.emptyBlocks = parts.production.kind === 'interval' ? 0 : parts.quietAfterBlocks
  }

  start(): void {
    this.schedule(this.beatDueMs())
  }

  /** A transaction became executable. */
  notify(): void {
    if (this.stopped || this.parts.production.kind === 'none') return
    this.arrived = true
    this.emptyBlocks = 0
    if (this.running === undefined) this.schedule(this.workDueMs())
  }

  /** No block is begun until release; resolves when the one being made, or overdue, is done: a lane held again and again still gets its own turn. */
  async hold(): Promise<void> {
    if (this.parts.hasWork() && this.parts.clock.nowMs() >= this.workDueMs()) this.fire()
    this.held = true
    this.cancel()
    await this.running
  }

  /** `madeMs`: when a block was made meanwhile, which counts for rhythm and heartbeat. */
  release(madeMs: number | null): void {
    this.held = false
    if (madeMs !== null) {
      // The rhythm of an interval lane goes on as if nothing had been.
      if (this.parts.production.kind === 'instant') this.lastBlockMs = madeMs
      this.emptyBlocks = 0
    }
    this.wake()
  }

  /** Something that was in the way is gone. */
  wake(): void {
    if (this.running !== undefined) return
    if (this.arrived || this.parts.hasWork()) this.schedule(this.workDueMs())
    this.schedule(this.beatDueMs())
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.cancel()
    await this.running
  }

  private workDueMs(): number {
    const { production } = this.parts
    if (production.kind === 'none') return Infinity
    return this.lastBlockMs + (production.kind === 'instant' ? production.minBlockIntervalMs : production.blockTimeMs)
  }

  private beatDueMs(): number {
    const { production, quietAfterBlocks } = this.parts
    if (production.kind === 'none' || this.emptyBlocks >= quietAfterBlocks) return Infinity
    return this.lastBlockMs + (production.kind === 'instant' ? production.heartbeatMs : production.blockTimeMs)
  }

  private cancel(): void {
    this.cancelTimer?.()
    this.cancelTimer = undefined
    this.dueMs = Infinity
  }

  private schedule(dueMs: number): void {
    if (this.stopped || this.held || dueMs >= this.dueMs || !this.parts.mayBuild()) return
    this.cancel()
    this.dueMs = dueMs
    const delay = dueMs === -Infinity ? 0 : Math.max(0, dueMs - this.parts.clock.nowMs())
    this.cancelTimer = this.parts.clock.after(delay, () => this.fire())
  }

  private fire(): void {
    this.cancel()
    if (this.running !== undefined || this.stopped || this.held || !this.parts.mayBuild()) return
    const beat = this.parts.clock.nowMs() >= this.beatDueMs()
    this.arrived = false
    this.running = this.attempt(beat).then(() => {
      this.running = undefined
      if (this.arrived) this.schedule(this.workDueMs())
      this.schedule(this.beatDueMs())
    }, this.parts.onFatal)
  }

  private async attempt(beat: boolean): Promise<void> {
    const startedMs = this.parts.clock.nowMs()
    const included = await this.parts.produce(beat || this.parts.production.kind === 'interval')
    if (included === null) return
    // The next one is due from when this one was due, so that an interval lane keeps its rhythm.
    this.lastBlockMs = this.rhythm(startedMs)
    this.emptyBlocks = included > 0 ? 0 : this.emptyBlocks + 1
    if (included > 0 && this.parts.hasWork()) this.arrived = true
  }

  private rhythm(startedMs: number): number {
    const { production } = this.parts
    if (production.kind !== 'interval') return startedMs
    const due = this.lastBlockMs + production.blockTimeMs
    return startedMs - due < production.blockTimeMs ? due : startedMs
  }
}
