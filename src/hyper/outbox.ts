// Owns: messages (S9): found in committed blocks, wanted as deliveries in the order they were sent, marked as delivered in the very write that commits.
// Does not own: the delivery's session (core/atomic.ts), the portal's ABI (handed over).
// Called by: coordinator.ts, message-scanner.ts.

import type { LocatedLog } from '../evm-lane/chain-data.js'
import type { PortalMessage } from '../evm-lane/portal-message.js'
import type { Hash32 } from '../primitives.js'
import { bareHex } from '../primitives.js'
import { hyper, readU64, tableKey, tableRange, u32, u64 } from '../schema.js'
import type { Store, StoreOp } from '../store/store.js'
import type { BatchRecord, Input, Outcome, Wanted } from './core/types.js'
import { decodeValue, encodeValue } from './journal-codec.js'
import type { MoreRows } from './journal-runner.js'
import type { Message, PortalAbi } from './message.js'
import { sessionId } from './session-id.js'
import type { Keccak256 } from './session-id.js'

type Deps = { store: Store; portal: PortalAbi; keccak256: Keccak256; feed: (input: Input) => void; messagesMax: number; againMs: number }

export class Outbox {
  readonly #deps: Deps
  /** Not delivered yet; in the order they were sent on each lane. */
  readonly #waiting = new Map<string, Message>()
  /** Wanted once, but their lane could not do it then. */
  readonly #postponed = new Set<string>()
  #again: NodeJS.Timeout | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Wants what an earlier life of the process left undelivered. */
  async open(): Promise<void> {
    const { store } = this.#deps
    for await (const [, id] of store.iterate(tableRange(hyper.messagesWaiting))) {
      const message = await this.message(id)
      if (message !== null) this.#want(message)
    }
  }

  async message(id: Hash32): Promise<Message | null> {
    const value = await this.#deps.store.get(tableKey(hyper.messages, id))
    return value === undefined ? null : decodeValue<Message>(value)
  }

  async messagesOf(chainId: number, transactionHash: Hash32): Promise<Message[]> {
    const found: Message[] = []
    for await (const [, id] of this.#deps.store.iterate(tableRange(hyper.messagesByTx, u64(chainId), transactionHash))) {
      const message = await this.message(id)
      if (message !== null) found.push(message)
    }
    return found
  }

  /** Block up to which the messages of a lane are known. */
  async cursor(chainId: number): Promise<bigint> {
    const value = await this.#deps.store.get(tableKey(hyper.messageCursor, u64(chainId)))
    return value === undefined ? 0n : readU64(value)
  }

  hasRoom(): boolean {
    return this.#waiting.size < this.#deps.messagesMax
  }

  /** Logs of the portal in the blocks of a lane up to `block`, in order. What is known already is passed over, so it may be told of twice. */
  async take(chainId: number, block: bigint, logs: readonly LocatedLog[]): Promise<void> {
    const { store, portal } = this.#deps
    const ops: StoreOp[] = []
    const fresh: Message[] = []
    for (const located of logs) {
      const content = portal.decodeMessageSent(located.log, BigInt(chainId))
      const id = located.log.topics[1]
      if (content !== null && id !== undefined) {
        if ((await this.message(id)) !== null) continue
        const message = messageOf(id, located, content)
        fresh.push(message)
        const byTx = tableKey(hyper.messagesByTx, u64(chainId), located.transactionHash, u32(located.logIndex))
        ops.push(messageRow(message), { type: 'put', key: byTx, value: id }, { type: 'put', key: waitingKey(message), value: id })
        continue
      }
      const delivered = portal.decodeMessageDelivered(located.log)
      if (delivered !== null) ops.push(...(await this.#told(delivered)))
    }
    await store.batch([...ops, { type: 'put', key: tableKey(hyper.messageCursor, u64(chainId)), value: u64(block) }])
    for (const message of fresh) this.#want(message)
  }

  /** Rows that make the deliveries of a batch part of its commit point. */
  rowsOf(record: BatchRecord): MoreRows {
    const apply: StoreOp[] = []
    const revert: StoreOp[] = []
    for (const { id, work, own } of record.sessions) {
      if (work.kind !== 'delivery') continue
      const message = this.#waiting.get(bareHex(work.message))
      const transactionHash = own[0]?.transactionHash
      if (message === undefined || transactionHash === undefined) continue
      const key = waitingKey(message)
      apply.push(messageRow({ ...message, status: { kind: 'delivered', success: null, session: id, transactionHash } }), { type: 'del', key })
      revert.push(messageRow(message), { type: 'put', key, value: message.id })
    }
    return { apply, revert }
  }

  finished(message: Hash32, outcome: Outcome): void {
    const key = bareHex(message)
    if (outcome.kind === 'committed') this.#waiting.delete(key)
    else this.#postpone(key)
  }

  stop(): void {
    if (this.#again !== null) clearTimeout(this.#again)
  }

  /** A lane is up again: what it could not take then is wanted anew, in order. */
  wantPostponed(chainId: number): void {
    const again = [...this.#waiting].filter(([key, { content }]) => Number(content.toChainId) === chainId && this.#postponed.delete(key))
    for (const [, message] of again) this.#want(message)
  }

  /** Later messages of its sender that run before it are refused by the portal and come here too; order is the portal's. */
  #postpone(key: string): void {
    this.#postponed.add(key)
    this.#again ??= setTimeout(() => {
      this.#again = null
      const lanes = new Set([...this.#postponed].map((id) => Number(this.#waiting.get(id)?.content.toChainId)))
      for (const chainId of lanes) this.wantPostponed(chainId)
    }, this.#deps.againMs)
  }

  async #told({ id, success }: { id: Hash32; success: boolean }): Promise<StoreOp[]> {
    const message = await this.message(id)
    if (message?.status.kind !== 'delivered') return []
    return [messageRow({ ...message, status: { ...message.status, success } })]
  }

  #want(message: Message): void {
    this.#waiting.set(bareHex(message.id), message)
    this.#deps.feed({ kind: 'wanted', wanted: this.#deliveryOf(message) })
  }

  #deliveryOf({ id, from, content }: Message): Wanted {
    const { portal, keccak256 } = this.#deps
    const toChainId = Number(content.toChainId)
    const gas = portal.deliveryGas({ dataLength: BigInt(content.data.length), gasLimit: content.gasLimit })
    const call = {
      from: { chainId: from.chainId, account: portal.system },
      to: { chainId: toChainId, account: portal.portal },
      value: content.value,
      data: portal.deliverCalldata(content),
      gas,
      isStatic: false,
      depth: 0,
      origin: portal.system,
      gasPrice: 0n,
    }
    return {
      id: sessionId(keccak256, [{ chainId: from.chainId, transactionHash: id }]),
      work: { kind: 'delivery', message: id, call },
      flow: `message:${from.chainId}:${bareHex(content.sender)}:${toChainId}`,
      lanes: [],
      gasLimit: gas,
    }
  }
}

function messageOf(id: Hash32, located: LocatedLog, content: PortalMessage): Message {
  const { transactionHash, blockNumber: block, logIndex } = located
  return { id, from: { chainId: Number(content.fromChainId), transactionHash, block, logIndex }, content, status: { kind: 'waiting' } }
}

function messageRow(message: Message): StoreOp {
  return { type: 'put', key: tableKey(hyper.messages, message.id), value: encodeValue(message) }
}

function waitingKey({ from }: Message): Uint8Array {
  return tableKey(hyper.messagesWaiting, u64(from.chainId), u64(from.block), u32(from.logIndex))
}
