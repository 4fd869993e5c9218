// Owns: what subscribers of logs and receipts are told of each new block of one lane: every block once, in order, one fetch for all of them.
// Does not own: heads and pooled transactions (lane-feed.ts).
// Called by: lane-feed.ts.

import type { HeadInfo, LocatedReceipt } from '../evm-lane/chain-data.js'
import type { LaneClient } from '../evm-lane/client.js'
import { bigintMax } from '../primitives.js'
import { isEmptyBloom } from './format/quantity.js'
import { formatReceipt } from './format/receipt.js'
import { headOf } from './handlers/head.js'
import type { LogMatcher, LogTexts } from './log-matcher.js'

/** Takes the text of one result; several subscribers get the same string. */
export type Sink = (result: string) => void

/** after: the head when the subscriber came; it hears of later blocks only. */
type LogsSubscriber = { after: bigint; matches: LogMatcher; sink: Sink }
/** hashes null: all transactions. */
type ReceiptsSubscriber = { after: bigint; hashes: ReadonlySet<string> | null; sink: Sink }

/** Pause before a block is asked for again when the lane could not answer. */
const retryMs = 250

export class BlockFeed {
  readonly #lane: LaneClient
  readonly #logs = new Set<LogsSubscriber>()
  readonly #receipts = new Set<ReceiptsSubscriber>()
  /** The last block that was told, or needed no telling. */
  #told = 0n
  #running = false
  #retry: NodeJS.Timeout | undefined

  constructor(lane: LaneClient) {
    this.#lane = lane
  }

  get isIdle(): boolean {
    return this.#logs.size === 0 && this.#receipts.size === 0
  }

  addLogs(matches: LogMatcher, sink: Sink): () => void {
    const subscriber = { after: this.#join(), matches, sink }
    this.#logs.add(subscriber)
    return () => this.#leave(() => this.#logs.delete(subscriber))
  }

  addReceipts(hashes: ReadonlySet<string> | null, sink: Sink): () => void {
    const subscriber = { after: this.#join(), hashes, sink }
    this.#receipts.add(subscriber)
    return () => this.#leave(() => this.#receipts.delete(subscriber))
  }

  onHead(head: HeadInfo): void {
    if (this.isIdle) return
    const { number } = head.header
    const hasNews = head.txCount > 0 && (this.#receipts.size > 0 || !isEmptyBloom(head.header.logsBloom))
    // A block that holds nothing for anybody is told without asking for it, if all before it are told.
    if (!hasNews && this.#told === number - 1n) this.#told = number
    else this.#run()
  }

  #join(): bigint {
    const head = headOf(this.#lane).header.number
    if (this.isIdle) this.#told = head
    return head
  }

  #leave(remove: () => void): void {
    remove()
    if (this.isIdle) clearTimeout(this.#retry)
  }

  #run(): void {
    if (this.#running) return
    this.#running = true
    this.#tellAll()
      .catch(() => {
        // The lane is down or overloaded; #told stays, so that nothing is skipped when it answers again.
        clearTimeout(this.#retry)
        this.#retry = setTimeout(() => this.#run(), retryMs).unref()
      })
      .finally(() => {
        this.#running = false
      })
  }

  async #tellAll(): Promise<void> {
    while (!this.isIdle && this.#told < headOf(this.#lane).header.number) {
      const number = this.#told + 1n
      const receipts = await this.#lane.call('blockReceipts', { at: { kind: 'number', number } })
      if (receipts !== null) this.#tell(number, receipts)
      // Whoever joined an empty feed meanwhile may have moved the mark already.
      this.#told = bigintMax(this.#told, number)
    }
  }

  #tell(number: bigint, receipts: LocatedReceipt[]): void {
    const block = receipts.map((located) => {
      const json = formatReceipt(located)
      return { hash: json.transactionHash as string, logs: json.logs as LogTexts[], json }
    })
    this.#tellLogs(
      number,
      block.flatMap(({ logs }) => logs),
    )
    this.#tellReceipts(number, block)
  }

  #tellLogs(number: bigint, logs: LogTexts[]): void {
    if (this.#logs.size === 0) return
    const texts: (string | undefined)[] = []
    logs.forEach((log, i) => {
      for (const { after, matches, sink } of this.#logs) {
        if (number <= after || !matches(log)) continue
        sink((texts[i] ??= JSON.stringify(log)))
      }
    })
  }

  /** One notification per block: the list of its receipts that the subscriber wants. */
  #tellReceipts(number: bigint, block: { hash: string; json: unknown }[]): void {
    if (this.#receipts.size === 0 || block.length === 0) return
    const texts: (string | undefined)[] = []
    const textAt = (i: number): string => (texts[i] ??= JSON.stringify(block[i]?.json))
    let whole: string | undefined
    for (const { after, hashes, sink } of this.#receipts) {
      if (number <= after) continue
      if (hashes === null) {
        sink((whole ??= `[${block.map((_, i) => textAt(i)).join(',')}]`))
        continue
      }
      const wanted = block.flatMap(({ hash }, i) => (hashes.has(hash) ? [textAt(i)] : []))
      if (wanted.length > 0) sink(`[${wanted.join(',')}]`)
    }
  }
}
