// The load generator process: plays prepared requests over raw sockets and measures itself.
// Knows nothing of Ethereum: every byte it sends was built before the clock starts.
// Forked by generator.ts; talks to it in the messages of job.ts.
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { errorText } from '../../src/errors.js'
import { parseResponse } from './http-message.js'
import type { ConnectionPlan, FromChild, Job, JobResult, ToChild } from './job.js'
import { quantiles } from './statistics.js'

const READ_BUFFER_BYTES = 256 * 1024
const ERROR_SAMPLES_MAX = 5
const ERROR_SAMPLE_BYTES_MAX = 400
const RESULT_NULL = /"result": ?null/

type Tally = {
  requests: number
  lastAnswerMs: number
  unsettled: number
  polls: number
  errors: number
  errorSamples: string[]
  requestMs: number[]
  settleMs: number[]
}

/** A keep-alive connection; `exchange` hands over the body's bytes, valid only until the next exchange. */
type Connection = { exchange(request: Uint8Array): Promise<{ status: number; body: Buffer }>; close(): void }

let loaded: { job: Job; connections: Connection[] } | null = null

process.on('message', (message: ToChild) => {
  handle(message).catch((error: unknown) => {
    tell({ kind: 'failed', message: errorText(error) })
  })
})
process.on('disconnect', () => process.exit(0))

async function handle(message: ToChild): Promise<void> {
  switch (message.kind) {
    case 'load':
      loaded = { job: message.job, connections: await Promise.all(message.job.connections.map(connect)) }
      return tell({ kind: 'ready' })
    case 'go': {
      if (!loaded) throw new Error('told to go before a job was loaded')
      const { job, connections } = loaded
      loaded = null
      try {
        const result = await play(job, connections)
        tell({ kind: 'done', result })
      } finally {
        for (const connection of connections) connection.close()
      }
    }
  }
}

function tell(message: FromChild): void {
  process.send?.(message)
}

async function play(job: Job, connections: Connection[]): Promise<JobResult> {
  const tally: Tally = { requests: 0, lastAnswerMs: 0, unsettled: 0, polls: 0, errors: 0, errorSamples: [], requestMs: [], settleMs: [] }
  const cpuBefore = process.cpuUsage()
  const startMs = performance.now()
  await Promise.all(job.connections.map((plan, index) => playPlan(plan, connections[index]!, { job, tally })))
  const elapsedMs = performance.now() - startMs
  const cpu = process.cpuUsage(cpuBefore)
  return {
    elapsedMs,
    answeredMs: tally.lastAnswerMs - startMs,
    unsettled: tally.unsettled,
    requests: tally.requests,
    polls: tally.polls,
    errors: tally.errors,
    errorSamples: tally.errorSamples,
    cpuUs: cpu.user + cpu.system,
    requestMs: quantiles(tally.requestMs),
    settleMs: tally.settleMs.length > 0 ? quantiles(tally.settleMs) : null,
  }
}

type Play = { job: Job; tally: Tally }

async function playPlan(plan: ConnectionPlan, connection: Connection, { job, tally }: Play) {
  const startMs = performance.now()
  for (let round = 0; round < plan.rounds; round++) {
    for (const [place, step] of plan.steps.entries()) {
      if (plan.pace) {
        const dueMs = startMs + plan.pace.offsetMs + (round * plan.steps.length + place) * plan.pace.everyMs
        const earlyMs = dueMs - performance.now()
        if (earlyMs > 0) await delay(earlyMs)
      }
      const sentMs = performance.now()
      const { status, body } = await connection.exchange(step.request)
      const answeredMs = performance.now()
      tally.requestMs.push(answeredMs - sentMs)
      tally.lastAnswerMs = answeredMs
      tally.requests++
      if (status !== 200 || body.indexOf('"error"') >= 0) note(tally, status, body)
      if (!step.poll) continue
      await settle(connection, step.poll, { job, tally })
      tally.settleMs.push(performance.now() - sentMs)
    }
  }
}

async function settle(connection: Connection, poll: Uint8Array, { job, tally }: Play): Promise<void> {
  const deadlineAtMs = performance.now() + job.settleDeadlineMs
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, job.pollDelayMsMax)) {
    const { status, body } = await connection.exchange(poll)
    tally.polls++
    const text = body.toString('latin1')
    if (status !== 200 || text.includes('"error"')) return note(tally, status, body)
    if (!RESULT_NULL.test(text)) return
    if (performance.now() > deadlineAtMs) {
      tally.unsettled++
      return
    }
    if (job.pollDelayMsMax > 0) await delay(pauseMs)
  }
}

function note(tally: Tally, status: number, body: Buffer): void {
  tally.errors++
  if (tally.errorSamples.length < ERROR_SAMPLES_MAX) {
    tally.errorSamples.push(`HTTP ${status} ${body.toString('utf8', 0, ERROR_SAMPLE_BYTES_MAX)}`)
  }
}

function connect(plan: ConnectionPlan): Promise<Connection> {
  let waiting: { resolve(response: { status: number; body: Buffer }): void; reject(error: Error): void } | null = null
  let partial: Buffer | null = null

  function take(bytesRead: number, buffer: Uint8Array): boolean {
    const fresh = Buffer.from(buffer.buffer, buffer.byteOffset, bytesRead)
    const bytes = partial ? Buffer.concat([partial, fresh]) : fresh
    const parsed = parseResponse(bytes)
    if (!parsed) {
      partial = partial ? bytes : Buffer.from(fresh)
      return true
    }
    partial = null
    const answered = waiting
    waiting = null
    answered?.resolve({ status: parsed.status, body: bytes.subarray(parsed.bodyStart) })
    return true
  }

  return new Promise((resolve, reject) => {
    const socket = net.connect({
      host: plan.host,
      port: plan.port,
      noDelay: true,
      // One buffer per connection: reading into it again and again spares an allocation per response.
      onread: { buffer: Buffer.allocUnsafe(READ_BUFFER_BYTES), callback: take },
    })
    const fail = (error: Error) => {
      reject(error)
      waiting?.reject(error)
      waiting = null
    }
    socket.on('error', fail)
    socket.on('close', () => fail(new Error('the server closed a keep-alive connection')))
    socket.once('connect', () =>
      resolve({
        exchange: (request) =>
          new Promise((resolveExchange, rejectExchange) => {
            waiting = { resolve: resolveExchange, reject: rejectExchange }
            if (socket.destroyed) return fail(new Error('the server closed a keep-alive connection'))
            socket.write(request)
          }),
        close: () => socket.destroy(),
      }),
    )
  })
}
