// Owns: fan-out of one lane's events to its subscribers; listens to the lane only while there are any.
// Does not own: order and fetching of logs and receipts (block-feed.ts), ids and connections (subscriptions.ts).
// Called by: subscriptions.ts.

import type { HeadInfo } from '../evm-lane/chain-data.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { PoolTx } from '../evm-lane/protocol.js'
import { toHex } from '../primitives.js'
import { BlockFeed } from './block-feed.js'
import type { Sink } from './block-feed.js'
import { formatHead } from './format/header.js'
import { formatPoolTx } from './format/pool.js'
import type { LogMatcher } from './log-matcher.js'
import { watchPool } from './pool-watch.js'

class LaneFeed {
  readonly #lane: LaneClient
  readonly #heads = new Set<Sink>()
  readonly #pendingHashes = new Set<Sink>()
  readonly #pendingFull = new Set<Sink>()
  readonly #blocks: BlockFeed
  #stopHeads: (() => void) | undefined
  #poolWatch: Promise<() => void> | undefined

  constructor(lane: LaneClient) {
    this.#lane = lane
    this.#blocks = new BlockFeed(lane)
  }

  /** Each returns the undo. */
  addHeads(sink: Sink): () => void {
    // Two subscriptions may share a function, not a place in the set.
    const own: Sink = (result) => sink(result)
    this.#heads.add(own)
    return this.#listening(() => this.#heads.delete(own))
  }

  addLogs(matches: LogMatcher, sink: Sink): () => void {
    return this.#listening(this.#blocks.addLogs(matches, sink))
  }

  addReceipts(hashes: ReadonlySet<string> | null, sink: Sink): () => void {
    return this.#listening(this.#blocks.addReceipts(hashes, sink))
  }

  async addPending(full: boolean, sink: Sink): Promise<() => void> {
    const own: Sink = (result) => sink(result)
    const sinks = full ? this.#pendingFull : this.#pendingHashes
    sinks.add(own)
    const undo = (): void => {
      sinks.delete(own)
      this.#releasePool()
    }
    this.#poolWatch ??= watchPool(this.#lane, (txs) => this.#onPool(txs))
    try {
      await this.#poolWatch
    } catch (error) {
      this.#poolWatch = undefined
      sinks.delete(own)
      throw error
    }
    return undo
  }

  #listening(remove: () => void): () => void {
    this.#stopHeads ??= this.#lane.on('head', (head) => this.#onHead(head))
    return () => {
      remove()
      if (this.#heads.size > 0 || !this.#blocks.isIdle) return
      this.#stopHeads?.()
      this.#stopHeads = undefined
    }
  }

  #onHead(head: HeadInfo): void {
    if (this.#heads.size > 0) {
      const text = JSON.stringify(formatHead(head))
      for (const sink of this.#heads) sink(text)
    }
    this.#blocks.onHead(head)
  }

  #onPool(txs: PoolTx[]): void {
    for (const item of txs) {
      const hashText = `"${toHex(item.tx.hash)}"`
      for (const sink of this.#pendingHashes) sink(hashText)
      if (this.#pendingFull.size === 0) continue
      const text = JSON.stringify(formatPoolTx(item))
      for (const sink of this.#pendingFull) sink(text)
    }
  }

  #releasePool(): void {
    if (this.#pendingHashes.size > 0 || this.#pendingFull.size > 0) return
    const watch = this.#poolWatch
    this.#poolWatch = undefined
    // A watch that failed has nothing to undo; its error went to the subscriber that asked for it.
    watch?.then(
      (undo) => undo(),
      () => undefined,
    )
  }
}

const feeds = new WeakMap<LaneClient, LaneFeed>()

export function feedOf(lane: LaneClient): LaneFeed {
  let feed = feeds.get(lane)
  if (feed === undefined) {
    feed = new LaneFeed(lane)
    feeds.set(lane, feed)
  }
  return feed
}
