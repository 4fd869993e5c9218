// Owns: the shell of sessions: feeds what happens to the decision maker and executes what it decides, in order.
// Does not own: any decision (core/atomic.ts); each family of effects has its own runner.
// Called by: node.ts.

import { AppError } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { SessionWanted } from '../evm-lane/session-protocol.js'
import type { Hash32 } from '../primitives.js'
import { bareHex } from '../primitives.js'
import type { Store } from '../store/store.js'
import { Asks } from './asks.js'
import { createBundles } from './bundles.js'
import type { Bundles } from './bundles.js'
import { CommitWaits } from './commit-waits.js'
import { step } from './core/atomic.js'
import { initialState, isCommitting } from './core/state.js'
import type { State } from './core/state.js'
import type { BatchRecord, Effect, Input, Wanted } from './core/types.js'
import { JournalCleaner } from './journal-cleaner.js'
import { createJournalRunner } from './journal-runner.js'
import type { JournalRunner } from './journal-runner.js'
import { createJournal } from './journal.js'
import type { Journal, StoredSession } from './journal.js'
import { createLaneRunner, watchLane } from './lane-runner.js'
import type { LaneRunner } from './lane-runner.js'
import type { HyperLimits } from './limits.js'
import type { HyperLog } from './log.js'
import { MessageScanner } from './message-scanner.js'
import type { PortalAbi } from './message.js'
import { Outbox } from './outbox.js'
import type { HyperReader, SessionView } from './reader.js'
import { replaySession } from './replay.js'
import { sessionId } from './session-id.js'
import type { Keccak256 } from './session-id.js'
import { Simulations } from './simulations.js'

export type CoordinatorOptions = {
  lanes: readonly LaneClient[]
  /** Database 'hyper', opened by the caller; closed by `stop`. */
  store: Store
  keccak256: Keccak256
  portal: PortalAbi
  limits: HyperLimits
  log: HyperLog
  /** A batch is durable; no lane was told to commit it yet. */
  onBatch?: (record: BatchRecord) => void
}

export type Coordinator = {
  /** Resolves when every lane that could start has what the journal says it has, and builds. */
  ready: Promise<void>
  reader: HyperReader
  /** Number below which no batch comes any more. */
  oldestBatch: () => number
  /** A lane that began while the process runs (H3). */
  addLane: (lane: LaneClient) => void
  /** Lets the batches that run end, for a bounded time; before the lanes are stopped. */
  stop: () => Promise<void>
}

/** @throws AppError 'config-invalid' when a lane is missing that has blocks in the journal; 'store-corrupt'. */
export async function openCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const journal = createJournal(options.store)
  const incomplete = await journal.incomplete()
  refuseMissingLanes(options.lanes, incomplete)
  const ids = options.lanes.map(({ spec }) => spec.chainId)
  const state = initialState(options.limits.sessions, ids, incomplete, await journal.nextBatch())
  const shell = new Shell(options, journal, state)
  await shell.begin()
  return {
    ready: shell.ready,
    reader: shell.reader(),
    oldestBatch: () => shell.oldestBatch(),
    addLane: (lane) => shell.addLane(lane),
    stop: () => shell.stop(),
  }
}

class Shell {
  readonly ready: Promise<void>
  readonly #options: CoordinatorOptions
  readonly #journal: Journal
  readonly #state: State
  readonly #outbox: Outbox
  readonly #lanes: Map<number, LaneClient>
  readonly #scanners = new Map<number, MessageScanner>()
  readonly #scannerOf: (lane: LaneClient) => MessageScanner
  readonly #simulations: Simulations
  readonly #asks: Asks
  readonly #laneRunner: LaneRunner
  readonly #journalRunner: JournalRunner
  readonly #cleaner: JournalCleaner
  readonly #bundles: Bundles
  readonly #commitWaits: CommitWaits
  readonly #recoveries: Recoveries
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #listeners = new Set<(session: StoredSession) => void>()
  readonly #undo: (() => void)[] = []
  readonly #inbox: Input[] = []
  #drained: () => void = () => undefined
  #stopped = false
  #stopping: Promise<void> | null = null

  constructor(options: CoordinatorOptions, journal: Journal, state: State) {
    const { lanes, store, keccak256, portal, limits, log } = options
    const byId = new Map(lanes.map((lane) => [lane.spec.chainId, lane]))
    const feed = (input: Input): void => this.#feed(input)
    this.#options = options
    this.#lanes = byId
    this.#journal = journal
    this.#state = state
    this.#outbox = new Outbox({ store, portal, keccak256, feed, messagesMax: limits.messagesMax, againMs: limits.messageAgainMs })
    const scanning = { outbox: this.#outbox, portal, keccak256, scanBlocksMax: limits.messageScanBlocksMax, log }
    this.#scannerOf = (lane) => new MessageScanner(lane, scanning)
    this.#simulations = new Simulations(byId, limits.simulations)
    this.#asks = new Asks(feed, this.#simulations)
    this.#laneRunner = createLaneRunner(byId, feed, log)
    this.#journalRunner = createJournalRunner(journal, feed, options.onBatch ?? (() => undefined), log)
    this.#cleaner = new JournalCleaner({ journal, lanes: byId, log })
    this.#bundles = createBundles({ lanes: byId, feed, keccak256, limits })
    this.#commitWaits = new CommitWaits({ isCommitting: (id) => isCommitting(state, id), waitMs: limits.everywhereMs })
    this.#recoveries = createRecoveries(lanes)
    this.ready = this.#recoveries.all
  }

  async begin(): Promise<void> {
    await this.#outbox.open()
    for (const lane of this.#options.lanes) this.addLane(lane)
  }

  reader(): HyperReader {
    return {
      getSession: (id) => this.#sessionView(id),
      everywhere: (id) => this.#commitWaits.wait(id),
      replaySession: (id) => replaySession(this.#journal, [...this.#lanes.values()], id),
      batchOfBlock: async (chainId, number) => {
        const stored = await this.#journal.batchOfBlock(chainId, number)
        if (stored === null) return null
        const { batch, blocks, sessions } = stored
        const positions = blocks.map(({ chainId: lane, number: at, hash }) => ({ chainId: lane, number: at, hash }))
        return { batch, blocks: positions, sessions: sessions.map(({ id, transcript }) => ({ id, events: transcript })) }
      },
      getMessage: (id) => this.#outbox.message(id),
      getMessagesByTransaction: (chainId, hash) => this.#outbox.messagesOf(chainId, hash),
      onSession: (listener) => {
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
      sendBundle: (items, waitMs) => this.#bundles.send(items, waitMs),
    }
  }

  addLane(lane: LaneClient): void {
    const { chainId } = lane.spec
    this.#lanes.set(chainId, lane)
    this.#scanners.set(chainId, this.#scannerOf(lane))
    this.#listenTo(lane)
  }

  oldestBatch(): number {
    return Math.min(this.#state.nextBatch, ...this.#state.batches.keys())
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown()
    return this.#stopping
  }

  /** The only way into the state. An input that comes out of an effect waits until all effects before it are executed. */
  #feed(input: Input): void {
    if (this.#stopped || this.#inbox.push(input) > 1) return
    for (let next = this.#inbox[0]; next !== undefined; next = this.#inbox[0]) {
      for (const effect of step(this.#state, next)) this.#run(effect)
      this.#inbox.shift()
    }
    if (this.#state.stopping && this.#state.batches.size === 0) this.#drained()
  }

  #run(effect: Effect): void {
    switch (effect.kind) {
      case 'call':
        return this.#laneRunner.call(effect)
      case 'flush':
        return this.#laneRunner.flush(effect.chainId)
      case 'drop':
        return this.#laneRunner.drop(effect)
      case 'answer':
      case 'undone':
        return this.#asks.settle(effect)
      case 'journal':
        return this.#journalRunner.write(effect.record, this.#outbox.rowsOf(effect.record))
      case 'complete':
        return this.#cleaner.add(effect)
      case 'timer':
        // A lane that cannot take what the journal has is asked again, but no start waits for it (L7).
        if (effect.timer.kind === 'recover') this.#recoveries.mark(effect.timer.chainId)
        return this.#setTimer(effect)
      case 'recovered':
        return this.#recovered(effect.chainId)
      case 'finished':
        return this.#finished(effect)
    }
  }

  #setTimer({ timer, ms }: Extract<Effect, { kind: 'timer' }>): void {
    const handle = setTimeout(() => {
      this.#timers.delete(handle)
      this.#feed({ kind: 'timer', timer })
    }, ms)
    this.#timers.add(handle)
  }

  #recovered(chainId: number): void {
    this.#recoveries.mark(chainId)
    this.#scanners.get(chainId)?.wake()
    this.#outbox.wantPostponed(chainId)
  }

  #finished({ id, work, outcome }: Extract<Effect, { kind: 'finished' }>): void {
    if (work.kind === 'delivery') this.#outbox.finished(work.message, outcome)
    if (work.kind === 'bundle') this.#bundles.finished(id, outcome)
    if (outcome.kind === 'failed') this.#options.log('warn', `session ${bareHex(id)} ends without effect: ${outcome.reason}`)
    if (outcome.kind !== 'committed') return
    this.#commitWaits.finished(id)
    const { batch, place, blocks, record } = outcome
    for (const listener of this.#listeners) listener({ batch, place, blocks, record })
  }

  #listenTo(lane: LaneClient): void {
    const { chainId } = lane.spec
    this.#asks.listenTo(lane)
    this.#undo.push(
      lane.on('sessionWanted', (wanted) => this.#feed({ kind: 'wanted', wanted: wantedOf(this.#options.keccak256, chainId, wanted) })),
      watchLane(lane, (input) => {
        if (input.kind === 'laneDown') {
          this.#simulations.laneDown(input.chainId)
          this.#laneRunner.forget(input.chainId)
          // Nobody waits for one that ended: it fails alone (L7).
          this.#recoveries.mark(input.chainId)
        }
        this.#feed(input)
      }),
    )
  }

  async #sessionView(id: Hash32): Promise<SessionView | null> {
    const session = await this.#journal.session(id)
    if (session !== null) return { kind: 'committed', session }
    const state = this.#bundles.stateOf(id)
    return state === null ? null : { kind: 'bundle', id, state }
  }

  async #shutDown(): Promise<void> {
    const drained = new Promise<void>((resolve) => (this.#drained = resolve))
    this.#feed({ kind: 'stop' })
    await this.#inTime(drained)
    this.#stopped = true
    for (const undo of this.#undo) undo()
    for (const timer of this.#timers) clearTimeout(timer)
    this.#simulations.stop()
    this.#outbox.stop()
    this.#asks.stop()
    this.#commitWaits.stop()
    this.#recoveries.giveUp()
    await Promise.all([...this.#scanners.values()].map((scanner) => scanner.stop()))
    await this.#journalRunner.idle()
    await this.#inTime(this.#cleaner.stop())
    await this.#options.store.close()
  }

  async #inTime(work: Promise<void>): Promise<void> {
    let late: NodeJS.Timeout | undefined
    await Promise.race([work, new Promise<void>((resolve) => (late = setTimeout(resolve, this.#options.limits.stopMs)))])
    clearTimeout(late)
  }
}

function wantedOf(keccak256: Keccak256, chainId: number, { hash, sender, gasLimit, to, lanes }: SessionWanted): Wanted {
  const tx = { chainId, transactionHash: hash }
  return { id: sessionId(keccak256, [tx]), work: { kind: 'transaction', tx, to }, flow: `${chainId}:${bareHex(sender)}`, lanes, gasLimit }
}

/** A lane that is gone would leave the sessions it shared half done (S11). */
function refuseMissingLanes(lanes: readonly LaneClient[], incomplete: readonly BatchRecord[]): void {
  const known = new Set(lanes.map(({ spec }) => spec.chainId))
  for (const { batch, blocks } of incomplete) {
    const missing = blocks.find(({ chainId }) => !known.has(chainId))
    if (missing === undefined) continue
    const { chainId, number } = missing
    throw new AppError(
      'config-invalid',
      `lane ${chainId} is not configured, but block ${number} of it belongs to session batch ${batch} that other lanes have; start once with the lane`,
      { chainId, batch },
    )
  }
}

type Recoveries = { all: Promise<void>; mark: (chainId: number) => void; giveUp: () => void }

/** Lanes that do not start are not waited for: each fails alone (L7). */
function createRecoveries(lanes: readonly LaneClient[]): Recoveries {
  const marks = new Map<number, () => void>()
  const each = lanes.map(async (lane) => {
    const marked = new Promise<void>((resolve) => marks.set(lane.spec.chainId, resolve))
    const started = await lane.ready.then(
      () => true,
      () => false,
    )
    if (started) await marked
  })
  return {
    all: Promise.all(each).then(() => undefined),
    mark: (chainId) => marks.get(chainId)?.(),
    giveUp: () => {
      for (const resolve of marks.values()) resolve()
    },
  }
}
