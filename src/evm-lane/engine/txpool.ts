// Owns: the lane's memory of transactions that are not in a block yet: per-sender nonce queues, replacement, bounds.
// Does not own: decoding (tx.ts), single-transaction checks (tx-rules.ts), the order within a block (tx-order.ts).
// Called by: engine handlers (add, look up), builder (executable), after every block (blockApplied).

import { AppError } from '../../errors.js'
import { bareHex } from '../../primitives.js'
import type { PoolLimits } from '../lane-spec.js'
import type { LaneTx } from './tx.js'
import { checkSender, checkStateless, replaces } from './tx-rules.js'
import type { AdmissionContext, SenderAccount } from './tx-rules.js'

export type PoolView = {
  account: (sender: Uint8Array) => SenderAccount
  admission: () => AdmissionContext
}

/** One sender's transactions by nonce. `executable` is how many, from the account nonce on, follow one another. */
class SenderQueue {
  readonly sender: Uint8Array
  readonly byNonce = new Map<bigint, LaneTx>()
  accountNonce: bigint
  executable = 0
  constructor(sender: Uint8Array, accountNonce: bigint) {
    this.sender = sender
    this.accountNonce = accountNonce
  }

  /** First nonce that no pooled transaction fills. */
  get nextNonce(): bigint {
    return this.accountNonce + BigInt(this.executable)
  }

  recount(): void {
    while (this.byNonce.has(this.nextNonce)) this.executable++
  }

  reset(accountNonce: bigint): void {
    this.accountNonce = accountNonce
    this.executable = 0
    this.recount()
  }

  sorted(): LaneTx[] {
    return [...this.byNonce.values()].sort((a, b) => (a.nonce < b.nonce ? -1 : 1))
  }
}

export class TxPool {
  private readonly limits: PoolLimits
  private readonly view: PoolView
  private readonly onExecutable: (txs: LaneTx[]) => void
  /** A transaction took the place of one that waits for the coordinator, and waits in its stead. */
  private readonly onHandedOver: (tx: LaneTx) => void
  private readonly senders = new Map<string, SenderQueue>()
  private readonly byHash = new Map<string, LaneTx>()
  private executableCount = 0
  /** Transactions that wait for the coordinator; no block of the lane's own takes them, nor what follows them. */
  private readonly handedOver = new Set<string>()
  /** Counts every change, so that a pending block can tell whether it is still true. */
  revision = 0

  constructor(limits: PoolLimits, view: PoolView, onExecutable: (txs: LaneTx[]) => void, onHandedOver: (tx: LaneTx) => void = () => undefined) {
    this.onHandedOver = onHandedOver
    this.limits = limits
    this.view = view
    this.onExecutable = onExecutable
  }

  get pendingCount(): number {
    return this.executableCount
  }
  get queuedCount(): number {
    return this.byHash.size - this.executableCount
  }
  get(hashKey: string): LaneTx | undefined {
    return this.byHash.get(hashKey)
  }

  /** Account nonce plus what is pooled without a gap (the pending nonce, L5). */
  nextNonce(senderKey: string): bigint | undefined {
    return this.senders.get(senderKey)?.nextNonce
  }

  /** @throws AppError with a tx-* code; the pool is then unchanged. */
  add(tx: LaneTx, options: { handedOver?: boolean } = {}): void {
    if (this.byHash.has(tx.hashKey)) throw new AppError('tx-known', 'already known')
    checkStateless(tx, this.view.admission())
    const account = this.view.account(tx.sender)
    checkSender(tx, account)
    const queue = this.senders.get(tx.senderKey) ?? new SenderQueue(tx.sender, account.nonce)
    // A nonce also moves without a transaction of its owner (EIP-7702 authorization).
    if (queue.accountNonce !== account.nonce) this.follow(queue, account.nonce)
    const old = queue.byNonce.get(tx.nonce)
    if (old !== undefined && !replaces(old, tx, this.limits.priceBumpPercent)) {
      throw new AppError('tx-replacement', 'replacement transaction underpriced')
    }
    this.checkTotalCost(queue, tx, old, account)
    if (old === undefined) this.makeRoom(queue, tx)
    // Who replaces a transaction that waits for the coordinator pays for the work of its first attempt: there is no second one (S1).
    const waits = old !== undefined && this.handedOver.has(old.hashKey)
    if (old !== undefined) this.forget(old)
    if (waits) this.handedOver.add(tx.hashKey)
    if (options.handedOver === true) this.handedOver.add(tx.hashKey)
    this.insert(queue, tx, old !== undefined)
    if (waits) this.onHandedOver(tx)
  }

  /** From now on the transaction waits for the coordinator. */
  handOver(tx: LaneTx): void {
    this.handedOver.add(tx.hashKey)
    this.revision++
  }

  /** How many of its sender's wait for the coordinator before it. null: it waits there itself, or cannot yet because something before it does not. */
  handedOverBefore(tx: LaneTx): number | null {
    const queue = this.senders.get(tx.senderKey)
    if (queue?.byNonce.get(tx.nonce) !== tx || tx.nonce >= queue.nextNonce || this.handedOver.has(tx.hashKey)) return null
    for (let nonce = queue.accountNonce; nonce < tx.nonce; nonce++) {
      if (!this.handedOver.has((queue.byNonce.get(nonce) as LaneTx).hashKey)) return null
    }
    return Number(tx.nonce - queue.accountNonce)
  }

  /** The coordinator could not try it: the lane's own blocks may again. */
  takeBack(tx: LaneTx): void {
    if (this.byHash.get(tx.hashKey) !== tx || !this.handedOver.delete(tx.hashKey)) return
    this.revision++
    this.onExecutable([tx])
  }

  private forget(tx: LaneTx): void {
    this.byHash.delete(tx.hashKey)
    this.handedOver.delete(tx.hashKey)
  }

  /** geth: what a sender has pooled without a gap must be affordable together. */
  private checkTotalCost(queue: SenderQueue, tx: LaneTx, old: LaneTx | undefined, account: SenderAccount): void {
    if (tx.nonce > queue.nextNonce || queue.executable === 0) return
    let queued = 0n
    for (let nonce = queue.accountNonce; nonce < queue.nextNonce; nonce++) queued += queue.byNonce.get(nonce)?.cost ?? 0n
    const total = queued - (old?.cost ?? 0n) + tx.cost
    if (account.balance < total) {
      throw new AppError(
        'tx-funds',
        `insufficient funds for gas * price + value: balance ${account.balance}, queued cost ${queued}, tx cost ${tx.cost}, overshot ${total - account.balance}`,
      )
    }
  }

  private makeRoom(queue: SenderQueue, tx: LaneTx): void {
    if (queue.byNonce.size >= this.limits.perSenderMax) {
      throw new AppError('tx-pool-full', `account limit exceeded: ${this.limits.perSenderMax} transactions of one sender are pooled`)
    }
    const executable = tx.nonce === queue.nextNonce
    if (!executable) {
      if (this.queuedCount >= this.limits.queuedMax && !this.evictQueued(tx)) throw new AppError('tx-pool-full', 'txpool is full')
    } else if (this.executableCount >= this.limits.pendingMax && !this.evictExecutable(tx)) {
      throw new AppError('tx-pool-full', 'txpool is full')
    }
  }

  /** Drops the last transaction of the sender whose tail pays least, if it pays less than the newcomer. */
  private evictExecutable(tx: LaneTx): boolean {
    let worst: { queue: SenderQueue; tail: LaneTx } | undefined
    for (const queue of this.senders.values()) {
      if (queue.executable === 0) continue
      const tail = queue.byNonce.get(queue.nextNonce - 1n)
      if (tail !== undefined && tail.senderKey !== tx.senderKey && (worst === undefined || tail.tipCap < worst.tail.tipCap)) worst = { queue, tail }
    }
    if (worst === undefined || worst.tail.tipCap >= tx.tipCap) return false
    this.remove(worst.queue, worst.tail)
    return true
  }

  private evictQueued(tx: LaneTx): boolean {
    for (const queue of this.senders.values()) {
      if (queue.byNonce.size === queue.executable) continue
      const last = queue.sorted().at(-1)
      if (last === undefined || last.tipCap >= tx.tipCap) continue
      this.remove(queue, last)
      return true
    }
    return false
  }

  private insert(queue: SenderQueue, tx: LaneTx, replaced: boolean): void {
    this.senders.set(tx.senderKey, queue)
    const before = queue.executable
    const first = queue.nextNonce
    queue.byNonce.set(tx.nonce, tx)
    this.byHash.set(tx.hashKey, tx)
    queue.recount()
    this.executableCount += queue.executable - before
    this.revision++
    if (replaced && tx.nonce < first) {
      this.onExecutable([tx])
      return
    }
    const promoted: LaneTx[] = []
    for (let nonce = first; nonce < queue.nextNonce; nonce++) {
      const next = queue.byNonce.get(nonce)
      if (next !== undefined) promoted.push(next)
    }
    if (promoted.length > 0) this.onExecutable(promoted)
  }

  private remove(queue: SenderQueue, tx: LaneTx): void {
    this.executableCount -= queue.executable
    queue.byNonce.delete(tx.nonce)
    this.forget(tx)
    queue.reset(queue.accountNonce)
    this.executableCount += queue.executable
    if (queue.byNonce.size === 0) this.senders.delete(tx.senderKey)
    this.revision++
  }

  /** Takes out a transaction that turned out not to be executable although it was next. */
  drop(tx: LaneTx): void {
    const queue = this.senders.get(tx.senderKey)
    if (queue?.byNonce.get(tx.nonce) !== tx) return
    this.remove(queue, tx)
    // Not executable often means that the nonce moved without a transaction of its owner (EIP-7702): what follows may be executable.
    const { nonce } = this.view.account(queue.sender)
    if (queue.byNonce.size > 0 && queue.accountNonce !== nonce) this.follow(queue, nonce)
  }

  /** After a block: forgets what it holds and follows the senders' new nonces. */
  blockApplied(mined: readonly LaneTx[]): void {
    const touched = new Set<SenderQueue>()
    for (const tx of mined) {
      const queue = this.senders.get(tx.senderKey)
      if (queue !== undefined) touched.add(queue)
    }
    // EIP-7702: an authorization uses up a nonce of whoever signed it, who need not have sent anything.
    if (mined.some((tx) => tx.type === 4)) for (const queue of this.senders.values()) touched.add(queue)
    for (const queue of touched) this.follow(queue, this.view.account(queue.sender).nonce)
    this.revision++
  }

  private follow(queue: SenderQueue, accountNonce: bigint): void {
    this.executableCount -= queue.executable
    for (let nonce = queue.accountNonce; nonce < accountNonce; nonce++) {
      const gone = queue.byNonce.get(nonce)
      if (gone === undefined) continue
      queue.byNonce.delete(nonce)
      this.forget(gone)
      if (queue.byNonce.size === 0) break
    }
    const before = queue.nextNonce
    queue.reset(accountNonce)
    this.executableCount += queue.executable
    if (queue.byNonce.size === 0) {
      this.senders.delete(bareHex(queue.sender))
      return
    }
    // A block may use nonces that the pool never had: the first one left can lie past what was executable.
    const first = before > accountNonce ? before : accountNonce
    if (queue.nextNonce > first) {
      const promoted: LaneTx[] = []
      for (let nonce = first; nonce < queue.nextNonce; nonce++) promoted.push(queue.byNonce.get(nonce) as LaneTx)
      this.onExecutable(promoted)
    }
  }

  /** Executable transactions of each sender, in nonce order, up to one that was handed over. */
  executable(): LaneTx[][] {
    const out: LaneTx[][] = []
    for (const queue of this.senders.values()) {
      if (queue.executable === 0) continue
      const list: LaneTx[] = []
      for (let nonce = queue.accountNonce; nonce < queue.nextNonce; nonce++) {
        const tx = queue.byNonce.get(nonce) as LaneTx
        if (this.handedOver.has(tx.hashKey)) break
        list.push(tx)
      }
      if (list.length > 0) out.push(list)
    }
    return out
  }

  /** Something that a block of the lane's own could take. */
  hasExecutable(): boolean {
    for (const queue of this.senders.values()) {
      const next = queue.executable > 0 ? queue.byNonce.get(queue.accountNonce) : undefined
      if (next !== undefined && !this.handedOver.has(next.hashKey)) return true
    }
    return false
  }

  content(): { pending: LaneTx[]; queued: LaneTx[] } {
    const pending: LaneTx[] = []
    const queued: LaneTx[] = []
    for (const queue of this.senders.values()) for (const tx of queue.sorted()) (tx.nonce < queue.nextNonce ? pending : queued).push(tx)
    return { pending, queued }
  }
}
