// Owns: the lane's end of the message protocol: runs an engine's handlers on incoming requests and posts replies and facts, in order.
// Does not own: what the operations do (engine/), how messages travel (worker.ts, client-local.ts).
// Called by: worker.ts (in a thread), client-local.ts (same thread).

import { AppError, errorToWire } from '../errors.js'
import type { Hash32 } from '../primitives.js'
import type { HeadInfo } from './chain-data.js'
import { compact } from './compact.js'
import type { LaneSpec } from './lane-spec.js'
import type { FromLane, Handlers, PoolTx, ToLane } from './protocol.js'

/** What an engine tells its host. */
export type EngineEvents = {
  onHead: (head: HeadInfo) => void
  onPoolAdded: (txs: PoolTx[]) => void
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

  const fatal = (error: unknown): void => outbox.add({ kind: 'fatal', error: errorToWire(error) })
  const events: EngineEvents = {
    onHead: (value) => outbox.add({ kind: 'event', event: { kind: 'head', value } }),
    onPoolAdded: (txs) => outbox.add({ kind: 'event', event: { kind: 'poolAdded', value: { txs } } }),
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
    for (const { id, op, req } of messages) {
      if (op === 'stop') void stop(id)
      else answer(engine, id, op, req, outbox)
    }
  }
  return { receive, stopped }
}

function answer(engine: HostedEngine | null, id: number, op: ToLane[number]['op'], req: unknown, outbox: Outbox): void {
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
