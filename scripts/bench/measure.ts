// One measured run: plays a job in the generator, with the server's CPU time read at both ends of the clock.
// Owns the shape of a sample; does not know scenarios or checks.
import type { Generator } from './generator.js'
import type { Job, JobResult } from './job.js'
import { cpuTimeUs, machineCpuUs } from './process-cpu.js'
import type { Target } from './target.js'

/** A pool of thousands is mined in a second; a server whose pool does not move for so long has stopped mining. */
export const SETTLE_DEADLINE_MS = 5_000
/** Pause between two receipt polls of one connection when throughput is measured: at most 20 ms late in seconds of run. */
export const POLL_DELAY_MS_MAX = 20

/** `row` names what was measured within a scenario; `operations` are transactions or calls. */
export type Sample = {
  row: string
  target: string
  operations: number
  elapsedMs: number
  /** Done to the end: with its receipt, where the job asks for one. null: some never were. */
  perSecond: number | null
  /** Answered, whether or not a block held it then. */
  answeredPerSecond: number
  serverCpuUs: number | null
  generatorCpuUs: number
  /** Cores that neither server nor generator used but somebody else did: what disturbed the run. */
  othersCores: number | null
  p50Ms: number
  p99Ms: number
  /** Begin and end of the clock, microseconds of the system's monotonic time, as CPU profiles have it. */
  window: [number, number]
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
  let machineBefore: number | null = null
  let startUs = 0
  const result = await generator.run({ ...job, settleDeadlineMs: SETTLE_DEADLINE_MS }, () => {
    cpuBefore = cpuTimeUs(target.pids)
    machineBefore = machineCpuUs()
    startUs = monotonicUs()
  })
  const machineAfter = machineCpuUs()
  const cpuAfter = cpuTimeUs(target.pids)
  const window: [number, number] = [startUs, monotonicUs()]
  if (result.errors > 0) {
    throw new Error(`${result.errors} of ${result.requests} requests failed: ${result.errorSamples.join(' | ')}`)
  }
  const quantiles = latencyOf(result, options.latency)
  const own = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore
  return {
    row,
    target: target.name,
    operations,
    elapsedMs: result.elapsedMs,
    perSecond: result.unsettled > 0 ? null : (operations * 1000) / result.elapsedMs,
    answeredPerSecond: (operations * 1000) / result.answeredMs,
    serverCpuUs: own === null ? null : own / operations,
    generatorCpuUs: result.cpuUs / (result.requests + result.polls),
    othersCores:
      own === null || machineBefore === null || machineAfter === null
        ? null
        : Math.max(0, machineAfter - machineBefore - own - result.cpuUs) / (window[1] - window[0]),
    p50Ms: quantiles.p50,
    p99Ms: quantiles.p99,
    window,
  }
}

function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1_000n)
}

function latencyOf(result: JobResult, kind: MeasureOptions['latency']) {
  if (kind === 'request') return result.requestMs
  if (!result.settleMs) throw new Error('no step of this job waited for a receipt')
  return result.settleMs
}
