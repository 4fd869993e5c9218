// Owns: the shell of sessions: feeds what happens to the decision maker and executes what it decides, in order.
// Does not own: any decision (core/atomic.ts); each family of effects has its own runner.
// Called by: node.ts.

import { AppError } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import { bareHex } from '../primitives.js'
import type { Store } from '../store/store.js'
import { Asks } from './asks.js'
import { createBundles } from './bundles.js'
import { step } from './core/atomic.js'
import { initialState } from './core/state.js'
import type { BatchRecord, Effect, Input } from './core/types.js'
import { createJournalRunner } from './journal-runner.js'
import { createJournal } from './journal.js'
import type { StoredSession } from './journal.js'
import { createLaneRunner, watchLane } from './lane-runner.js'
import type { HyperLimits } from './limits.js'
import type { HyperLog } from './log.js'
import { MessageScanner } from './message-scanner.js'
import type { PortalAbi } from './message.js'
import { Outbox } from './outbox.js'
import type { HyperReader } from './reader.js'
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
}

export type Coordinator = {
  /** Resolves when every lane that could start has what the journal says it has, and builds. */
  ready: Promise<void>
  reader: HyperReader
  /** Lets the batches that run end, for a bounded time; before the lanes are stopped. */
  stop: () => Promise<void>
}

/** @throws AppError 'config-invalid' when a lane is missing that has blocks in the journal; 'store-corrupt'. */
export async function openCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { lanes, store, keccak256, portal, limits, log } = options
  const byId = new Map(lanes.map((lane) => [lane.spec.chainId, lane]))
  const journal = createJournal(store)
  const incomplete = await journal.incomplete()
  refuseMissingLanes(byId, incomplete)
  const state = initialState(limits.sessions, [...byId.keys()], incomplete, await journal.nextBatch())

  const timers = new Set<NodeJS.Timeout>()
  const listeners = new Set<(session: StoredSession) => void>()
  const idle: (() => void)[] = []
  const recovered = createRecoveries(lanes)
  let stopped = false

  const feed = (input: Input): void => {
    if (stopped) return
    for (const effect of step(state, input)) run(effect)
    if (state.stopping && state.batches.size === 0) for (const resolve of idle.splice(0)) resolve()
  }

  const outbox = new Outbox({ store, portal, keccak256, feed, messagesMax: limits.messagesMax })
  const scanners = new Map(
    lanes.map((lane) => [
      lane.spec.chainId,
      new MessageScanner(lane, { outbox, portal, keccak256, scanBlocksMax: limits.messageScanBlocksMax, log }),
    ]),
  )
  const simulations = new Simulations(byId, limits.simulations)
  const asks = new Asks(feed, simulations)
  const laneRunner = createLaneRunner(byId, feed, log)
  const journalRunner = createJournalRunner(journal, feed, log)
  const bundles = createBundles({ lanes: byId, feed, keccak256, limits })

  function run(effect: Effect): void {
    switch (effect.kind) {
      case 'call':
        return laneRunner.call(effect)
      case 'drop':
        return laneRunner.drop(effect)
      case 'answer':
      case 'undone':
        return asks.settle(effect)
      case 'journal':
        return journalRunner.write(effect.record, outbox.rowsOf(effect.record))
      case 'complete':
        return journalRunner.complete(effect.batch)
      case 'timer': {
        const timer = setTimeout(() => {
          timers.delete(timer)
          feed({ kind: 'timer', timer: effect.timer })
        }, effect.ms)
        timers.add(timer)
        return
      }
      case 'recovered':
        outbox.wantPostponed(effect.chainId)
        scanners.get(effect.chainId)?.wake()
        return recovered.mark(effect.chainId)
      case 'finished':
        return finished(effect)
    }
  }

  function finished({ id, work, outcome }: Extract<Effect, { kind: 'finished' }>): void {
    if (work.kind === 'delivery') outbox.finished(work.message, outcome)
    if (work.kind === 'bundle') bundles.finished(id, outcome)
    if (outcome.kind === 'failed') log('warn', `session ${bareHex(id)} ends without effect: ${outcome.reason}`)
    if (outcome.kind !== 'committed') return
    const session: StoredSession = { batch: outcome.batch, place: outcome.place, blocks: outcome.blocks, record: outcome.record }
    for (const listener of listeners) listener(session)
  }

  await outbox.open()
  const unwatch = lanes.flatMap((lane) => {
    const { chainId } = lane.spec
    asks.listenTo(lane)
    const unlisten = lane.on('sessionWanted', ({ hash, sender, gasLimit, to, lanes: known }) => {
      const tx = { chainId, transactionHash: hash }
      const flow = `${chainId}:${bareHex(sender)}`
      feed({ kind: 'wanted', wanted: { id: sessionId(keccak256, [tx]), work: { kind: 'transaction', tx, to }, flow, lanes: known, gasLimit } })
    })
    const fromState = watchLane(lane, (input) => {
      if (input.kind === 'laneDown') simulations.laneDown(input.chainId)
      feed(input)
    })
    return [unlisten, fromState]
  })

  const reader: HyperReader = {
    getSession: async (id) => {
      const session = await journal.session(id)
      if (session !== null) return { kind: 'committed', session }
      const bundle = bundles.stateOf(id)
      return bundle === null ? null : { kind: 'bundle', id, state: bundle }
    },
    sessionOfTransaction: (chainId, hash) => journal.sessionOfTransaction(chainId, hash),
    getMessage: (id) => outbox.message(id),
    getMessagesByTransaction: (chainId, hash) => outbox.messagesOf(chainId, hash),
    onSession: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    sendBundle: (items, waitMs) => bundles.send(items, waitMs),
  }

  let stopping: Promise<void> | null = null
  const shutDown = async (): Promise<void> => {
    const drained = new Promise<void>((resolve) => idle.push(resolve))
    feed({ kind: 'stop' })
    let late: NodeJS.Timeout | undefined
    await Promise.race([drained, new Promise<void>((resolve) => (late = setTimeout(resolve, limits.stopMs)))])
    clearTimeout(late)
    stopped = true
    for (const undo of unwatch) undo()
    for (const timer of timers) clearTimeout(timer)
    simulations.stop()
    asks.stop()
    recovered.giveUp()
    await Promise.all([...scanners.values()].map((scanner) => scanner.stop()))
    await journalRunner.idle()
    await store.close()
  }

  return {
    ready: recovered.all,
    reader,
    stop: () => {
      stopping ??= shutDown()
      return stopping
    },
  }
}

/** A lane that is gone would leave the sessions it shared half done (S11). */
function refuseMissingLanes(lanes: ReadonlyMap<number, LaneClient>, incomplete: readonly BatchRecord[]): void {
  for (const { batch, blocks } of incomplete) {
    const missing = blocks.find(({ chainId }) => !lanes.has(chainId))
    if (missing === undefined) continue
    const { chainId, number } = missing
    throw new AppError(
      'config-invalid',
      `lane ${chainId} is not configured, but block ${number} of it belongs to session batch ${batch} that other lanes have; start once with the lane`,
      { chainId, batch },
    )
  }
}

/** Lanes that do not start are not waited for: each fails alone (L7). */
function createRecoveries(lanes: readonly LaneClient[]): { all: Promise<void>; mark: (chainId: number) => void; giveUp: () => void } {
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
