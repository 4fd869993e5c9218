// Owns: the filters of one lane that are polled: what each has told already, how long it lives, how much it may hold.
// Does not own: finding logs (the lane) or the ranges a caller may ask for (handlers/logs.ts).
// Called by: handlers/logs.ts.

import { randomBytes } from 'node:crypto'
import { AppError } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { BlockRef, LocatedLog } from '../evm-lane/chain-data.js'
import { bigintMax, bigintMin, toHex } from '../primitives.js'
import { JsonRpcError, rpcCodes } from './errors.js'
import { formatPoolTx } from './format/pool.js'
import { formatLog } from './format/receipt.js'
import { headOf } from './handlers/head.js'
import type { RpcLimits } from './limits.js'
import { invalidParams } from './params/hex.js'
import type { LogFilter } from './params/log-filter.js'
import { watchPool } from './pool-watch.js'
import { heightOf } from './tags.js'

type LogsFilter = { kind: 'logs'; filter: LogFilter; next: bigint; last: bigint | null; polls: Promise<unknown> }
type ItemsFilter = { kind: 'items'; items: unknown[]; stop: () => void }
type Filter = { touchedMs: number } & (LogsFilter | ItemsFilter)

export class FilterStore {
  readonly #lane: LaneClient
  readonly #limits: RpcLimits
  readonly #nowMs: () => number
  readonly #filters = new Map<string, Filter>()
  #timer: NodeJS.Timeout | undefined

  constructor(lane: LaneClient, limits: RpcLimits, nowMs: () => number) {
    this.#lane = lane
    this.#limits = limits
    this.#nowMs = nowMs
  }

  addLogs(filter: LogFilter): string {
    const head = headOf(this.#lane)
    const bound = (ref: BlockRef | null): bigint | null => {
      if (ref === null || (ref.kind === 'tag' && ref.tag === 'latest')) return null
      if (ref.kind === 'tag' && ref.tag === 'pending') throw pendingLogs()
      return heightOf(ref, head)
    }
    const first = bound(filter.fromBlock)
    const last = bound(filter.toBlock)
    if (first !== null && last !== null && first > last) throw invalidParams('invalid block range params')
    // Only what comes after the filter counts as a change; what is there already is eth_getFilterLogs' answer.
    const next = bigintMax(head.header.number + 1n, first ?? 0n)
    return this.#add(newId(), { kind: 'logs', filter, next, last, polls: Promise.resolve() })
  }

  addBlocks(): string {
    headOf(this.#lane)
    const items: unknown[] = []
    const id = newId()
    const stop = this.#lane.on('head', ({ header }) => {
      items.push(toHex(header.hash))
      this.#bound(id, items)
    })
    return this.#addOrStop(id, { kind: 'items', items, stop })
  }

  async addPending(full: boolean): Promise<string> {
    this.#checkRoom()
    const items: unknown[] = []
    const id = newId()
    const stop = await watchPool(this.#lane, (txs) => {
      for (const item of txs) items.push(full ? formatPoolTx(item) : toHex(item.tx.hash))
      this.#bound(id, items)
    })
    return this.#addOrStop(id, { kind: 'items', items, stop })
  }

  remove(id: string): boolean {
    const filter = this.#filters.get(id)
    if (filter === undefined) return false
    if (filter.kind === 'items') filter.stop()
    this.#filters.delete(id)
    if (this.#filters.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    return true
  }

  /** What is new since the last call. */
  async changes(id: string): Promise<unknown[]> {
    const filter = this.#touch(id)
    if (filter.kind === 'items') return filter.items.splice(0)
    // One poll after the other: two at once would both answer the same blocks.
    const poll = filter.polls.then(() => this.#newLogs(filter))
    filter.polls = poll.catch(() => undefined)
    return (await poll).map(formatLog)
  }

  logFilter(id: string): LogFilter {
    const filter = this.#touch(id)
    if (filter.kind !== 'logs') throw notFound()
    return filter.filter
  }

  /** Forgets filters that nobody polled for long. */
  sweep(): void {
    const oldestMs = this.#nowMs() - this.#limits.filterIdleMs
    for (const [id, filter] of this.#filters) if (filter.touchedMs < oldestMs) this.remove(id)
  }

  get size(): number {
    return this.#filters.size
  }

  /** Blocks from `next` to the head, in ranges the lane accepts; stops early when the answer is long, the rest comes with the next poll. */
  async #newLogs(filter: LogsFilter): Promise<LocatedLog[]> {
    const head = headOf(this.#lane).header.number
    const end = filter.last === null ? head : bigintMin(head, filter.last)
    const logs: LocatedLog[] = []
    let span = BigInt(Math.max(1, this.#lane.spec.limits.logScanBlocksMax))
    while (filter.next <= end && logs.length < this.#limits.filterItemsMax) {
      const to = bigintMin(end, filter.next + span - 1n)
      const part = await this.#logsBetween(filter, filter.next, to)
      if (part === null) {
        span = (to - filter.next + 1n) / 2n
        continue
      }
      for (const log of part) logs.push(log)
      filter.next = to + 1n
    }
    return logs
  }

  /** null: the lane finds the range too large, and a shorter one is possible. */
  async #logsBetween({ filter }: LogsFilter, from: bigint, to: bigint): Promise<LocatedLog[] | null> {
    if (filter.blockHash !== null) return []
    try {
      return await this.#lane.call('logs', {
        range: { kind: 'numbers', from: { kind: 'number', number: from }, to: { kind: 'number', number: to } },
        addresses: filter.addresses,
        topics: filter.topics,
      })
    } catch (error) {
      if (error instanceof AppError && error.code === 'range-too-large' && from < to) return null
      throw error
    }
  }

  #addOrStop(id: string, filter: ItemsFilter): string {
    try {
      return this.#add(id, filter)
    } catch (error) {
      filter.stop()
      throw error
    }
  }

  #add(id: string, filter: LogsFilter | ItemsFilter): string {
    this.#checkRoom()
    this.#filters.set(id, { ...filter, touchedMs: this.#nowMs() })
    this.#timer ??= setInterval(() => this.sweep(), this.#limits.filterIdleMs).unref()
    return id
  }

  #checkRoom(): void {
    if (this.#filters.size >= this.#limits.filtersMax) this.sweep()
    if (this.#filters.size >= this.#limits.filtersMax) throw new AppError('busy', `too many filters: ${this.#limits.filtersMax} on this lane`)
  }

  #touch(id: string): Filter {
    const filter = this.#filters.get(id)
    if (filter === undefined) throw notFound()
    filter.touchedMs = this.#nowMs()
    return filter
  }

  /** A filter whose items nobody fetches is dropped as a whole: its owner learns that by 'filter not found', while a gap would be silent. */
  #bound(id: string, items: unknown[]): void {
    if (items.length <= this.#limits.filterItemsMax) return
    items.length = 0
    this.remove(id)
  }
}

/** In geth's words and with its general code. */
export function pendingLogs(): JsonRpcError {
  return new JsonRpcError(rpcCodes.server, 'pending logs are not supported')
}

function newId(): string {
  return toHex(randomBytes(16))
}

function notFound(): AppError {
  return new AppError('filter-not-found', 'filter not found')
}

const stores = new WeakMap<LaneClient, FilterStore>()

export function filtersOf(lane: LaneClient, limits: RpcLimits): FilterStore {
  let store = stores.get(lane)
  if (store === undefined) {
    store = new FilterStore(lane, limits, Date.now)
    stores.set(lane, store)
  }
  return store
}
