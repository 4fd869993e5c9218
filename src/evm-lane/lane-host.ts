// Owns: the lane's end of the message protocol: runs an engine's handlers on incoming requests and posts replies and facts, in order.
// Does not own: what the operations do (engine/), how messages travel (worker.ts, client-local.ts).
// Called by: serve-thread.ts (in a thread), client-local.ts (same thread).

import { AppError, errorFromWire, errorToWire } from '../errors.js'
import type { Hash32 } from '../primitives.js'
import type { HeadInfo } from './chain-data.js'
import { compact } from './compact.js'
import type { LaneSpec } from './lane-spec.js'
import type { FromLane, Handlers, LaneEvents, Op, PoolTx, ToLane } from './protocol.js'
import type { Asks, SessionWanted } from './session-protocol.js'

export type Ask = <K extends keyof Asks>(op: K, req: Asks[K]['req']) => Promise<Asks[K]['res']>

/** What an engine tells its host. */
export type EngineEvents = {
  onHead: (head: HeadInfo) => void
  /** `safe` or `finalized` moved. */
  onMarks: (marks: LaneEvents['marks']) => void
  onPoolAdded: (txs: PoolTx[]) => void
  onSessionWanted: (wanted: SessionWanted) => void
  /** Asks the coordinator, in the middle of an execution. */
  ask: Ask
  /** The engine cannot go on; nothing it says after this counts. */
  onFatal: (error: unknown) => void
}

/** An engine as its host needs it. */
export type HostedEngine = {
  handlers: Handlers
  head: () => HeadInfo
  genesisHash: Hash32
  stop: () => Promise<void>
}

export type OpenEngine = (spec: LaneSpec, events: EngineEvents) => Promise<HostedEngine>

export type LaneHost = {
  receive: (messages: ToLane) => void
  /** Resolves after the engine has been closed on request, when the last reply has been posted. */
  stopped: Promise<void>
}

/** Opens the engine and serves it over `post`; the first message out is `ready` or `fatal`. */
export function hostLane(open: OpenEngine, spec: LaneSpec, post: (messages: FromLane) => void): LaneHost {
  const outbox = createOutbox(post)
  let engine: HostedEngine | null = null
  let markStopped: () => void = () => undefined
  const stopped = new Promise<void>((resolve) => {
    markStopped = resolve
  })

  const questions = new Questions(outbox)
  const fatal = (error: unknown): void => outbox.add({ kind: 'fatal', error: errorToWire(error) })
  const events: EngineEvents = {
    onHead: (value) => outbox.add({ kind: 'event', event: { kind: 'head', value } }),
    onMarks: (value) => outbox.add({ kind: 'event', event: { kind: 'marks', value } }),
    onPoolAdded: (txs) => outbox.add({ kind: 'event', event: { kind: 'poolAdded', value: { txs } } }),
    onSessionWanted: (value) => outbox.add({ kind: 'event', event: { kind: 'sessionWanted', value } }),
    ask: questions.ask,
    onFatal: fatal,
  }
  const opening = open(spec, events).then((opened) => {
    engine = opened
    outbox.add({ kind: 'ready', head: opened.head(), genesisHash: opened.genesisHash })
  })
  opening.catch(fatal)

  const close = async (): Promise<void> => {
    await opening
    await engine?.stop()
  }
  let closing: Promise<void> | null = null
  const stop = async (id: number): Promise<void> => {
    try {
      closing ??= close()
      await closing
      outbox.add({ kind: 'reply', id, res: null })
    } catch (error) {
      outbox.add({ kind: 'error', id, error: errorToWire(error) })
    }
    outbox.flush()
    markStopped()
  }

  const receive = (messages: ToLane): void => {
    for (const message of messages) {
      if (message.kind !== 'request') questions.settle(message)
      else if (message.op === 'stop') void stop(message.id)
      else answer(engine, message.id, message.op, message.req, outbox)
    }
  }
  return { receive, stopped }
}

function answer(engine: HostedEngine | null, id: number, op: Op, req: unknown, outbox: Outbox): void {
  const fail = (error: unknown): void => outbox.add({ kind: 'error', id, error: errorToWire(error) })
  const reply = (res: unknown): void => outbox.add({ kind: 'reply', id, res: compact(res) })
  const handler = engine?.handlers[op] as ((req: unknown) => unknown) | undefined
  if (handler === undefined) return fail(new AppError('lane-unavailable', `lane cannot serve ${op}`))
  try {
    const result = handler(req)
    // A handler that answers at once costs no trip through the promise queue.
    if (result instanceof Promise) result.then(reply, fail)
    else reply(result)
  } catch (error) {
    fail(error)
  }
}

/** Questions of the lane that wait for their answer. Bounded by the depth of calls and the number of simulations at once. */
class Questions {
  private readonly outbox: Outbox
  private readonly waiting = new Map<number, { resolve: (res: never) => void; reject: (error: AppError) => void }>()
  private nextId = 1

  constructor(outbox: Outbox) {
    this.outbox = outbox
  }

  readonly ask: Ask = (op, req) =>
    new Promise((resolve, reject) => {
      const id = this.nextId++
      this.waiting.set(id, { resolve: resolve as (res: never) => void, reject })
      this.outbox.add({ kind: 'ask', id, op, req: compact(req) })
    })

  settle(message: Exclude<ToLane[number], { kind: 'request' }>): void {
    const question = this.waiting.get(message.id)
    this.waiting.delete(message.id)
    if (message.kind === 'answer') question?.resolve(message.res as never)
    else question?.reject(errorFromWire(message.error))
  }
}

type Outbox = { add: (message: FromLane[number]) => void; flush: () => void }

/** Everything said in one turn of the event loop leaves in one message; order is kept. */
function createOutbox(post: (messages: FromLane) => void): Outbox {
  let waiting: FromLane = []
  const flush = (): void => {
    if (waiting.length === 0) return
    const leaving = waiting
    waiting = []
    post(leaving)
  }
  return {
    add: (message) => {
      if (waiting.push(message) === 1) setImmediate(flush)
    },
    flush,
  }
}
