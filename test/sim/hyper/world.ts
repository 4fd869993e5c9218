// Owns: one simulated history: toy lanes, a journal on a disk, a coordinator that dies and comes back, and every fault between them, from one seed.
// Does not own: decisions (src/hyper/core), judgement (checkers.ts).
// Called by: atomic.test.ts.

import type { CrossCall, CrossResult } from '../../../src/evm-lane/session-protocol.js'
import { step } from '../../../src/hyper/core/atomic.js'
import { initialState } from '../../../src/hyper/core/state.js'
import type { State } from '../../../src/hyper/core/state.js'
import { sessionLimits } from '../../../src/hyper/core/types.js'
import type { BatchRecord, Effect, Input, LaneReply, Wanted } from '../../../src/hyper/core/types.js'
import { prng } from '../../fixtures/random.js'
import type { Random } from '../../fixtures/random.js'
import { Clock } from './clock.js'
import { randomScript } from './script.js'
import type { Script } from './script.js'
import { ToyLane, hashOf, keyOf } from './toy-lane.js'
import type { ToyAsk, ToyWorld } from './toy-lane.js'

/** One in so many; 0 never. */
export type Faults = {
  laneCrash: number
  processCrash: number
  lostReply: number
  slow: number
  journalFails: number
  hints: number
  ownBlocks: number
}
/** `commitFirst`: a coordinator that lets lanes commit before the journal has the record, which must be caught. */
export type Canary = 'none' | 'commitFirst'

export const startBalance = 1_000
const deadlineMs = 400
const healAtMs = 4_000
/** More than any healthy run of this size needs. */
const eventsMax = 60_000

export class World implements ToyWorld {
  readonly scripts: Script[] = []
  readonly contents = new Map<number, Map<string, number>>()
  readonly violations: string[] = []
  readonly lanes: Map<number, ToyLane>
  /** The synced part of the coordinator's disk. */
  readonly journal = new Map<number, { record: BatchRecord; complete: boolean }>()
  readonly clock = new Clock()
  readonly random: Random
  readonly faults: Faults
  readonly canary: Canary
  /** Message → its script and lanes; wanted until it is in the journal. */
  readonly messages: { id: number; from: number; to: number; script: Script }[] = []
  readonly ended = new Map<string, string>()
  state: State
  healed = false
  events = 0
  #epoch = 0
  #token = 1
  #ids = 500_000_000
  readonly #asks = new Map<number, { lane: ToyLane; life: number; answer: (result: CrossResult | null) => void }>()
  readonly #calls = new Map<number, number>()
  /** When the last thing sent to a lane, or from it, arrives: both directions keep their order. */
  readonly #toLane = new Map<number, number>()
  readonly #fromLane = new Map<number, number>()

  constructor(seed: number, canary: Canary = 'none') {
    this.random = prng(seed)
    this.canary = canary
    const { below, chance } = this.random
    // Swarm: many runs have few kinds of faults, some have all.
    const fault = (oneIn: number): number => (chance(2) ? 0 : oneIn)
    this.faults = {
      laneCrash: fault(60),
      processCrash: fault(150),
      lostReply: fault(40),
      slow: fault(10),
      journalFails: fault(8),
      hints: fault(2),
      ownBlocks: fault(3),
    }
    const count = 2 + below(4)
    this.lanes = new Map(Array.from({ length: count }, (_, i) => [100 + i, new ToyLane(100 + i, startBalance, this)]))
    this.state = this.#freshState()
  }

  run(): void {
    for (const chainId of this.lanes.keys()) this.feed({ kind: 'laneUp', chainId })
    const sessions = 10 + this.random.below(30)
    for (let i = 0; i < sessions; i++) this.clock.after(this.random.below(healAtMs - 500), () => this.#newWork())
    for (let at = 50; at < healAtMs; at += 50) this.clock.after(at, () => this.#mischief())
    this.clock.after(healAtMs, () => this.#heal())
    while (this.events < eventsMax && this.clock.step()) this.events++
    if (this.events >= eventsMax) this.violation('the run does not come to rest')
  }

  violation(what: string): void {
    this.violations.push(`at ${this.clock.now} ms: ${what}`)
  }

  onDurable(lane: ToyLane, batch: number): void {
    if (!this.journal.has(batch)) this.violation(`lane ${lane.chainId} has batch ${batch} that the journal does not have`)
  }

  feed(input: Input): void {
    for (const effect of step(this.state, input)) this.#perform(effect)
  }

  ask(lane: ToyLane, batch: number, ask: ToyAsk, answer: (result: CrossResult | null) => void): void {
    const token = this.#token++
    const { chainId, life } = lane
    this.#asks.set(token, { lane, life, answer })
    this.#arrive(this.#fromLane, chainId, () => {
      if (ask.kind === 'crossCall') this.feed({ kind: 'crossCall', token, chainId, batch, call: ask.call })
      else this.feed({ kind: 'undoSince', token, chainId, batch, mark: ask.mark })
    })
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'call':
        if (effect.later) return void this.#toldLater.set(effect.chainId, [...(this.#toldLater.get(effect.chainId) ?? []), effect])
        this.#flush(effect.chainId)
        return this.#call(effect)
      case 'flush':
        return this.#flush(effect.chainId)
      case 'answer':
      case 'undone': {
        const asked = this.#asks.get(effect.token)
        this.#asks.delete(effect.token)
        if (asked === undefined) return
        return this.#arrive(this.#toLane, asked.lane.chainId, () => {
          if (asked.lane.life === asked.life) asked.answer(effect.kind === 'answer' ? effect.result : null)
        })
      }
      case 'journal':
        return this.#journal(effect.record)
      case 'complete': {
        const entry = this.journal.get(effect.batch)
        if (entry !== undefined) entry.complete = true
        return
      }
      case 'timer':
        return this.#later(effect.ms, () => this.feed({ kind: 'timer', timer: effect.timer }))
      case 'drop':
        return this.#arrive(this.#toLane, effect.chainId, () => {
          this.lanes.get(effect.chainId)?.handle({ op: 'sessionDrop', req: { hashes: effect.hashes } }, () => undefined)
        })
      case 'recovered':
        return
      case 'finished': {
        this.ended.set(keyOf(effect.id), effect.outcome.kind)
        const { work } = effect
        if (work.kind === 'delivery' && effect.outcome.kind !== 'committed') this.#later(100, () => this.#wantMessage(Number(keyOf(work.message))))
        return
      }
    }
  }

  readonly #toldLater = new Map<number, Extract<Effect, { kind: 'call' }>[]>()

  #flush(chainId: number): void {
    const effects = this.#toldLater.get(chainId) ?? []
    this.#toldLater.delete(chainId)
    for (const effect of effects) this.#call(effect)
  }

  #call({ id, chainId, call }: Extract<Effect, { kind: 'call' }>): void {
    const lane = this.lanes.get(chainId)
    if (lane === undefined) throw new Error(`there is no lane ${chainId}`)
    const { life } = lane
    this.#calls.set(id, chainId)
    const back = (reply: LaneReply | null): void => {
      if (this.#chance(this.faults.lostReply)) return
      this.#arrive(this.#fromLane, chainId, () => {
        if (!this.#calls.delete(id)) return
        this.feed(reply === null ? { kind: 'failed', id } : { kind: 'reply', id, reply })
      })
    }
    this.#arrive(this.#toLane, chainId, () => {
      if (lane.up && lane.life === life) lane.handle(call, back)
    })
    this.#later(deadlineMs, () => {
      if (this.#calls.delete(id)) this.feed({ kind: 'failed', id })
    })
  }

  #journal(record: BatchRecord): void {
    const { batch } = record
    if (this.canary === 'commitFirst') this.#later(0, () => this.feed({ kind: 'journaled', batch }))
    const write = (): void => {
      this.journal.set(batch, { record, complete: false })
    }
    this.#writing = this.random.chance(2) ? write : () => undefined
    this.#later(1 + this.random.below(20), () => {
      if (this.#chance(this.faults.journalFails)) return this.feed({ kind: 'journalFailed', batch })
      write()
      this.feed({ kind: 'journaled', batch })
    })
  }
  /** What a death of the process now may leave on the disk of the write that runs. */
  #writing: () => void = () => undefined

  #mischief(): void {
    for (const lane of this.lanes.values()) {
      if (this.#chance(this.faults.laneCrash)) this.#crashLane(lane)
      if (this.#chance(this.faults.ownBlocks)) lane.build()
    }
    if (this.#chance(this.faults.processCrash)) this.#crashProcess()
  }

  #crashLane(lane: ToyLane): void {
    if (!lane.up) return
    const { chainId } = lane
    lane.crash()
    this.#toldLater.delete(chainId)
    this.feed({ kind: 'laneDown', chainId })
    for (const [id, of] of [...this.#calls]) if (of === chainId && this.#calls.delete(id)) this.#later(0, () => this.feed({ kind: 'failed', id }))
    const { life } = lane
    this.#later(this.random.below(300), () => {
      if (lane.life !== life) return
      lane.up = true
      this.feed({ kind: 'laneUp', chainId })
    })
  }

  /** kill -9: coordinator and lanes end at once; disks stay. */
  #crashProcess(): void {
    const journaling = [...this.state.batches.values()].some(({ phase }) => phase === 'journaling')
    if (journaling) this.#writing()
    this.#epoch++
    this.#asks.clear()
    this.#calls.clear()
    this.#toldLater.clear()
    for (const lane of this.lanes.values()) lane.crash()
    this.state = this.#freshState()
    for (const lane of this.lanes.values()) {
      const { life, chainId } = lane
      this.#later(this.random.below(200), () => {
        if (lane.life !== life) return
        lane.up = true
        this.feed({ kind: 'laneUp', chainId })
      })
    }
    for (const { id } of this.messages) this.#wantMessage(id)
  }

  #heal(): void {
    this.healed = true
    Object.assign(this.faults, { laneCrash: 0, processCrash: 0, lostReply: 0, slow: 0, journalFails: 0 } satisfies Partial<Faults>)
  }

  #freshState(): State {
    const records = [...this.journal.values()].sort((a, b) => a.record.batch - b.record.batch)
    const incomplete = records.filter(({ complete }) => !complete).map(({ record }) => record)
    const next = (records.at(-1)?.record.batch ?? 0) + 1
    const limits = {
      ...sessionLimits,
      sessionsPerBatchMax: 1 + this.random.below(8),
      lanesMax: 2 + this.random.below(3),
      crossCallsMax: 20,
      sessionMs: 300,
      retryMs: 50,
    }
    return initialState(limits, [...this.lanes.keys()], incomplete, next)
  }

  #newWork(): void {
    const { random } = this
    const ids = [...this.lanes.keys()]
    // One of them does not exist.
    const script = (): Script => randomScript(random, [...ids, ...ids, 999], 3)
    const dice = random.below(8)
    if (dice === 0) {
      return this.#newMessage(random.pick(ids), random.pick(ids), script())
    }
    const count = dice === 1 ? 2 : 1
    const txs = Array.from({ length: count }, () => ({ chainId: random.pick(ids), hash: hashOf(this.#ids++), script: script() }))
    if (txs.some(({ chainId }) => this.lanes.get(chainId)?.recovered !== true)) return
    for (const { chainId, hash, script: of } of txs) this.lanes.get(chainId)?.pool.set(keyOf(hash), { hash, script: of })
    for (const { hash, script: of } of txs) this.scriptOfTx.set(keyOf(hash), of)
    const parts = txs.map(({ chainId, hash }) => ({ chainId, transactionHash: hash }))
    const [first] = parts
    if (first === undefined) return
    const lanes = this.#chance(this.faults.hints) ? [random.pick(ids)] : []
    const work: Wanted['work'] =
      count === 2 ? { kind: 'bundle', txs: parts } : { kind: 'transaction', tx: first, to: random.chance(2) ? new Uint8Array(20) : null }
    const wanted: Wanted = { id: hashOf(this.#ids++), work, flow: `${first.chainId}:${random.below(3)}`, lanes, gasLimit: 1n }
    this.#arrive(this.#fromLane, first.chainId, () => {
      this.wantedIds.add(keyOf(wanted.id))
      this.feed({ kind: 'wanted', wanted })
    })
  }
  readonly scriptOfTx = new Map<string, Script>()
  /** Told to the coordinator of this life. */
  readonly wantedIds = new Set<string>()

  /** As the portal does it: out of order the delivery fails; the target's own failure is caught. */
  #newMessage(from: number, to: number, script: Script): void {
    const id = this.#ids++
    const key = `received${from}`
    const nonce = this.messages.filter((other) => other.from === from && other.to === to).length
    const delivery: Script = [
      { kind: 'expect', key, value: nonce },
      { kind: 'add', key, delta: 1 },
      { kind: 'inner', script, caught: true },
    ]
    this.messages.push({ id, from, to, script: delivery })
    this.#wantMessage(id)
  }

  #wantMessage(id: number): void {
    const message = this.messages.find((candidate) => candidate.id === id)
    const delivered = [...this.journal.values()].some(({ record }) =>
      record.sessions.some(({ work }) => work.kind === 'delivery' && keyOf(work.message) === String(id)),
    )
    if (message === undefined || delivered) return
    const account = new Uint8Array(20)
    const data = hashOf(this.scripts.push(message.script) - 1)
    const call: CrossCall = {
      from: { chainId: message.from, account },
      to: { chainId: message.to, account },
      value: 0n,
      data,
      gas: 1n,
      isStatic: false,
      depth: 0,
      origin: account,
      gasPrice: 0n,
    }
    const wanted: Wanted = {
      id: hashOf(id),
      work: { kind: 'delivery', message: hashOf(id), call },
      flow: `m${message.from}:${message.to}`,
      lanes: [],
      gasLimit: 1n,
    }
    this.feed({ kind: 'wanted', wanted })
  }

  #arrive(channel: Map<number, number>, chainId: number, run: () => void): void {
    const delay = this.random.below(4) + (this.#chance(this.faults.slow) ? this.random.below(200) : 0)
    const at = Math.max(this.clock.now + delay, channel.get(chainId) ?? 0)
    channel.set(chainId, at)
    this.#later(at - this.clock.now, run)
  }

  /** Nothing that a dead process had in hand happens after it. */
  #later(ms: number, run: () => void): void {
    const epoch = this.#epoch
    this.clock.after(ms, () => {
      if (this.#epoch === epoch) run()
    })
  }

  #chance(oneIn: number): boolean {
    return oneIn > 0 && this.random.chance(oneIn)
  }
}
