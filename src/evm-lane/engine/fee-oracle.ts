// Owns: what fees a transaction should offer now, and eth_feeHistory, from the headers and tips of recent blocks.
// Does not own: the fee market's arithmetic (fee-rules.ts) or where blocks are kept (the reader).
// Called by: the engine's handlers (fees, feeHistory), fillTransaction.

import { AppError } from '../../errors.js'
import { bigintMax, bigintMin } from '../../primitives.js'
import type { HeaderData } from '../chain-data.js'
import type { FeeHistory, FeeState } from '../protocol.js'
import { blobGasPrice, nextBaseFee, nextExcessBlobGas } from './fee-rules.js'
import type { ForkSchedule } from './fork-schedule.js'

/** One transaction of a block: wei per gas that the block producer got, and its gas. */
export type TxTip = { tip: bigint; gasUsed: bigint }

export type FeeReader = {
  header: (number: bigint) => HeaderData | undefined | Promise<HeaderData | undefined>
  /** Tips of the block's transactions, in any order; not of those that pay nothing here (0x7e). */
  receiptsTips: (number: bigint) => TxTip[] | Promise<TxTip[]>
}

/** Blocks a suggestion looks back on; the cheapest few of each count, and of those the 60th percentile, as in geth. */
const sampleBlocks = 20n
const samplesPerBlock = 3
const samplePercentile = 60
/** Wei; no suggestion is higher, whatever somebody once paid by mistake. */
const tipMax = 500_000_000_000n
/** Blocks whose tips are remembered; they never change. */
const cacheBlocks = 1_024

export class FeeOracle {
  private readonly reader: FeeReader
  private readonly forks: ForkSchedule
  private readonly minTip: bigint
  private readonly historyMax: number
  /** Tips by block number, cheapest first, oldest entry first. */
  private readonly tips = new Map<bigint, TxTip[]>()
  private suggested: { head: HeaderData; tip: bigint } | undefined

  constructor(parts: { reader: FeeReader; forks: ForkSchedule; minTip: bigint; historyMax: number }) {
    this.reader = parts.reader
    this.forks = parts.forks
    this.minTip = parts.minTip
    this.historyMax = parts.historyMax
  }

  async fees(head: HeaderData): Promise<FeeState> {
    const tip = await this.suggestTip(head)
    const baseFeeNext = this.nextBaseFee(head)
    // MetaMask takes this price as maxFeePerGas, and a person needs seconds to confirm: two full blocks on, each an eighth dearer at most, it
    // still fits. Who pays a legacy price pays the margin too.
    const base = (bigintMax(baseFeeNext ?? 0n, head.baseFeePerGas ?? 0n) * 5n) / 4n
    return { baseFeeNext, gasPrice: base + tip, maxPriorityFeePerGas: tip, blobBaseFee: this.blobBaseFee(head) }
  }

  /**
   * Blocks without transactions say nothing and are left out, and a lane without any suggests the least tip its pool admits. geth falls back to
   * its last or a default price instead (once 1 gwei): on a lane of our own, where blocks have room and base fees sink to a few wei, that
   * would make every transaction of every wallet dearer by a factor of millions, for nothing.
   */
  private async suggestTip(head: HeaderData): Promise<bigint> {
    if (this.suggested?.head === head) return this.suggested.tip
    const samples: bigint[] = []
    for (let number = head.number; number > 0n && number > head.number - sampleBlocks; number--) {
      for (const { tip } of (await this.tipsOf(number)).slice(0, samplesPerBlock)) samples.push(tip)
    }
    samples.sort(ascending)
    const middle = samples[Math.floor(((samples.length - 1) * samplePercentile) / 100)] ?? 0n
    const tip = bigintMin(bigintMax(middle, this.minTip), bigintMax(tipMax, this.minTip))
    this.suggested = { head, tip }
    return tip
  }

  /**
   * `head` bounds the range; a caller that means `pending` asks for the head: the next block's fees are in the answer anyway.
   * `percentiles`: ascending, 0 to 100 (checked where requests enter). @throws AppError 'block-not-found' beyond the head.
   */
  async feeHistory(range: { blockCount: number; newest: bigint; head: bigint }, percentiles: readonly number[] | null): Promise<FeeHistory> {
    const { newest, head } = range
    if (newest > head) throw new AppError('block-not-found', `request beyond head block: requested ${newest}, head ${head}`)
    const count = bigintMin(BigInt(Math.min(range.blockCount, this.historyMax)), newest + 1n)
    if (count < 1n) return { oldestBlock: 0n, baseFeePerGas: [], gasUsedRatio: [], baseFeePerBlobGas: [], blobGasUsedRatio: [], reward: null }
    const oldestBlock = newest - count + 1n
    const wanted = percentiles === null || percentiles.length === 0 ? null : percentiles
    const history: FeeHistory = {
      oldestBlock,
      baseFeePerGas: [],
      gasUsedRatio: [],
      baseFeePerBlobGas: [],
      blobGasUsedRatio: [],
      reward: wanted === null ? null : [],
    }
    let last: HeaderData | undefined
    for (let number = oldestBlock; number <= newest; number++) {
      last = await this.headerAt(number)
      this.addBlock(history, last)
      if (wanted !== null) history.reward?.push(rewards(await this.tipsOf(number), wanted))
    }
    if (last !== undefined) {
      history.baseFeePerGas.push(this.nextBaseFee(last) ?? 0n)
      history.baseFeePerBlobGas.push(this.nextBlobBaseFee(last))
    }
    return history
  }

  private addBlock(history: FeeHistory, header: HeaderData): void {
    history.baseFeePerGas.push(header.baseFeePerGas ?? 0n)
    history.gasUsedRatio.push(ratio(header.gasUsed, header.gasLimit))
    const common = this.forks.commonAt(header.number, header.timestamp)
    const blobs = header.excessBlobGas !== undefined
    history.baseFeePerBlobGas.push(blobs ? this.blobBaseFee(header) : 0n)
    history.blobGasUsedRatio.push(blobs ? ratio(header.blobGasUsed ?? 0n, common.getBlobGasSchedule().maxBlobGasPerBlock) : 0)
  }

  private nextBaseFee(header: HeaderData): bigint | null {
    return nextBaseFee(header, this.forks.commonAt(header.number + 1n, header.timestamp))
  }

  private blobBaseFee(header: HeaderData): bigint {
    return blobGasPrice(header.excessBlobGas ?? 0n, this.forks.commonAt(header.number, header.timestamp))
  }

  private nextBlobBaseFee(header: HeaderData): bigint {
    if (header.excessBlobGas === undefined) return 0n
    const common = this.forks.commonAt(header.number + 1n, header.timestamp)
    return blobGasPrice(nextExcessBlobGas(header, common) ?? 0n, common)
  }

  private async headerAt(number: bigint): Promise<HeaderData> {
    const header = await this.reader.header(number)
    if (header === undefined) throw new AppError('block-not-found', `block ${number} not found`)
    return header
  }

  private async tipsOf(number: bigint): Promise<TxTip[]> {
    const known = this.tips.get(number)
    if (known !== undefined) return known
    const tips = [...(await this.reader.receiptsTips(number))].sort((a, b) => ascending(a.tip, b.tip))
    this.tips.set(number, tips)
    const [oldest] = this.tips.keys()
    if (this.tips.size > cacheBlocks && oldest !== undefined) this.tips.delete(oldest)
    return tips
  }
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function ratio(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number(part) / Number(whole)
}

/** The tip that `percentile` per cent of the gas that was paid for paid at most; zeroes for a block in which nobody paid. `sorted`: cheapest first. */
function rewards(sorted: readonly TxTip[], percentiles: readonly number[]): bigint[] {
  const gasUsed = sorted.reduce((sum, tx) => sum + tx.gasUsed, 0n)
  let at = 0
  let gas = sorted[0]?.gasUsed ?? 0n
  return percentiles.map((percentile) => {
    const threshold = BigInt(Math.floor((Number(gasUsed) * percentile) / 100))
    while (gas < threshold && at < sorted.length - 1) {
      at++
      gas += sorted[at]?.gasUsed ?? 0n
    }
    return sorted[at]?.tip ?? 0n
  })
}
