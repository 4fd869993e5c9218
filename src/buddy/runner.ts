// Owns: one running Buddy: the core's effects carried out in their order, nothing told before what it rests on is on disk (B3).
// Does not own: the protocol (core), how each family of effects is carried out (log-writer.ts, sender.ts, timers.ts, deliveries.ts).
// Called by: embedded.ts, the host of a Buddy of its own.

import { AppError } from '../errors.js'
import { bigintMax } from '../primitives.js'
import type { BuddyApp, Sealed } from './app.js'
import { recover } from './core/recovery.js'
import type { State } from './core/state.js'
import { resume, step } from './core/step.js'
import type { Crypto, Effect, Env, HeaderFacts, Input, Timing, ValidatorSet } from './core/types.js'
import { quorumWeight } from './core/validators.js'
import { createDeliveries } from './deliveries.js'
import type { Deliveries } from './deliveries.js'
import { backlogMax, undeliveredMax } from './limits.js'
import { createLogWriter } from './log-writer.js'
import type { LogWriter } from './log-writer.js'
import { createSender } from './sender.js'
import type { Sender } from './sender.js'
import type { Signer } from './signer.js'
import { createArmedTimers, systemTimers } from './timers.js'
import type { ArmedTimers, Timers } from './timers.js'
import type { Transport } from './transport.js'
import type { BuddyStore } from './wal.js'

export type BuddyOptions = {
  app: BuddyApp
  /** The highest height that the app has for good; what the log has beyond it is told first. */
  delivered: bigint
  signer: Signer
  /** Keccak-256 and the verification of signatures. */
  crypto: Crypto
  transport: Transport
  store: BuddyStore
  genesisHash: Uint8Array
  readHeader: (header: Uint8Array) => HeaderFacts | null
  timing: Timing
  exchange: 'buddy' | 'direct'
  timers?: Timers
  /** Sealed blocks that the store does not keep any more. */
  archive?: (height: bigint) => Promise<Sealed | null>
  /** The Buddy stopped for good: its log or its app failed, or the core found a mistake. A new one may be opened on the same log. */
  onFailed: (error: unknown) => void
  /** It goes on, but somebody should know. */
  onTrouble?: (what: string, error: unknown) => void
}

export type BuddyStatus = {
  /** The height in work: everything below is sealed. */
  height: bigint
  view: number
  /** Views entered after the first of their height, since the start. */
  viewChanges: number
  /** Place in the set; null for a follower. */
  validator: number | null
  set: ValidatorSet
  /** Messages of peers that were not looked at, because too much waited for the disk or the app. */
  overrun: number
  state: 'running' | 'failed' | 'stopped'
}

export type Buddy = {
  readonly height: bigint
  /** The period is over, or a session waits: agree on the next block. A follower asks for it. */
  cycle: () => void
  sealed: (height: bigint) => Promise<Sealed | null>
  status: () => BuddyStatus
  /** Closes the transport and the store. */
  stop: () => Promise<void>
}

/** Tells the app what it missed, then goes on where the log ends. Owns transport and store from here on, also when it throws. */
export async function openBuddy(options: BuddyOptions): Promise<Buddy> {
  const { transport, store } = options
  try {
    const { start, records } = await store.records()
    const env = envOf(options)
    const state = recover(env, start, records)
    await catchUp(options, state.height)
    return new Runner(options, env, state)
  } catch (error) {
    await transport.close()
    await store.close()
    throw error
  }
}

class Runner implements Buddy {
  readonly #options: BuddyOptions
  readonly #env: Env
  readonly #core: State
  readonly #log: LogWriter
  readonly #sender: Sender
  readonly #timers: ArmedTimers
  readonly #deliveries: Deliveries
  readonly #backlog: Effect[] = []
  #state: BuddyStatus['state'] = 'running'
  #overrun = 0
  #viewChanges = 0
  #draining = false
  /** Settles when the effects that are carried out now are. */
  #work: Promise<void> = Promise.resolve()

  constructor(options: BuddyOptions, env: Env, core: State) {
    const { app, store, transport, timers = systemTimers, onTrouble = () => {} } = options
    this.#options = options
    this.#env = env
    this.#core = core
    this.#log = createLogWriter(store)
    this.#timers = createArmedTimers(timers, (id) => this.#feed({ kind: 'timer', id }))
    this.#sender = createSender({ transport, sealed: (height) => this.sealed(height), refused: onTrouble })
    // What the log had beyond the app was told before (catchUp); the app may also be ahead, when it has other Buddies.
    this.#deliveries = createDeliveries(app, bigintMax(options.delivered, core.height - 1n), {
      feed: (input) => this.#feed(input),
      failed: (error) => this.#fail(error),
      refused: onTrouble,
    })
    transport.admit(core.committee.set.map(({ key }) => key))
    transport.onMessage((from, message) => this.#receive({ kind: 'receive', from, message }))
    this.#carryOut(() => resume(env, core))
  }

  get height(): bigint {
    return this.#core.height
  }

  cycle(): void {
    this.#feed({ kind: 'cycle', height: this.#core.height, certs: [] })
  }

  async sealed(height: bigint): Promise<Sealed | null> {
    const { store, archive } = this.#options
    return (await store.sealed(height)) ?? (await archive?.(height)) ?? null
  }

  status(): BuddyStatus {
    const { height, self, round, committee } = this.#core
    return {
      height,
      view: round.view,
      viewChanges: this.#viewChanges,
      validator: self < 0 ? null : self,
      set: committee.set,
      overrun: this.#overrun,
      state: this.#state,
    }
  }

  async stop(): Promise<void> {
    const { transport, store } = this.#options
    if (this.#state === 'running') this.#state = 'stopped'
    this.#timers.clear()
    await transport.close()
    await this.#work
    await Promise.all([this.#deliveries.idle(), this.#sender.idle()])
    await store.close()
  }

  #receive(input: Input): void {
    // Peers repeat what matters; what is said to oneself is never dropped.
    if (this.#backlog.length >= backlogMax) this.#overrun++
    else this.#feed(input)
  }

  #feed(input: Input): void {
    this.#carryOut(() => step(this.#env, this.#core, input))
  }

  #carryOut(effects: () => Effect[]): void {
    if (this.#state !== 'running') return
    try {
      this.#backlog.push(...effects())
    } catch (error) {
      return this.#fail(error)
    }
    if (!this.#draining) this.#work = this.#drain()
  }

  async #drain(): Promise<void> {
    this.#draining = true
    try {
      for (let effect = this.#backlog[0]; effect !== undefined && this.#state === 'running'; effect = this.#backlog[0]) {
        // B3: what only this Buddy sees goes on; what others could learn of waits for the disk.
        if (isTold(effect) && this.#log.dirty()) await this.#log.flush()
        else if (effect.kind === 'decided' && this.#deliveries.waiting() >= undeliveredMax) await this.#deliveries.idle()
        else this.#perform(this.#backlog.shift() as Effect)
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#draining = false
    }
  }

  #perform(effect: Effect): void {
    const { app, transport } = this.#options
    const { committee, self, height } = this.#core
    switch (effect.kind) {
      case 'persist':
        if (effect.record.kind === 'view') this.#viewChanges++
        return this.#log.add(effect.record)
      case 'send':
        return transport.send(effect.to, effect.message)
      case 'timer':
        return this.#timers.arm(effect.id, effect.delayMs)
      case 'build':
        // The core went on while this waited for the disk: nobody needs the answer.
        if (effect.height === height) void this.#deliveries.build(effect, { proposer: self, set: committee.set })
        return
      case 'validate':
        if (effect.height === height) void this.#deliveries.validate(effect, committee.set)
        return
      case 'serve':
        return this.#sender.serve(effect)
      case 'evidence':
        return app.evidence(effect.evidence)
      case 'decided':
        return this.#decided(effect)
    }
  }

  #decided({ seal, block }: Sealed): void {
    const { committee, self } = this.#core
    this.#timers.forget(seal.qc.height)
    this.#deliveries.decided({ seal, block })
    this.#sender.push({ seal, block }, { self, set: committee.set })
    if (block.nextSet !== null) this.#options.transport.admit(committee.set.map(({ key }) => key))
  }

  #fail(error: unknown): void {
    if (this.#state !== 'running') return
    this.#state = 'failed'
    this.#timers.clear()
    this.#backlog.length = 0
    this.#options.onFailed(error)
  }
}

function isTold({ kind }: Effect): boolean {
  return kind === 'send' || kind === 'decided' || kind === 'serve' || kind === 'evidence'
}

/** A crash may have come between the log and the app: the log is ahead, and the app is told in order. */
async function catchUp({ app, store, delivered }: BuddyOptions, height: bigint): Promise<void> {
  for (let next = delivered + 1n; next < height; next++) {
    const sealed = await store.sealed(next)
    if (sealed === null) throw new AppError('store-corrupt', `the Buddy log does not have height ${next}, which the ledger lacks`)
    await app.decided(sealed)
  }
}

function envOf({ signer, crypto, genesisHash, readHeader, timing, exchange }: BuddyOptions): Env {
  return { crypto, sign: signer.sign, key: signer.key, genesisHash, readHeader, timing, exchange, merge: 'none', quorum: quorumWeight }
}
