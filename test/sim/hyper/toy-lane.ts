// Owns: a lane without an EVM: values by key, scripts instead of contracts, blocks that are durable or lost; it obeys the session messages.
// Does not own: delays, losses and crashes (world.ts).
// Called by: world.ts.

import type { CrossCall, CrossResult, Leg, SealedBlock, SystemRefusal } from '../../../src/evm-lane/session-protocol.js'
import type { LaneCall, LaneReply } from '../../../src/hyper/core/types.js'
import { add } from './script.js'
import type { Script } from './script.js'

export type ToyAsk = { kind: 'crossCall'; call: CrossCall } | { kind: 'undoSince'; mark: number }
type Frames = Generator<ToyAsk, boolean, CrossResult | null>
type Sealed = SealedBlock & { values: Map<string, number> }

export type ToyWorld = {
  scripts: Script[]
  /** The lane's EVM waits for the answer. */
  ask: (lane: ToyLane, batch: number, ask: ToyAsk, answer: (result: CrossResult | null) => void) => void
  /** Told when a session block becomes durable. */
  onDurable: (lane: ToyLane, batch: number) => void
  contents: Map<number, Map<string, number>>
  /** Cannot happen if the coordinator keeps its word. */
  violation: (what: string) => void
}

type Batch = {
  number: number
  values: Map<string, number>
  own: Uint8Array[]
  txCount: number
  sealed: Sealed | null
  /** Of the session that runs. */
  before: Map<string, number>
  txs: Uint8Array[]
  inbound: { mark: number; before: Map<string, number>; leg: Uint8Array | null }[]
  executing: number
}

class Abandoned extends Error {}

const blockTxsMax = 5

export class ToyLane {
  readonly chainId: number
  readonly durable: { number: number; values: Map<string, number>; batches: Map<number, number> }
  readonly pool = new Map<string, { hash: Uint8Array; script: Script }>()
  up = true
  recovered = false
  /** Changes with each start; what was meant for an earlier life is lost. */
  life = 0
  #batch: Batch | null = null
  #mark = 0
  #legs = 0
  readonly #world: ToyWorld

  constructor(chainId: number, balance: number, world: ToyWorld) {
    this.chainId = chainId
    this.durable = { number: 0, values: new Map([['balance', balance]]), batches: new Map() }
    this.#world = world
  }

  crash(): void {
    this.up = false
    this.recovered = false
    this.life++
    this.#batch = null
    this.pool.clear()
  }

  /** A block of its own, when nobody has taken the lane. */
  build(): void {
    if (this.up && this.recovered && this.#batch === null) this.durable.number++
  }

  /** `reply` null: the lane refuses. */
  handle(call: LaneCall, reply: (reply: LaneReply | null) => void): void {
    switch (call.op) {
      case 'sessionOpen':
        if (!this.recovered || this.#batch !== null) return reply(null)
        this.#batch = newBatch(call.req.batch, this.durable.values)
        return reply({ op: call.op, res: null })
      case 'sessionTx': {
        const batch = this.#of(call.req.batch)
        const tx = this.pool.get(keyOf(call.req.hash))
        if (batch === null) return reply(null)
        if (tx === undefined) return reply({ op: call.op, res: { kind: 'rejected', reason: 'not in the pool', blockFull: false } })
        return this.#transaction(batch, call, tx.hash, tx.script, reply)
      }
      case 'sessionDeliver': {
        const batch = this.#of(call.req.batch)
        return batch === null ? reply(null) : this.#transaction(batch, call, this.#newHash(), this.#scriptOf(call.req.call), reply)
      }
      case 'crossCallIn':
        return this.#inbound(call.req.run.kind === 'session' ? call.req.run.batch : 0, call, reply)
      case 'undoIn':
        if (this.#batch !== null) this.#undo(this.#batch, call.req.mark)
        return reply({ op: call.op, res: null })
      case 'sessionBegin':
      case 'sessionEnd':
      case 'sessionSeal':
        return this.#inTurn(call, reply)
      case 'sessionCommit':
      case 'sessionAbort':
      case 'sessionRecover':
      case 'sessionDrop':
        return this.#settle(call, reply)
    }
  }

  #inTurn(call: Extract<LaneCall, { op: 'sessionBegin' | 'sessionEnd' | 'sessionSeal' }>, reply: (reply: LaneReply | null) => void): void {
    const batch = this.#of(call.req.batch)
    if (batch === null) return reply(null)
    if (batch.executing > 0) this.#world.violation(`lane ${this.chainId} got ${call.op} while it executes`)
    switch (call.op) {
      case 'sessionBegin':
        Object.assign(batch, { before: new Map(batch.values), txs: [], inbound: [] })
        return reply({ op: call.op, res: null })
      case 'sessionEnd': {
        const hashes = call.req.keep ? [...batch.txs, ...batch.inbound.flatMap(({ leg }) => leg ?? [])] : []
        if (call.req.keep) batch.own.push(...batch.txs)
        else batch.values = batch.before
        batch.txCount += hashes.length
        const legs: Leg[] = hashes.map((transactionHash) => ({ chainId: this.chainId, transactionHash }))
        return reply({ op: call.op, res: { legs } })
      }
      case 'sessionSeal': {
        if (call.req.links.length !== batch.txCount)
          this.#world.violation(`lane ${this.chainId} has ${batch.txCount} transactions and ${call.req.links.length} links`)
        if (batch.txCount === 0) return reply({ op: call.op, res: null })
        const id = this.#world.contents.size
        this.#world.contents.set(id, new Map(batch.values))
        const number = BigInt(this.durable.number + 1)
        const block = { chainId: this.chainId, number, hash: hashOf(id), stateRoot: hashOf(id), txCount: batch.txCount, batch: hashOf(id) }
        batch.sealed = { ...block, values: new Map(batch.values) }
        return reply({ op: call.op, res: block })
      }
    }
  }

  #settle(
    call: Extract<LaneCall, { op: 'sessionCommit' | 'sessionAbort' | 'sessionRecover' | 'sessionDrop' }>,
    reply: (reply: LaneReply | null) => void,
  ): void {
    switch (call.op) {
      case 'sessionCommit': {
        const batch = this.#of(call.req.batch)
        if (batch?.sealed) {
          for (const hash of batch.own) this.pool.delete(keyOf(hash))
          this.#write(batch.number, batch.sealed)
        }
        if (batch !== null) this.#batch = null
        return reply({ op: call.op, res: null })
      }
      case 'sessionAbort':
        if (this.#of(call.req.batch) !== null) this.#batch = null
        return reply({ op: call.op, res: null })
      case 'sessionRecover':
        for (const block of call.req.blocks) this.#write(-1, { ...block, values: this.#world.contents.get(idOf(block.hash)) ?? new Map() })
        this.recovered = true
        return reply({ op: call.op, res: null })
      case 'sessionDrop':
        for (const hash of call.req.hashes) this.pool.delete(keyOf(hash))
        return reply({ op: call.op, res: null })
    }
  }

  #write(batch: number, { number, hash, values }: Sealed): void {
    const known = this.durable.batches.get(Number(number))
    if (known === idOf(hash)) return
    if (Number(number) !== this.durable.number + 1)
      return this.#world.violation(`block ${number} cannot follow head ${this.durable.number} of lane ${this.chainId}`)
    this.durable.number++
    this.durable.values.clear()
    for (const [key, value] of values) this.durable.values.set(key, value)
    this.durable.batches.set(Number(number), idOf(hash))
    if (batch >= 0) this.#world.onDurable(this, batch)
  }

  #transaction(
    batch: Batch,
    call: Extract<LaneCall, { op: 'sessionTx' | 'sessionDeliver' }>,
    hash: Uint8Array,
    script: Script,
    reply: (reply: LaneReply | null) => void,
  ): void {
    const { op, req } = call
    if (batch.txCount + batch.txs.length >= blockTxsMax) return reply({ op, res: { kind: 'rejected', reason: 'no room', blockFull: true } })
    this.#mark = req.mark
    this.#run(batch, this.#frame(script, req.refuse), (success) => {
      if (success === null) return reply({ op, res: { kind: 'abandoned' } })
      batch.txs.push(hash)
      reply({ op, res: { kind: 'executed', hash, success, gasUsed: 1n, crossed: true } })
    })
  }

  #inbound(number: number, { req: { call, mark } }: Extract<LaneCall, { op: 'crossCallIn' }>, reply: (reply: LaneReply | null) => void): void {
    const batch = this.#of(number)
    if (batch === null) return reply(null)
    if (batch.inbound.length + batch.txCount >= 2 * blockTxsMax) {
      return reply({ op: 'crossCallIn', res: { kind: 'refused', refusal: { error: 'SessionLimit', which: 'blockGas' }, mark } })
    }
    this.#mark = mark
    const nested = batch.executing > 0
    const entry = { mark, before: new Map(batch.values), leg: nested ? null : this.#newHash() }
    batch.inbound.push(entry)
    add(batch.values, 'balance', Number(call.value))
    this.#run(batch, this.#frame(this.#scriptOf(call), null), (success) => {
      if (success === null) return reply({ op: 'crossCallIn', res: { kind: 'abandoned' } })
      if (!success) this.#undo(batch, mark - 1)
      reply({
        op: 'crossCallIn',
        res: { kind: 'done', success, returnData: new Uint8Array(success ? 1 : 4), gasUsed: 1n, gasRefund: 0n, mark: this.#mark },
      })
    })
  }

  *#frame(script: Script, refuse: SystemRefusal | null): Frames {
    const batch = this.#batch as Batch
    const before = new Map(batch.values)
    const mark = this.#mark
    for (const op of script) {
      let success = true
      if (op.kind === 'add') add(batch.values, op.key, op.delta)
      else if (op.kind === 'fail') success = false
      else if (op.kind === 'expect') success = (batch.values.get(op.key) ?? 0) === op.value
      else if (op.kind === 'inner') success = (yield* this.#frame(op.script, refuse)) || op.caught
      else {
        add(batch.values, 'balance', -op.value)
        const crossed = refuse === null && (yield* this.#leave(op.to, op.value, op.script))
        if (!crossed) add(batch.values, 'balance', op.value)
        success = crossed || op.caught
      }
      if (success) continue
      batch.values = before
      batch.inbound = batch.inbound.filter((entry) => entry.mark <= mark)
      if (this.#mark > mark) yield { kind: 'undoSince', mark }
      return false
    }
    return true
  }

  *#leave(to: number, value: number, script: Script): Frames {
    const id = this.#world.scripts.push(script) - 1
    const account = new Uint8Array(20)
    const call: CrossCall = {
      from: { chainId: this.chainId, account },
      to: { chainId: to, account },
      value: BigInt(value),
      data: hashOf(id),
      gas: 1n,
      isStatic: false,
      depth: 0,
      origin: account,
      gasPrice: 0n,
    }
    const result = yield { kind: 'crossCall', call }
    if (result === null || result.kind === 'abandoned') throw new Abandoned()
    this.#mark = result.mark
    return result.kind === 'done' && result.success
  }

  /** Drives the frames through their questions; null: given up. */
  #run(batch: Batch, frames: Frames, done: (success: boolean | null) => void): void {
    const { life } = this
    batch.executing++
    const go = (answer: CrossResult | null): void => {
      if (this.life !== life || this.#batch !== batch) return
      let next: IteratorResult<ToyAsk, boolean>
      try {
        next = frames.next(answer)
      } catch (error) {
        if (!(error instanceof Abandoned)) throw error
        batch.executing--
        return done(null)
      }
      if (next.done !== true) return this.#world.ask(this, batch.number, next.value, go)
      batch.executing--
      done(next.value)
    }
    go(null)
  }

  #undo(batch: Batch, mark: number): void {
    const first = batch.inbound.find((entry) => entry.mark > mark)
    if (first === undefined) return
    batch.values = new Map(first.before)
    batch.inbound = batch.inbound.filter((entry) => entry.mark <= mark)
  }

  #of(number: number): Batch | null {
    return this.#batch?.number === number ? this.#batch : null
  }

  #newHash(): Uint8Array {
    return hashOf(this.chainId * 1_000_000 + this.#legs++)
  }

  #scriptOf(call: CrossCall): Script {
    return this.#world.scripts[idOf(call.data)] ?? []
  }
}

function newBatch(number: number, values: Map<string, number>): Batch {
  return { number, values: new Map(values), own: [], txCount: 0, sealed: null, before: new Map(), txs: [], inbound: [], executing: 0 }
}

export function hashOf(id: number): Uint8Array {
  const out = new Uint8Array(32)
  new DataView(out.buffer).setUint32(28, id)
  return out
}

export function idOf(hash: Uint8Array): number {
  return new DataView(hash.buffer, hash.byteOffset).getUint32(28)
}

export function keyOf(hash: Uint8Array): string {
  return String(idOf(hash))
}
