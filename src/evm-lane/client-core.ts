// Owns: a lane as its callers see it: state, newest head, requests out, facts in, restart after a crash (L7).
// Does not own: how messages travel (client-worker.ts, client-local.ts) or what they mean (engine/).
// Called by: client-worker.ts, client-local.ts.

import { AppError, errorFromWire, errorToWire } from '../errors.js'
import type { Hash32 } from '../primitives.js'
import { CallsInFlight } from './calls-in-flight.js'
import type { HeadInfo } from './chain-data.js'
import type { AskHandler, LaneClient, LaneState } from './client.js'
import { deadlineMs } from './deadlines.js'
import type { LaneSpec } from './lane-spec.js'
import { Outgoing } from './outgoing.js'
import type { FromLane, LaneEvent, LaneEvents, Op, Reply, Request, ToLane } from './protocol.js'
import type { Asks } from './session-protocol.js'

/** One life of a lane: from its start to its exit. */
export type LanePort = { post: (messages: ToLane) => void; kill: () => Promise<void> }
export type LanePortEvents = { onMessages: (messages: FromLane) => void; onExit: (reason: string) => void }
/** `spec`: as it is now, which a later life of the lane begins with. */
export type OpenLanePort = (events: LanePortEvents, spec: LaneSpec) => LanePort

export type LaneClientLimits = {
  inFlightMax: number
  /** Wait before the first restart; doubled for each further one up to the maximum. */
  restartMs: number
  restartMsMax: number
  /** Restarts in a row, none of which lasted, before the lane counts as failed. */
  restartsMax: number
  /** A life of so long counts as one that lasted. */
  lastedMs: number
  /** A lane that says nothing for so long, though asked, is killed and restarted; null never does. A full block of a 200M-gas lane takes some 20 s. */
  watchdogMs: number | null
  /** Time a lane has to write what is running when it is stopped. */
  stopMs: number
}

export const laneClientLimits: LaneClientLimits = {
  inFlightMax: 8_192,
  restartMs: 100,
  restartMsMax: 10_000,
  restartsMax: 10,
  lastedMs: 30_000,
  watchdogMs: 120_000,
  stopMs: 1_400,
}

export type LaneClientOptions = {
  limits?: LaneClientLimits
  /** Told why a life of the lane ended, unless it was asked to stop. */
  onLost?: (error: AppError) => void
}

type Listeners = { [E in keyof LaneEvents]: Set<(value: LaneEvents[E]) => void> }

export class ConnectedLane implements LaneClient {
  readonly ready: Promise<void>
  private description: LaneSpec
  private readonly open: OpenLanePort
  private readonly limits: LaneClientLimits
  private readonly onLost: (error: AppError) => void
  private readonly calls: CallsInFlight
  private readonly listeners: Listeners = { head: new Set(), marks: new Set(), poolAdded: new Set(), sessionWanted: new Set() }
  private readonly stateListeners = new Set<(state: LaneState) => void>()
  private answerer: AskHandler | null = null
  private port: LanePort | null = null
  private readonly outgoing = new Outgoing((messages) => this.port?.post(messages))
  private now: LaneState = 'starting'
  private newest: HeadInfo | undefined
  private genesis: Hash32 | undefined
  private restarts = 0
  private readySinceMs = 0
  private restartTimer: NodeJS.Timeout | null = null
  private watchdog: NodeJS.Timeout | null = null
  private heardMs = performance.now()
  private poolWatched = false
  private stopping: Promise<void> | null = null
  private settleReady: { resolve: () => void; reject: (error: AppError) => void } = { resolve: () => undefined, reject: () => undefined }

  constructor(spec: LaneSpec, open: OpenLanePort, { limits = laneClientLimits, onLost = () => undefined }: LaneClientOptions) {
    this.description = spec
    this.open = open
    this.limits = limits
    this.onLost = onLost
    this.calls = new CallsInFlight(limits.inFlightMax)
    this.ready = new Promise((resolve, reject) => {
      this.settleReady = { resolve, reject }
    })
    // Whoever awaits `ready` sees the failure; for others the state says it.
    this.ready.catch(() => undefined)
    this.start()
  }

  get spec(): LaneSpec {
    return this.description
  }

  state(): LaneState {
    return this.now
  }

  head(): HeadInfo | undefined {
    return this.newest
  }

  genesisHash(): Hash32 | undefined {
    return this.genesis
  }

  call<K extends Op>(op: K, req: Request<K>): Promise<Reply<K>> {
    if (op === 'setPeers') this.description = { ...this.description, peers: (req as Request<'setPeers'>).peers }
    if (this.now !== 'ready' || this.stopping !== null) return Promise.reject(this.unavailable())
    if (op === 'watchPool') this.poolWatched = (req as Request<'watchPool'>).on
    return this.send(op, req)
  }

  on<E extends keyof LaneEvents>(event: E, listener: (value: LaneEvents[E]) => void): () => void {
    this.listeners[event].add(listener)
    return () => this.listeners[event].delete(listener)
  }

  answerAsks(answer: AskHandler): void {
    this.answerer = answer
  }

  onState(listener: (state: LaneState) => void): () => void {
    this.stateListeners.add(listener)
    return () => this.stateListeners.delete(listener)
  }

  stop(): Promise<void> {
    this.stopping ??= this.shutDown()
    return this.stopping
  }

  private async shutDown(): Promise<void> {
    if (this.restartTimer !== null) clearTimeout(this.restartTimer)
    if (this.watchdog !== null) clearInterval(this.watchdog)
    const port = this.port
    if (port !== null && this.now === 'ready') {
      const late = new Promise<void>((resolve) => setTimeout(resolve, this.limits.stopMs).unref())
      // A lane that cannot stop in time, or has not begun, is killed: its store survives that (L4).
      await Promise.race([this.send('stop', {}).catch(() => undefined), late])
    }
    this.port = null
    await port?.kill()
    this.calls.rejectAll(this.unavailable('stopped'))
    this.settleReady.reject(this.unavailable('stopped'))
    if (this.now !== 'failed') this.setState('stopped')
  }

  private start(): void {
    const events: LanePortEvents = {
      onMessages: (messages) => {
        if (this.port !== port) return
        this.heardMs = performance.now()
        this.outgoing.heard()
        for (const message of messages) this.receive(message)
      },
      onExit: (reason) => {
        if (this.port === port) this.lost(new AppError('lane-unavailable', `lane ${this.spec.name}: ${reason}`))
      },
    }
    const port = this.open(events, this.spec)
    this.port = port
    this.heardMs = performance.now()
  }

  private send<K extends Op>(op: K, req: Request<K>): Promise<Reply<K>> {
    return new Promise<Reply<K>>((resolve, reject) => {
      const id = this.calls.add(op, deadlineMs(op, req, this.spec), resolve as (res: unknown) => void, reject)
      this.outgoing.add({ kind: 'request', id, op, req })
    })
  }

  private receive(message: FromLane[number]): void {
    switch (message.kind) {
      case 'reply':
        return this.calls.resolve(message.id, message.res)
      case 'error':
        return this.calls.reject(message.id, errorFromWire(message.error))
      case 'event':
        return this.fact(message.event)
      case 'ask':
        return this.answerAsk(message.id, message.op, message.req)
      case 'ready':
        return this.becomeReady(message.head, message.genesisHash)
      case 'fatal':
        return this.lost(errorFromWire(message.error))
    }
  }

  private fact(event: LaneEvent): void {
    switch (event.kind) {
      case 'head':
        return this.advance(event.value)
      case 'marks':
        if (this.newest !== undefined) this.newest = { ...this.newest, ...event.value }
        return this.emit('marks', event.value)
      case 'poolAdded':
        return this.emit('poolAdded', event.value)
      case 'sessionWanted':
        return this.emit('sessionWanted', event.value)
    }
  }

  /** The answer goes to the life of the lane that asked; a later one has forgotten the question. */
  private answerAsk(id: number, op: keyof Asks, req: unknown): void {
    const { port } = this
    const answer = this.answerer?.(op, req as never) ?? Promise.reject(this.unavailable('nobody answers its questions'))
    const reply = (message: ToLane[number]): void => {
      if (this.port === port) this.outgoing.add(message)
    }
    answer.then(
      (res) => reply({ kind: 'answer', id, res }),
      (error: unknown) => reply({ kind: 'refusal', id, error: errorToWire(error) }),
    )
  }

  private becomeReady(head: HeadInfo, genesisHash: Hash32): void {
    this.genesis = genesisHash
    this.readySinceMs = performance.now()
    const missed = this.newest !== undefined && this.newest.header.number !== head.header.number
    if (missed) this.advance(head)
    else this.newest = head
    this.setState('ready')
    this.settleReady.resolve()
    if (this.poolWatched) this.send('watchPool', { on: true }).catch(() => undefined)
    if (this.limits.watchdogMs !== null) this.watch(this.limits.watchdogMs)
  }

  private advance(head: HeadInfo): void {
    this.newest = head
    this.emit('head', head)
  }

  private emit<E extends keyof LaneEvents>(event: E, value: LaneEvents[E]): void {
    for (const listener of this.listeners[event]) listener(value)
  }

  /** Asks for a sign of life twice in each period; L7. */
  private watch(watchdogMs: number): void {
    this.watchdog = setInterval(() => {
      const silentMs = performance.now() - this.heardMs
      if (silentMs > watchdogMs)
        return this.lost(new AppError('lane-unavailable', `lane ${this.spec.name} said nothing for ${Math.round(silentMs)} ms`))
      this.send('poolStatus', {}).catch(() => undefined)
    }, watchdogMs / 2)
    this.watchdog.unref()
  }

  /** This life of the lane is over: answer everybody who waits, then start the next one or give up. */
  private lost(error: AppError): void {
    const port = this.port
    this.port = null
    this.outgoing.clear()
    if (this.watchdog !== null) clearInterval(this.watchdog)
    const gone = port?.kill() ?? Promise.resolve()
    this.calls.rejectAll(this.unavailable(error.message))
    if (this.stopping !== null) return
    this.onLost(error)
    if (this.now === 'ready' && performance.now() - this.readySinceMs > this.limits.lastedMs) this.restarts = 0
    const neverReady = this.genesis === undefined
    if (neverReady || this.restarts >= this.limits.restartsMax) {
      this.settleReady.reject(error)
      return this.setState('failed')
    }
    const waitMs = Math.min(this.limits.restartMs * 2 ** this.restarts, this.limits.restartMsMax)
    this.restarts++
    this.setState('restarting')
    // The old life must have let go of its store before the next one opens it.
    const restart = (): void => {
      if (this.stopping === null) this.restartTimer = setTimeout(() => this.start(), waitMs)
    }
    gone.then(restart, restart)
  }

  private setState(state: LaneState): void {
    this.now = state
    for (const listener of this.stateListeners) listener(state)
  }

  private unavailable(why: string = this.stopping === null ? this.now : 'stopping'): AppError {
    return new AppError('lane-unavailable', `lane ${this.spec.name} is not available: ${why}`, { state: this.now })
  }
}
