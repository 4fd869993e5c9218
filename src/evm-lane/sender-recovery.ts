// Owns: the threads that recover senders, so that a lane's thread spends none of its time on signatures; the only file that imports piscina.
// Does not own: the recovery itself (sender-recovery-task.ts) or whether a transaction is good (the lane decides).
// Called by: node.ts, which wraps each lane client with it.

import { Piscina } from 'piscina'
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

const recoveryTask = new URL('./sender-recovery-task.js', import.meta.url)

/** A thread that dies costs speed, not transactions: without a sender the lane recovers it. `task`: another file for the threads, for tests. */
export function openSenderPool(threads: number, task: URL = recoveryTask): SenderPool {
  // A thread that waits for work in Atomics.wait answers sooner, but wakes a core for every task; messages cost less where cores are few.
  const piscina = new Piscina({ filename: task.href, minThreads: threads, maxThreads: threads, recordTiming: false, atomics: 'disabled' })
  const waiting: Waiting[] = []
  const running = new Set<Waiting[]>()

  // While every thread is busy the next batch grows; so batches are as large as the load, and one lone transaction does not wait.
  const dispatch = (): void => {
    while (running.size < threads && waiting.length > 0) {
      const batch = waiting.splice(0, batchMax)
      running.add(batch)
      void recoverBatch(piscina, batch).then((senders) => settle(batch, senders))
    }
  }
  const settle = (batch: Waiting[], senders: (Address | null)[]): void => {
    if (!running.delete(batch)) return
    dispatch()
    batch.forEach(({ resolve }, i) => resolve(senders[i] ?? null))
  }
  // Threads that cannot begin are not started again: nobody would ever answer.
  piscina.on('error', () => {
    if (piscina.threads.length === 0) for (const batch of running) settle(batch, [])
  })

  return {
    recover: (raw) => {
      if (waiting.length >= waitingMax) return Promise.reject(new AppError('busy', `${waitingMax} transactions wait for signature recovery`))
      return new Promise((resolve) => {
        if (waiting.push({ raw, resolve }) === 1) setImmediate(dispatch)
      })
    },
    close: () => piscina.destroy(),
  }
}

/** None when the thread died over it, which the pool replaces. */
async function recoverBatch(piscina: Piscina, batch: Waiting[]): Promise<(Address | null)[]> {
  try {
    return unpackSenders((await piscina.run(packRaws(batch.map(({ raw }) => raw)))) as Bytes)
  } catch {
    return []
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
