// A lane whose answers the test writes: it records what it was asked and tells heads and pooled transactions on command.

import type { SessionWanted } from '../../../src/evm-lane/session-protocol.js'
import { AppError } from '../../../src/errors.js'
import type { HeadInfo, HeaderData } from '../../../src/evm-lane/chain-data.js'
import type { LaneClient, LaneState } from '../../../src/evm-lane/client.js'
import type { LaneSpec, Production } from '../../../src/evm-lane/lane-spec.js'
import type { LaneEvents, Op, PoolTx, Reply, Request } from '../../../src/evm-lane/protocol.js'
import { bigintToFixed } from '../../../src/primitives.js'
import { rpcLimits } from '../../../src/rpc/limits.js'
import type { RpcLimits } from '../../../src/rpc/limits.js'
import type { CallContext, Connection } from '../../../src/rpc/method.js'
import type { DevAccounts } from '../../../src/rpc/dev-accounts.js'

export type FakeAnswers = { [K in Op]?: (req: Request<K>) => Reply<K> | Promise<Reply<K>> }

export function bytesOf(value: number | bigint, width: number): Uint8Array {
  return bigintToFixed(BigInt(value), width)
}

export const address = (value: number): Uint8Array => bytesOf(value, 20)
export const hash = (value: number): Uint8Array => bytesOf(value, 32)

/** A header of the newest fork; its hash is derived from the number. */
export function headerAt(number: number, changes: Partial<HeaderData> = {}): HeaderData {
  return {
    hash: hash(0xb10c_0000 + number),
    parentHash: hash(0xb10c_0000 + number - 1),
    uncleHash: hash(1),
    coinbase: address(2),
    stateRoot: hash(3),
    transactionsRoot: hash(4),
    receiptsRoot: hash(5),
    logsBloom: new Uint8Array(256),
    difficulty: 0n,
    number: BigInt(number),
    gasLimit: 30_000_000n,
    gasUsed: 21_000n,
    timestamp: 1_700_000_000n + BigInt(number),
    extraData: new Uint8Array(0),
    mixHash: hash(6),
    nonce: new Uint8Array(8),
    baseFeePerGas: 7n,
    withdrawalsRoot: hash(7),
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: hash(8),
    requestsHash: hash(9),
    ...changes,
  }
}

export function headAt(number: number, changes: Partial<HeadInfo> = {}): HeadInfo {
  return { header: headerAt(number), timestampMs: null, txCount: 1, safe: BigInt(number), finalized: BigInt(number), ...changes }
}

const spec: LaneSpec = {
  chainId: 77000,
  name: 'test',
  dir: null,
  production: { kind: 'interval', blockTimeMs: 1_000 },
  gasLimit: 30_000_000n,
  coinbase: address(2),
  genesis: { kind: 'default', hardfork: null, timestamp: 0n, alloc: [], baseFeePerGas: 7n },
  extraData: new Uint8Array(0),
  quietAfterBlocks: 1,
  historyBlocks: null,
  syncWrites: false,
  pool: { pendingMax: 10, queuedMax: 10, perSenderMax: 10, txBytesMax: 1_000, priceBumpPercent: 10, minTip: 0n },
  limits: { callGas: 1n, callMs: 1, callsInFlight: 1, logsMax: 10, logScanBlocksMax: 100, feeHistoryBlocksMax: 1_024 },
}

export class FakeLane implements LaneClient {
  readonly spec: LaneSpec
  readonly ready = Promise.resolve()
  readonly asked: { op: Op; req: unknown }[] = []
  readonly answers: FakeAnswers
  readonly #listeners = {
    head: new Set<(head: HeadInfo) => void>(),
    marks: new Set<(marks: LaneEvents['marks']) => void>(),
    poolAdded: new Set<(added: { txs: PoolTx[] }) => void>(),
    sessionWanted: new Set<(wanted: SessionWanted) => void>(),
  }
  readonly #stateListeners = new Set<(state: LaneState) => void>()
  #head: HeadInfo | undefined

  constructor(answers: FakeAnswers = {}, head: number | undefined = 10, changes: { production?: Production; historyBlocks?: number } = {}) {
    this.answers = answers
    this.spec = { ...spec, ...changes }
    this.#head = head === undefined ? undefined : headAt(head)
  }

  state(): LaneState {
    return this.#head === undefined ? 'starting' : 'ready'
  }
  head(): HeadInfo | undefined {
    return this.#head
  }
  answerAsks(): void {}
  genesisHash(): Uint8Array | undefined {
    return hash(1)
  }
  async call<K extends Op>(op: K, req: Request<K>): Promise<Reply<K>> {
    this.asked.push({ op, req })
    const answer = this.answers[op] as ((req: Request<K>) => Reply<K>) | undefined
    if (answer === undefined) throw new AppError('unsupported', `the fake lane has no answer for ${op}`)
    return answer(req)
  }
  on<E extends keyof LaneEvents>(event: E, listener: (value: LaneEvents[E]) => void): () => void {
    const set = this.#listeners[event] as Set<unknown>
    const own = (value: LaneEvents[E]): void => listener(value)
    set.add(own)
    return () => set.delete(own)
  }
  onState(listener: (state: LaneState) => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }
  async stop(): Promise<void> {}

  // For tests.
  setHead(head: HeadInfo): void {
    this.#head = head
    for (const listener of [...this.#listeners.head]) listener(head)
  }
  tellPool(txs: PoolTx[]): void {
    for (const listener of [...this.#listeners.poolAdded]) listener({ txs })
  }
  tellState(state: LaneState): void {
    for (const listener of [...this.#stateListeners]) listener(state)
  }
  listenerCount(): number {
    return this.#listeners.head.size + this.#listeners.poolAdded.size + this.#stateListeners.size
  }
  asksOf<K extends Op>(op: K): Request<K>[] {
    return this.asked.filter((ask) => ask.op === op).map(({ req }) => req as Request<K>)
  }
}

export class FakeConnection implements Connection {
  readonly sent: string[] = []
  readonly subscriptions = new Map<string, () => void>()
  send(text: string): void {
    this.sent.push(text)
  }
  /** As the server closes: every subscription ends. */
  close(): void {
    for (const end of this.subscriptions.values()) end()
    this.subscriptions.clear()
  }
  results(id: string): unknown[] {
    type Note = { method: string; params: { subscription: string; result: unknown } }
    return this.sent
      .map((text) => JSON.parse(text) as Note)
      .filter(({ params }) => params.subscription === id)
      .map(({ params }) => params.result)
  }
}

export function contextOf(lane: LaneClient, changes: { dev?: DevAccounts; connection?: Connection; limits?: Partial<RpcLimits> } = {}): CallContext {
  return {
    lane,
    lanes: { all: () => [lane], find: () => lane, default: () => lane },
    limits: { ...rpcLimits, ...changes.limits },
    hyper: null,
    feed: null,
    following: null,
    sealing: null,
    addLane: null,
    dev: changes.dev ?? null,
    clientVersion: 'Paralane/v0.1.0/linux-x64/node20',
    openrpc: () => ({ openrpc: '1.3.2' }),
    connection: changes.connection ?? null,
  }
}
