// `npm run bench:sessions`: what a call to another lane costs beside the same call on one lane, and what lanes that take no part feel of it.
// Owns the rows and their order; the load is counter-calls.ts, the clock measure.ts.
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { checkCounterCalls, prepareCounterCalls, type CounterCalls } from './counter-calls.js'
import { Generator } from './generator.js'
import type { Lane } from './lane.js'
import { profileText } from './profile-summary.js'
import { measure, POLL_DELAY_MS_MAX, type Sample } from './measure.js'
import { checkPayments, connectionPlans, pacedPlans, preparePayments } from './payments.js'
import { machine, markdownText, sampleText, summarize, tableText, type Line } from './report.js'
import { median } from './statistics.js'
import { startParalane } from './target-paralane.js'
import type { Target } from './target.js'

const CHAIN_IDS = [77060, 77061, 77062, 77063, 77064]
/** Instant lanes: no waiting for a clock is in the latencies. */
const CONFIG = CHAIN_IDS.map((chainId) => `[[lanes]]\nchainId = ${chainId}\nname = "bench${chainId}"\nproduction = "instant"\n`).join('\n')
/** How much longer the background load lasts than the lane takes alone, so that it is there until the end. */
const BACKGROUND_FACTOR = 1.7
/** Transfers per transaction of the other rows: some seconds of a lane's time. */
const THIRD_FACTOR = 8
/** How long the third lane is loaded where it has time left. */
const PACED_SECONDS = 5
const THIRD_ALONE = 'third lane, alone'
/** More than lanes can do here, so that a load without a rate lasts long enough. */
const FULL_LOAD_PER_SECOND = { sessions: 600, local: 2_500 }

type Lanes = { a: Lane; b: Lane; c: Lane; d: Lane; untouched: Lane }
type Bench = {
  target: Target
  lanes: Lanes
  generator: Generator
  background: Generator
  seed: string
  count: number
  senders: number
  rate: number
  aloneMs: number
  thirds: number
  /** Transfers per second of the third lane where it has time left. */
  thirdRate: number
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '3' },
      count: { type: 'string', default: '2000' },
      senders: { type: 'string', default: '32' },
      /** Sessions per second beside the third lane: well below what two lanes can do. */
      rate: { type: 'string', default: '25' },
      /** Transfers per second of the third lane in the rows that do not load it fully. */
      'third-rate': { type: 'string', default: '1200' },
      seed: { type: 'string', default: randomBytes(8).toString('hex') },
      markdown: { type: 'boolean', default: false },
      /** Only rows whose name matches. */
      rows: { type: 'string', default: '' },
      'cpu-profile': { type: 'string' },
    },
  })
  const [runs, count, senders, rate] = [values.runs, values.count, values.senders, values.rate].map(Number) as [number, number, number, number]
  const wanted = new RegExp(values.rows)
  const profileFolder = values['cpu-profile'] === undefined ? null : path.resolve(values['cpu-profile'])
  if (profileFolder !== null) mkdirSync(profileFolder, { recursive: true })
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-sessions-'))
  const config = path.join(folder, 'paralane.toml')
  writeFileSync(config, CONFIG)
  const generators = [new Generator(), new Generator()] as const
  let target: Target | undefined
  // An exception, so that what was started is stopped.
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Error(signal)))
  })
  try {
    target = await startParalane({ lanes: CHAIN_IDS.map(String), profileFolder, extraArgs: ['--config', config] })
    const [a, b, c, d, untouched] = target.lanes as [Lane, Lane, Lane, Lane, Lane]
    console.log(`seed ${values.seed}; ${JSON.stringify(machine())}`)
    const samples: Sample[] = []
    // The first round does not count.
    for (let run = -1; run < runs; run++) {
      const bench: Bench = {
        target,
        lanes: { a, b, c, d, untouched },
        generator: generators[0],
        background: generators[1],
        seed: `${values.seed}/${run}`,
        count,
        senders,
        rate,
        aloneMs: NaN,
        thirds: 0,
        thirdRate: Number(values['third-rate']),
      }
      if (run < 0) await warmUp(bench)
      for (const row of rows(bench).filter(({ name }) => wanted.test(name))) {
        const sample = await Promise.race([interrupted, row.measured()])
        console.log(`${(run < 0 ? 'warm-up' : `run ${run + 1}`).padEnd(8)} ${sampleText(sample)}`)
        if (run >= 0) samples.push(sample)
      }
    }
    const lines = summarize(samples, 'paralane')
    const settings = `${runs} runs after a warm-up, ${count} transactions, ${senders} senders, seed ${values.seed}`
    console.log(`\n${values.markdown ? markdownText(lines, machine(), settings) : tableText(lines)}`)
    for (const line of conclusions(lines, samples, rate)) console.log(line)
  } finally {
    await Promise.all([...generators.map((generator) => generator.close()), target?.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
  if (profileFolder !== null) console.log(`\n${profileText([profileFolder])}`)
}

type Row = { name: string; measured: () => Promise<Sample> }

function rows(bench: Bench): Row[] {
  const { a, b, c, d } = bench.lanes
  const row = <T>(name: string, measured: (bench: Bench, row: string, of: T) => Promise<Sample>, of: T): Row => ({
    name,
    measured: () => measured(bench, name, of),
  })
  return [
    row('local call, latency', latency, { near: a, far: null }),
    row('cross-lane, latency', latency, { near: a, far: b }),
    row('local calls, 1 lane', throughput, [[a, null]]),
    row('sessions, 2 lanes', throughput, [[a, b]]),
    row('sessions, 4 lanes', throughput, [
      [a, b],
      [c, d],
    ]),
    row(THIRD_ALONE, third, { beside: null, perSecond: null }),
    row('third, paced sessions', third, { beside: { far: b, perSecond: bench.rate }, perSecond: null }),
    row(THIRD_ALONE, third, { beside: null, perSecond: null }),
    row('third, paced local', third, { beside: { far: null, perSecond: bench.rate }, perSecond: null }),
    row('third, session load', third, { beside: { far: b, perSecond: null }, perSecond: null }),
    row('third, local load', third, { beside: { far: null, perSecond: null }, perSecond: null }),
    row('paced third, alone', third, { beside: null, perSecond: bench.thirdRate }),
    row('paced third, paced sessions', third, { beside: { far: b, perSecond: bench.rate }, perSecond: bench.thirdRate }),
    row('paced third, session load', third, { beside: { far: b, perSecond: null }, perSecond: bench.thirdRate }),
  ]
}

/** Lanes that have run little code are slow for minutes when calls come rarely: all have done sessions and calls of their own before anything counts. */
async function warmUp(bench: Bench): Promise<void> {
  const { a, b, c, d } = bench.lanes
  const pairs: [Lane, Lane | null][] = [[a, b], [c, d], [a, null], [b, null], [c, null], [d, null]] // prettier-ignore
  for (const pair of pairs) await throughput(bench, `warm-up ${pair.map((lane) => lane?.url.pathname ?? '').join('')}`, [pair])
}

/** One sender, one call at a time, from sending it to holding its receipt. */
async function latency({ generator, target, seed, count }: Bench, row: string, { near, far }: { near: Lane; far: Lane | null }): Promise<Sample> {
  const perSender = Math.max(1, Math.floor(count / 4))
  const load = await prepareCounterCalls({ near, far, seed, scope: row, senders: 1, perSender })
  const job = { connections: connectionPlans(load, 'each'), pollDelayMsMax: 0 }
  const sample = await measure(generator, { row, target, operations: perSender, job, latency: 'settle' })
  await checkCounterCalls(load)
  return sample
}

/** All senders together use the pairs of lanes, evenly. */
async function throughput(bench: Bench, row: string, pairs: [Lane, Lane | null][]): Promise<Sample> {
  const senders = Math.floor(bench.senders / pairs.length)
  const perSender = Math.floor(bench.count / bench.senders)
  const loads: CounterCalls[] = []
  for (const [near, far] of pairs) loads.push(await prepareCounterCalls({ near, far, seed: bench.seed, scope: row, senders, perSender }))
  const sample = await measure(bench.generator, {
    row,
    target: bench.target,
    operations: senders * perSender * pairs.length,
    job: { connections: loads.flatMap((load) => connectionPlans(load, 'last')), pollDelayMsMax: POLL_DELAY_MS_MAX },
    latency: 'request',
  })
  for (const load of loads) await checkCounterCalls(load)
  return sample
}

/** Beside what: calls of a counter on another lane than their own (`far`) or on their own; null: as many as can be. */
type Beside = { far: Lane | null; perSecond: number | null }

/** `perSecond`: transfers of the third lane; null: as many as it can take. */
type Third = { beside: Beside | null; perSecond: number | null }

/** Native transfers on a lane that no session touches, while `beside` keeps others busy. */
async function third(bench: Bench, row: string, { beside, perSecond }: Third): Promise<Sample> {
  const { lanes, generator, target, seed, count, senders } = bench
  const perSender = perSecond === null ? Math.floor((THIRD_FACTOR * count) / senders) : Math.ceil((perSecond * PACED_SECONDS) / senders)
  // One row comes twice, and its senders are others then.
  const scope = `${row}/${bench.thirds++}`
  const payments = await preparePayments(lanes.untouched, { kind: 'native', seed, scope, senders, perSender })
  const operations = senders * perSender
  const connections = perSecond === null ? connectionPlans(payments, 'last') : pacedPlans(payments, 'last', perSecond)
  const foreground = { row, target, operations, job: { connections, pollDelayMsMax: POLL_DELAY_MS_MAX }, latency: 'request' } as const
  const lastsMs = perSecond === null ? bench.aloneMs : PACED_SECONDS * 1_000
  const loaded = beside === null ? null : await busy(bench, row, beside, lastsMs)
  const [sample, others] = await Promise.all([measure(generator, foreground), loaded?.run()])
  if (others !== undefined && others.elapsedMs < sample.elapsedMs)
    throw new Error(`${row}: the other lanes were busy for ${others.elapsedMs} of ${sample.elapsedMs} ms only`)
  await Promise.all([checkPayments(payments), loaded?.check()])
  if (row === THIRD_ALONE) bench.aloneMs = sample.elapsedMs
  return sample
}

/** A load of two lanes, or of one, that is still there when the third lane is done. */
async function busy(bench: Bench, row: string, { far, perSecond }: Beside, lastsMs: number) {
  const { lanes, background, target, seed, senders } = bench
  const wanted = ((perSecond ?? FULL_LOAD_PER_SECOND[far === null ? 'local' : 'sessions']) * BACKGROUND_FACTOR * lastsMs) / 1_000
  const perSender = Math.ceil(wanted / senders)
  const load = await prepareCounterCalls({ near: lanes.a, far, seed, scope: row, senders, perSender })
  const connections = perSecond === null ? connectionPlans(load, 'last') : pacedPlans(load, 'last', perSecond)
  const job = { connections, pollDelayMsMax: POLL_DELAY_MS_MAX }
  return {
    run: () => measure(background, { row, target, operations: perSender * senders, job, latency: 'request' }),
    check: () => checkCounterCalls(load),
  }
}

/** What was measured, in sentences; of rows that were left out nothing. */
function conclusions(lines: readonly Line[], samples: readonly Sample[], rate: number): string[] {
  const of = (row: string): Line | undefined => lines.find((one) => one.row === row)
  const [local, cross] = [of('local call, latency'), of('cross-lane, latency')]
  const [two, four, calls] = [of('sessions, 2 lanes'), of('sessions, 4 lanes'), of('local calls, 1 lane')]
  const perSecond = (line: Line): string => Math.round(line.perSecond ?? 0).toString()
  const beside = (what: string, row: string): string[] => {
    const losses = lossesBeside(samples, row)
    if (losses.length === 0) return []
    const [low, mid, high] = [Math.min(...losses), median(losses), Math.max(...losses)].map((loss) => (100 * loss).toFixed(1))
    return [`a third lane at full load loses ${mid} % beside ${what} (single runs ${low} to ${high} %)`]
  }
  return [
    ...(local && cross
      ? [
          `send to receipt: local p50 ${local.p50Ms.toFixed(1)} p99 ${local.p99Ms.toFixed(1)} ms, cross-lane p50 ${cross.p50Ms.toFixed(1)} p99 ${cross.p99Ms.toFixed(1)} ms`,
        ]
      : []),
    ...(two && four && calls
      ? [`sessions per second: ${perSecond(two)} over 2 lanes, ${perSecond(four)} over 4; local calls on one lane ${perSecond(calls)}`]
      : []),
    ...beside(`${rate} sessions per second`, 'third, paced sessions'),
    ...beside(`${rate} local calls per second`, 'third, paced local'),
    ...beside('all the sessions that two lanes can do', 'third, session load'),
    ...beside('all the local calls that a lane can do', 'third, local load'),
    ...pacedText(lines),
    `all share ${machine().cores} cores with the load generators`,
  ]
}

/** A lane with time left keeps its rate; what it feels is in its answers. */
function pacedText(lines: readonly Line[]): string[] {
  const paced = lines.filter(({ row }) => row.startsWith('paced third'))
  return paced.map(
    ({ row, perSecond, p50Ms, p99Ms }) =>
      `${row}: ${Math.round(perSecond ?? 0)} transfers per second, answered in p50 ${p50Ms.toFixed(1)} p99 ${p99Ms.toFixed(1)} ms`,
  )
}

/** Each run by itself against the lane alone in the same run, before and after: what disturbs a machine changes from minute to minute. */
function lossesBeside(samples: readonly Sample[], row: string): number[] {
  const rates = (of: string): number[] => samples.filter((sample) => sample.row === of).map(({ perSecond }) => perSecond ?? 0)
  const alone = rates(THIRD_ALONE)
  const beside = rates(row)
  const perRun = alone.length / beside.length
  return beside.map((rate, run) => 1 - (rate * perRun) / alone.slice(run * perRun, (run + 1) * perRun).reduce((sum, one) => sum + one, 0))
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
