// Owns: the order in which a block takes executable transactions: best effective tip first, each sender's by nonce, then time of arrival.
// Called by: builder.

import type { LaneTx } from './tx.js'

type Lane = { txs: LaneTx[]; at: number; tip: bigint; arrival: number }

/** A binary heap over senders; `next` is the best head, then either `take` (advance the sender) or `leaveOut` (nothing more of the sender comes into this block). */
export class TxOrder {
  private readonly heap: Lane[] = []
  private readonly baseFee: bigint

  constructor(bySender: LaneTx[][], baseFee: bigint) {
    this.baseFee = baseFee
    bySender.forEach((txs, arrival) => {
      const head = txs[0]
      if (head !== undefined && head.feeCap >= baseFee) this.push({ txs, at: 0, tip: this.tipOf(head), arrival })
    })
  }

  private tipOf(tx: LaneTx): bigint {
    const room = tx.feeCap - this.baseFee
    return room < tx.tipCap ? room : tx.tipCap
  }

  peek(): LaneTx | undefined {
    const lane = this.heap[0]
    return lane?.txs[lane.at]
  }

  /** The head was included: its sender's next one competes. */
  take(): void {
    const lane = this.pop()
    if (lane === undefined) return
    const next = lane.txs[lane.at + 1]
    if (next !== undefined && next.feeCap >= this.baseFee) this.push({ ...lane, at: lane.at + 1, tip: this.tipOf(next) })
  }

  /** The head cannot be included now; nothing of its sender can follow. */
  leaveOut(): void {
    this.pop()
  }

  private before(a: Lane, b: Lane): boolean {
    return a.tip !== b.tip ? a.tip > b.tip : a.arrival < b.arrival
  }

  private push(lane: Lane): void {
    const heap = this.heap
    let i = heap.push(lane) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.before(lane, heap[parent] as Lane)) break
      heap[i] = heap[parent] as Lane
      i = parent
    }
    heap[i] = lane
  }

  private pop(): Lane | undefined {
    const heap = this.heap
    const top = heap[0]
    const last = heap.pop()
    if (heap.length === 0 || last === undefined) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && this.before(heap[child + 1] as Lane, heap[child] as Lane)) child++
      if (!this.before(heap[child] as Lane, last)) break
      heap[i] = heap[child] as Lane
      i = child
    }
    heap[i] = last
    return top
  }
}
