// Owns: one lane that follows a gateway: blocks are fetched ahead, executed in order, each when the Hyper Block that it builds on is known here.
// Does not own: the execution and its judgement (the lane), the batches (batch-book.ts), when Hyper Blocks are sealed.
// Called by: follower.ts.

import { AppError } from '../../errors.js'
import type { LaneClient } from '../../evm-lane/client.js'
import type { Hash32 } from '../../primitives.js'
import type { FeedBlock, LaneFeed } from '../feed/feed.js'
import type { HyperLog } from '../log.js'
import type { BatchBook } from './batch-book.js'
import { readHeaderLinks } from './block-links.js'
import type { FollowerLimits } from './limits.js'
import type { Refusals } from './refusals.js'
import { Signal } from './signal.js'

export type LaneFollowerDeps = {
  feed: LaneFeed
  batches: BatchBook
  refusals: Refusals
  keccak256: (bytes: Uint8Array) => Uint8Array
  /** Number of a Hyper Block sealed here, 0 of the Hyper genesis; null for one that is not sealed here. */
  sealedNumber: (hash: Hash32) => Promise<bigint | null>
  limits: FollowerLimits
  log: HyperLog
}

/** What it is waiting for. */
export type Standing = 'gateway' | 'blocks' | 'seal' | 'lane' | 'executing' | 'refused'
export type LaneFollowing = { chainId: number; standing: Standing; head: bigint; fetched: number; executed: number; error: string | null }

export class LaneFollower {
  readonly #lane: LaneClient
  readonly #deps: LaneFollowerDeps
  /** Fetched and not executed yet, in order. */
  #ahead: { number: bigint; block: FeedBlock }[] = []
  #aheadBytes = 0
  #nextFetch = 0n
  #standing: Standing = 'lane'
  #error: string | null = null
  #executed = 0
  #failures = 0
  readonly #news = new Signal()
  readonly #room = new Signal()
  readonly #fetched = new Signal()
  readonly #sealed = new Signal()
  readonly #pause = new Signal()
  #stopped = false
  readonly #running: Promise<void>

  constructor(lane: LaneClient, deps: LaneFollowerDeps) {
    this.#lane = lane
    this.#deps = deps
    this.#running = this.#run()
  }

  /** The gateway has something new. */
  wake(): void {
    this.#news.fire()
  }

  /** Another Hyper Block is known here. */
  sealed(): void {
    this.#sealed.fire()
  }

  status(): LaneFollowing {
    const head = this.#lane.head()?.header.number ?? 0n
    return {
      chainId: this.#lane.spec.chainId,
      standing: this.#standing,
      head,
      fetched: this.#ahead.length,
      executed: this.#executed,
      error: this.#error,
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const signal of [this.#news, this.#room, this.#fetched, this.#sealed, this.#pause]) signal.fire()
    await this.#running
  }

  async #run(): Promise<void> {
    const ready = await this.#lane.ready.then(
      () => true,
      () => false,
    )
    if (!ready) return
    this.#nextFetch = this.#next()
    await Promise.all([this.#fetchAll(), this.#executeAll()])
  }

  #next(): bigint {
    return (this.#lane.head()?.header.number ?? 0n) + 1n
  }

  async #fetchAll(): Promise<void> {
    const { feed, limits } = this.#deps
    while (!this.#stopped) {
      if (this.#ahead.length >= limits.aheadBlocksMax || this.#aheadBytes >= limits.aheadBytesMax) {
        await this.#room.wait(null)
        continue
      }
      const from = this.#nextFetch
      const blocks = await this.#ask(() => feed.blocks(this.#lane.spec.chainId, from, limits.fetchBlocks))
      // A refusal in between began again elsewhere.
      if (blocks === null || this.#nextFetch !== from) continue
      if (blocks.length > 0) this.#keep(from, blocks)
      else await this.#news.wait(limits.pollMs)
    }
  }

  #keep(from: bigint, blocks: readonly FeedBlock[]): void {
    blocks.forEach((block, i) => this.#ahead.push({ number: from + BigInt(i), block }))
    this.#aheadBytes += blocks.reduce((sum, { rlp }) => sum + rlp.length, 0)
    this.#nextFetch = from + BigInt(blocks.length)
    this.#fetched.fire()
  }

  /** null: it was not answered; the wait before the next try is over. */
  async #ask<T>(question: () => Promise<T>): Promise<T | null> {
    const { limits, log } = this.#deps
    try {
      const answer = await question()
      if (this.#failures > 0) log('info', `lane ${this.#lane.spec.name}: the gateway answers again`, { lane: this.#lane.spec.chainId })
      this.#failures = 0
      this.#error = null
      return answer
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      this.#error = error.message
      if (this.#failures === 0 && !this.#stopped) log('warn', `lane ${this.#lane.spec.name}: ${error.message}`, { lane: this.#lane.spec.chainId })
      await this.#news.wait(Math.min(limits.retryMsMax, limits.retryMs * 2 ** Math.min(this.#failures++, 10)))
      return null
    }
  }

  async #executeAll(): Promise<void> {
    while (!this.#stopped) {
      const [first] = this.#ahead
      if (first === undefined) {
        this.#standing = this.#error === null ? 'blocks' : 'gateway'
        await this.#fetched.wait(null)
      } else if (await this.#execute(first)) {
        this.#ahead.shift()
        this.#aheadBytes -= first.block.rlp.length
        this.#executed++
        this.#room.fire()
      }
    }
  }

  /** False: not yet, or never; waits before it says so. */
  async #execute({ number, block }: { number: bigint; block: FeedBlock }): Promise<boolean> {
    const { sealedNumber, batches, keccak256, refusals } = this.#deps
    const { chainId } = this.#lane.spec
    const links = readHeaderLinks(block.rlp)
    if (links === null) return this.#refuse(number, null, 'it is no block')
    const hash = keccak256(links.header)
    const { hyperHash } = links
    const hyperNumber = hyperHash === null ? null : await sealedNumber(hyperHash)
    if (hyperHash !== null && hyperNumber === null) return this.#awaitSeal(null)
    const wrong = block.batch === null ? null : await batches.take(block.batch, { chainId, number, hash })
    if (wrong !== null) return this.#refuse(number, hash, wrong)
    this.#standing = 'executing'
    const { batch, rlp, ...exported } = block
    try {
      const own = { ...exported, sessions: batch?.sessions ?? null }
      await this.#lane.call('importBlock', { rlp, own })
      refusals.clear(chainId)
      return true
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.data?.['awaits'] === 'hyper' && hyperHash !== null && hyperNumber !== null)
        return this.#tellSeal({ hyperNumber, hyperHash, finalized: 0n })
      if (error.code === 'block-invalid') return this.#refuse(number, hash, error.message)
      return this.#laneIsAway(error)
    }
  }

  /** Sealed here already: the lane is being told of it, or was not there when it was sealed. */
  async #tellSeal(mark: { hyperNumber: bigint; hyperHash: Hash32; finalized: bigint }): Promise<false> {
    try {
      await this.#lane.call('sealed', mark)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return this.#laneIsAway(error)
    }
    return this.#awaitSeal(this.#deps.limits.tellingMs)
  }

  async #awaitSeal(timeoutMs: number | null): Promise<false> {
    this.#standing = 'seal'
    await this.#sealed.wait(timeoutMs)
    return false
  }

  /** What was fetched after it builds on it: all of it is fetched again, in case the gateway comes to another mind. */
  async #refuse(number: bigint, hash: Hash32 | null, reason: string): Promise<false> {
    const { refusals, limits } = this.#deps
    this.#standing = 'refused'
    refusals.add(this.#lane.spec.chainId, { number, hash, reason })
    await this.#pause.wait(limits.refusedAgainMs)
    this.#ahead = []
    this.#aheadBytes = 0
    this.#nextFetch = this.#next()
    this.#room.fire()
    this.#news.fire()
    return false
  }

  async #laneIsAway(error: AppError): Promise<false> {
    const { limits, log } = this.#deps
    this.#standing = 'lane'
    if (!this.#stopped) log('warn', `lane ${this.#lane.spec.name}: ${error.message}`, { lane: this.#lane.spec.chainId, code: error.code })
    await this.#pause.wait(limits.laneAgainMs)
    return false
  }
}
