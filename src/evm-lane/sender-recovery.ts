// Owns: the threads that recover senders, so that a lane's thread spends none of its time on signatures.
// Does not own: the recovery itself (sender-recovery-task.ts) or whether a transaction is good (the lane decides).
// Called by: node.ts, which wraps each lane client with it.

import { Worker } from 'node:worker_threads'
import { AppError } from '../errors.js'
import type { Address, Bytes } from '../primitives.js'
import type { LaneClient } from './client.js'
import type { Op, Reply, Request } from './protocol.js'
import { packRaws, unpackSenders } from './sender-recovery-batch.js'

export type SenderPool = {
  /** The sender, or null when the bytes do not tell; the lane then looks for itself and says what is wrong. @throws AppError 'busy'. */
  recover: (raw: Bytes) => Promise<Address | null>
  close: () => Promise<void>
}

/** One recovery costs 75 µs native: a full batch holds a thread for 5 ms (150 ms without the native library). */
const batchMax = 64
const waitingMax = 16_384

type Waiting = { raw: Bytes; resolve: (sender: Address | null) => void }
/** `batch`: what it works on; null while it is idle. */
type RecoveryThread = { worker: Worker; batch: Waiting[] | null; answered: boolean }

const recoveryWorker = new URL('./sender-recovery-worker.js', import.meta.url)

/** A thread that dies costs speed, not transactions: without a sender the lane recovers it. `entry`: another file for the threads, for tests. */
export function openSenderPool(threads: number, entry: URL = recoveryWorker): SenderPool {
  const waiting: Waiting[] = []
  const pool = new Set<RecoveryThread>()
  let closed = false

  // While every thread is busy the next batch grows; so batches are as large as the load, and one lone transaction does not wait.
  const dispatch = (): void => {
    for (const thread of pool) {
      if (waiting.length === 0) return
      if (thread.batch !== null) continue
      thread.batch = waiting.splice(0, batchMax)
      thread.worker.postMessage(packRaws(thread.batch.map(({ raw }) => raw)))
    }
    if (pool.size === 0) for (const { resolve } of waiting.splice(0)) resolve(null)
  }
  const settle = (thread: RecoveryThread, senders: (Address | null)[]): void => {
    const batch = thread.batch ?? []
    thread.batch = null
    dispatch()
    batch.forEach(({ resolve }, i) => resolve(senders[i] ?? null))
  }
  const start = (): void => {
    const thread: RecoveryThread = { worker: new Worker(entry, { name: 'senders' }), batch: null, answered: false }
    pool.add(thread)
    thread.worker.on('message', (packed: Bytes) => {
      thread.answered = true
      settle(thread, unpackSenders(packed))
    })
    // Its end follows, and says all that matters.
    thread.worker.on('error', () => undefined)
    thread.worker.once('exit', () => {
      pool.delete(thread)
      // One that never answered would not do better the next time.
      if (!closed && thread.answered) start()
      settle(thread, [])
    })
  }
  for (let i = 0; i < threads; i++) start()

  return {
    recover: (raw) => {
      if (waiting.length >= waitingMax) return Promise.reject(new AppError('busy', `${waitingMax} transactions wait for signature recovery`))
      return new Promise((resolve) => {
        if (waiting.push({ raw, resolve }) === 1) setImmediate(dispatch)
      })
    },
    close: async () => {
      closed = true
      await Promise.all([...pool].map(({ worker }) => worker.terminate()))
    },
  }
}

/** The same lane, to which transactions come with their sender. */
export function withSenderRecovery(lane: LaneClient, pool: SenderPool): LaneClient {
  const call = async <K extends Op>(op: K, req: Request<K>): Promise<Reply<K>> => {
    if (op !== 'submit' && op !== 'submitSync' && op !== 'sessionAdmit') return lane.call(op, req)
    const submission = req as Request<'submit' | 'submitSync' | 'sessionAdmit'>
    if (submission.sender !== null || submission.raw.length > lane.spec.pool.txBytesMax) return lane.call(op, req)
    return lane.call(op, { ...submission, sender: await pool.recover(submission.raw) })
  }
  return {
    get spec() {
      return lane.spec
    },
    ready: lane.ready,
    state: () => lane.state(),
    head: () => lane.head(),
    genesisHash: () => lane.genesisHash(),
    call,
    on: (event, listener) => lane.on(event, listener),
    answerAsks: (answer) => lane.answerAsks(answer),
    onState: (listener) => lane.onState(listener),
    stop: () => lane.stop(),
  }
}
