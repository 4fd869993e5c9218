// Owns: the pool of threads that recover senders, so that a lane's thread spends none of its time on signatures; the only file that imports piscina.
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

const task = new URL('./sender-recovery-task.js', import.meta.url)

export function openSenderPool(threads: number): SenderPool {
  const piscina = new Piscina({ filename: task.href, minThreads: threads, maxThreads: threads, recordTiming: false })
  const waiting: Waiting[] = []
  let running = 0

  // While every thread is busy the next batch grows; so batches are as large as the load, and one lone transaction does not wait.
  const dispatch = (): void => {
    while (running < threads && waiting.length > 0) {
      running++
      void runBatch(waiting.splice(0, batchMax))
    }
  }
  const runBatch = async (batch: Waiting[]): Promise<void> => {
    const senders = await recoverBatch(piscina, batch)
    running--
    dispatch()
    batch.forEach(({ resolve }, i) => resolve(senders[i] ?? null))
  }

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

/** A pool that fails costs speed, not transactions: without a sender the lane recovers it. */
async function recoverBatch(piscina: Piscina, batch: Waiting[]): Promise<(Address | null)[]> {
  try {
    return unpackSenders((await piscina.run(packRaws(batch.map(({ raw }) => raw)))) as Uint8Array)
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
