// One measured run: plays a job in the generator, with the server's CPU time read at both ends of the clock.
// Owns the shape of a sample; does not know scenarios or checks.
import type { Generator } from './generator.js'
import type { Job, JobResult } from './job.js'
import { cpuTimeUs } from './process-cpu.js'
import type { Target } from './target.js'

/** A pool of thousands is mined in a few seconds; what has no receipt by then never gets one. */
const SETTLE_DEADLINE_MS = 15_000
/** Pause between two receipt polls of one connection when throughput is measured: at most 20 ms late in seconds of run. */
export const POLL_DELAY_MS_MAX = 20

/** `row` names what was measured within a scenario; `operations` are transactions or calls. */
export type Sample = {
  row: string
  target: string
  operations: number
  elapsedMs: number
  perSecond: number
  serverCpuUs: number | null
  generatorCpuUs: number
  p50Ms: number
  p99Ms: number
}

export type MeasureOptions = {
  row: string
  target: Target
  operations: number
  job: Omit<Job, 'settleDeadlineMs'>
  /** Whose latency the sample shows: the request's own, or until the receipt. */
  latency: 'request' | 'settle'
}

export async function measure(generator: Generator, options: MeasureOptions): Promise<Sample> {
  const { row, target, operations, job } = options
  let cpuBefore: number | null = null
  const result = await generator.run({ ...job, settleDeadlineMs: SETTLE_DEADLINE_MS }, () => {
    cpuBefore = cpuTimeUs(target.pids)
  })
  const cpuAfter = cpuTimeUs(target.pids)
  if (result.errors > 0) {
    throw new Error(`${result.errors} of ${result.requests} requests failed: ${result.errorSamples.join(' | ')}`)
  }
  const quantiles = latencyOf(result, options.latency)
  return {
    row,
    target: target.name,
    operations,
    elapsedMs: result.elapsedMs,
    perSecond: (operations * 1000) / result.elapsedMs,
    serverCpuUs: cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / operations,
    generatorCpuUs: result.cpuUs / (result.requests + result.polls),
    p50Ms: quantiles.p50,
    p99Ms: quantiles.p99,
  }
}

function latencyOf(result: JobResult, kind: MeasureOptions['latency']) {
  if (kind === 'request') return result.requestMs
  if (!result.settleMs) throw new Error('no step of this job waited for a receipt')
  return result.settleMs
}
