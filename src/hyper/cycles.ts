// Owns: the rhythm of Hyper Blocks (H1): when a period ends, what the sealer is told of the lanes, and what happens to a block that was decided.
// Does not own: what is in a block (core/ledger.ts), agreeing on it (the sealer), recovery (sealing.ts).
// Called by: sealing.ts.

import { assert } from '../assert.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { BlockFact } from '../evm-lane/protocol.js'
import type { Bytes } from '../primitives.js'
import type { SignedChange } from './core/hyper-types.js'
import type { HyperBlock } from './hyper-block.js'
import type { HyperStore } from './hyper-store.js'
import { LaneNews } from './lane-news.js'
import { LaneTeller } from './lane-teller.js'
import type { HyperLog } from './log.js'
import type { Sealer } from './sealer.js'
import type { SealingLimits } from './sealing-limits.js'
import type { SessionBatches } from './session-batches.js'

export type Clock = {
  nowMs: () => number
  /** Runs later; answers the cancel. */
  after: (delayMs: number, run: () => void) => () => void
}

export type Rhythm = {
  periodMs: number
  minPeriodMs: number
  heartbeatMs: number
  /** Least time between two cycles that sessions ask for, in times of what the newest Hyper Block took. Absent: 0. */
  restFactor?: number
  /** Periods begin with each Seal, which Buddies of several processes see at the same time: so theirs end together. Absent: false. */
  fromSeal?: boolean
}

/** Cycles rest only where the Buddies are those of this process: elsewhere each has cycles of its own, which must end with these. */
export function rhythmOf(settings: Rhythm, { restFactor, ownBuddies }: { restFactor: number; ownBuddies: boolean }): Rhythm {
  return { ...settings, restFactor: ownBuddies ? restFactor : 0 }
}

export type CyclesOptions = {
  rhythm: Rhythm
  sealer: Pick<Sealer, 'add' | 'cycle'>
  /** Session batches that no Hyper Block holds yet; filled by whoever journals them. */
  batches: SessionBatches
  store: HyperStore
  /** Number below which no session batch can come any more. */
  oldestRunningBatch: () => number
  limits: SealingLimits
  clock: Clock
  log: HyperLog
  /** At once: what is asked for by others is there from now on. `roster`: when the block changed it. */
  onStored: (block: HyperBlock, roster: Bytes | null) => void
  /** In order, when the lanes know of it, so that whoever hears of it finds it in their `finalized`; a busy lane is not waited for long. */
  onSealed: (block: HyperBlock, latencyMs: number | null) => void
}

/** `sealed`: its blocks are part of Hyper Blocks. */
type Member = { sealed: boolean; news: LaneNews; teller: LaneTeller }

export class Cycles {
  readonly #options: CyclesOptions
  readonly #members = new Map<number, Member>()
  readonly #sealed = new Map<number, bigint>()
  #newest: { hyperNumber: bigint; hyperHash: Uint8Array }
  readonly #batches: SessionBatches
  #wish = false
  /** A session committed while a cycle ran. */
  #again = false
  #begunMs: number
  #sealedMs: number
  /** When the cycle closed whose block is not decided yet. */
  #closedMs: number | null = null
  /** From the close of a cycle to its block on disk, the last time. */
  #tookMs = 0
  #cancel: (() => void) | null = null
  #dueMs = Infinity
  #running: Promise<void> | null = null
  /** What was stored and not yet told to those who listen. */
  #notices: Promise<void> = Promise.resolve()
  #stopped = false

  /** `newest`: what lanes are told until there is a newer one; of number 0 the genesis hash. */
  constructor(options: CyclesOptions, newest: { hyperNumber: bigint; hyperHash: Uint8Array }) {
    this.#options = options
    this.#batches = options.batches
    this.#newest = newest
    this.#begunMs = options.clock.nowMs()
    this.#sealedMs = this.#begunMs
  }

  /** A lane that runs here; `sealed` is its newest sealed block, `member` whether the network knows it. Settles when the lane knows the newest Hyper Block. */
  addLane(lane: LaneClient, { sealed, member }: { sealed: bigint; member: boolean }): Promise<void> {
    const { limits, log } = this.#options
    const { chainId } = lane.spec
    this.#sealed.set(chainId, sealed)
    const mark = { ...this.#newest, finalized: sealed }
    const entry = {
      sealed: member,
      news: new LaneNews(lane, sealed, { ...limits, log, tell: (of, blocks) => this.#tell(of, blocks) }),
      teller: new LaneTeller(lane, mark, log),
    }
    this.#members.set(chainId, entry)
    return entry.teller.sealed(mark)
  }

  begin(): void {
    this.#schedule(this.#begunMs + this.#options.rhythm.periodMs)
  }

  addChange(change: SignedChange): void {
    this.#options.sealer.add({ lanes: [], batches: [], changes: [change] })
    this.wish()
  }

  /** Something other than a lane block waits to be sealed. */
  wish(): void {
    this.#wish = true
    this.#closeLate()
  }

  /** A session or message committed: sealed at once, but not sooner after the last cycle than it may. */
  soon(): void {
    if (!this.#stopped) this.#schedule(Math.min(this.#dueMs, this.#begunMs + this.#leastMs()))
  }

  proposed(lanes: readonly { chainId: number; to: bigint }[]): void {
    for (const { chainId, to } of lanes) this.#members.get(chainId)?.teller.proposed(to)
  }

  /** Stored first, then told: a lane must not know of a Seal that a crash takes away. */
  async decided(block: HyperBlock, roster: Bytes | null): Promise<void> {
    const { store, oldestRunningBatch, clock, onStored, onSealed } = this.#options
    const { header, body, hash } = block
    assert(header.number === this.#newest.hyperNumber + 1n, `Hyper Block ${header.number} follows ${this.#newest.hyperNumber}`)
    for (const { chainId, to } of body.lanes) this.#sealed.set(chainId, to)
    const batchFloor = this.#batches.sealed((chainId, number) => (this.#sealed.get(chainId) ?? -1n) >= number, oldestRunningBatch())
    await store.append(block, { batchFloor, roster })
    const nowMs = clock.nowMs()
    const latencyMs = this.#closedMs === null ? null : nowMs - this.#closedMs
    this.#tookMs = latencyMs ?? this.#tookMs
    this.#closedMs = null
    this.#sealedMs = nowMs
    if (this.#options.rhythm.fromSeal === true) this.#beginPeriod(nowMs)
    this.#newest = { hyperNumber: header.number, hyperHash: hash }
    const telling = Array.from(this.#members, ([chainId, { news, teller }]) => {
      const finalized = this.#sealed.get(chainId) ?? 0n
      news.sealedUpTo(finalized)
      return teller.sealed({ ...this.#newest, finalized })
    })
    onStored(block, roster)
    const told = this.#inTime(telling)
    this.#notices = this.#notices.then(() => told).then(() => onSealed(block, latencyMs))
  }

  /** What the lanes have now, without waiting for the end of the period: others may ask about it before, and a late period ends with it. */
  gather(): void {
    if (!this.#stopped) void this.#collect().then(() => this.#closeLate())
  }

  /** Blocks of a lane that no sealed Hyper Block holds. */
  unsealed(chainId: number): bigint {
    return this.#members.get(chainId)?.news.unsealed ?? 0n
  }

  /** A lane that runs here became part of the network. */
  admit(chainId: number): void {
    const member = this.#members.get(chainId)
    if (member !== undefined) member.sealed = true
  }

  /** Another sealer begins where the newest block ends: it hears of everything since. */
  retell(): void {
    this.#batches.retell()
    for (const { news } of this.#members.values()) news.retell()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    for (const { teller } of this.#members.values()) teller.stop()
    await this.#running
  }

  #beginPeriod(nowMs: number): void {
    if (this.#stopped) return
    this.#cancel?.()
    this.#cancel = null
    this.#begunMs = nowMs
    this.#schedule(nowMs + this.#options.rhythm.periodMs)
  }

  /** The earlier of two times wins. */
  #schedule(dueMs: number): void {
    if (this.#cancel !== null && dueMs >= this.#dueMs) return
    this.#cancel?.()
    this.#dueMs = dueMs
    this.#cancel = this.#options.clock.after(Math.max(0, dueMs - this.#options.clock.nowMs()), () => {
      this.#cancel = null
      this.#dueMs = Infinity
      if (this.#running === null) this.#cycle()
      else this.#again = true
    })
  }

  #cycle(): void {
    this.#again = false
    this.#running = this.#run().finally(() => {
      this.#running = null
      if (!this.#stopped) this.#schedule(this.#begunMs + (this.#again ? this.#leastMs() : this.#options.rhythm.periodMs))
    })
  }

  /** A steady load of sessions seals for a bounded part of the time: the busier the machine, the longer a Hyper Block takes, and the longer the next one waits. */
  #leastMs(): number {
    const { periodMs, minPeriodMs, restFactor = 0 } = this.#options.rhythm
    return Math.min(periodMs, Math.max(minPeriodMs, restFactor * this.#tookMs))
  }

  async #run(): Promise<void> {
    const { rhythm, sealer, clock } = this.#options
    this.#begunMs = clock.nowMs()
    await this.#collect()
    if (this.#stopped) return
    const heartbeat = rhythm.heartbeatMs > 0 && this.#begunMs - this.#sealedMs >= rhythm.heartbeatMs
    if (!this.#hasNews() && !heartbeat) return
    this.#wish = false
    this.#closedMs ??= this.#begunMs
    sealer.cycle({ newest: this.#newest.hyperNumber, heartbeat })
  }

  /**
   * After a period in which nothing happened the first news close the cycle at once. All Buddies hear of them at the same time, while their periods end anywhere:
   * the first to begin would lose its patience with a proposer that waits for the end of its own.
   */
  #closeLate(): void {
    const { rhythm, clock } = this.#options
    const nowMs = clock.nowMs()
    if (!this.#stopped && this.#closedMs === null && nowMs - this.#sealedMs >= rhythm.periodMs && this.#hasNews()) this.#schedule(nowMs)
  }

  #hasNews(): boolean {
    return this.#wish || this.#asked().some((news) => news.waits)
  }

  /** A lane that is busy is left out of this cycle after a while: it must not hold up the others (L7). */
  async #collect(): Promise<void> {
    await this.#inTime(this.#asked().map((news) => news.collect()))
  }

  async #inTime(answers: Promise<void>[]): Promise<void> {
    const { clock, limits } = this.#options
    let cancel: () => void = () => undefined
    const late = new Promise<void>((resolve) => (cancel = clock.after(limits.lanesMs, resolve)))
    await Promise.race([Promise.all(answers), late])
    cancel()
  }

  #asked(): LaneNews[] {
    return [...this.#members.values()].filter(({ sealed }) => sealed).map(({ news }) => news)
  }

  #tell(chainId: number, blocks: BlockFact[]): void {
    this.#options.sealer.add({ lanes: [{ chainId, blocks }], batches: this.#batches.takeFresh(), changes: [] })
  }
}
