// `npm run bench:sessions`: what a call to another lane costs beside the same call on one lane, and what lanes that take no part feel of it.
// Owns the rows and their order; the load is counter-calls.ts, the clock measure.ts, lanes that take no part third-lane.ts.
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { checkCounterCalls, prepareCounterCalls, type CounterCalls } from './counter-calls.js'
import { Generator } from './generator.js'
import type { ConnectionPlan } from './job.js'
import type { Lane } from './lane.js'
import { profileText } from './profile-summary.js'
import { measure, POLL_DELAY_MS_MAX, type Sample } from './measure.js'
import { connectionPlans, pacedPlans } from './payments.js'
import { machine, markdownText, sampleText, summarize, tableText, type Line } from './report.js'
import { startParalane } from './target-paralane.js'
import type { Target } from './target.js'
import { thirdInWindows, thirdPaced, windowsText, type Beside, type ThirdLaneBench, type Windows } from './third-lane.js'

const CHAIN_IDS = [77060, 77061, 77062, 77063, 77064]
/** Instant lanes: no waiting for a clock is in the latencies. */
const CONFIG = CHAIN_IDS.map((chainId) => `[[lanes]]\nchainId = ${chainId}\nname = "bench${chainId}"\nproduction = "instant"\n`).join('\n')
/** Of the third lane: half a minute of a lane's time. */
const WORK_OPERATIONS = { transfers: 100_000, computing: 3_000 }
/** How long the third lane is loaded where it has time left. */
const PACED_SECONDS = 5
/** What a session takes only once is compiled for minutes when sessions come rarely. */
const PACED_WARM_UP_SECONDS = 40

type Lanes = { a: Lane; b: Lane; c: Lane; d: Lane }
type Bench = ThirdLaneBench & { lanes: Lanes; count: number; rate: number; thirdRate: number }

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
    const windows: Windows[] = []
    // The first round does not count.
    for (let run = -1; run < runs; run++) {
      const bench: Bench = {
        target,
        lanes: { a, b, c, d },
        near: a,
        untouched,
        generator: generators[0],
        background: generators[1],
        seed: `${values.seed}/${run}`,
        count,
        senders,
        rate,
        thirdRate: Number(values['third-rate']),
      }
      if (run < 0) await warmUp(bench)
      const label = (run < 0 ? 'warm-up' : `run ${run + 1}`).padEnd(8)
      for (const row of sampleRows(bench).filter(({ name }) => wanted.test(name))) {
        const sample = await Promise.race([interrupted, row.measured()])
        console.log(`${label} ${sampleText(sample)}`)
        if (run >= 0) samples.push(sample)
      }
      for (const row of windowRows(bench).filter(({ name }) => wanted.test(name))) {
        const of = await Promise.race([interrupted, row.measured()])
        console.log(`${label} ${windowsText([of]).join('')}`)
        if (run >= 0) windows.push(of)
      }
    }
    const lines = summarize(samples, 'paralane')
    const settings = `${runs} runs after a warm-up, ${count} transactions, ${senders} senders, seed ${values.seed}`
    console.log(`\n${values.markdown ? markdownText(lines, machine(), settings) : tableText(lines)}`)
    for (const line of [...conclusions(lines), ...windowsText(windows), `all share ${machine().cores} cores with the load generators`])
      console.log(line)
  } finally {
    await Promise.all([...generators.map((generator) => generator.close()), target?.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
  if (profileFolder !== null) console.log(`\n${profileText([profileFolder])}`)
}

type Row<Of> = { name: string; measured: () => Promise<Of> }

function sampleRows(bench: Bench): Row<Sample>[] {
  const { a, b, c, d } = bench.lanes
  const row = <T>(name: string, measured: (bench: Bench, row: string, of: T) => Promise<Sample>, of: T): Row<Sample> => ({
    name,
    measured: () => measured(bench, name, of),
  })
  const third = { perSecond: bench.thirdRate, seconds: PACED_SECONDS }
  return [
    row('local call, latency', latency, { near: a, far: null }),
    row('cross-lane, latency', latency, { near: a, far: b }),
    row('local calls, 1 lane', throughput, [[a, null]]),
    row('sessions, 2 lanes', throughput, [[a, b]]),
    row('sessions, 4 lanes', throughput, [
      [a, b],
      [c, d],
    ]),
    row('paced third, alone', thirdPaced, { ...third, beside: null }),
    row('paced third, paced sessions', thirdPaced, { ...third, beside: { far: b, perSecond: bench.rate } }),
    row('paced third, session load', thirdPaced, { ...third, beside: { far: b, perSecond: null } }),
  ]
}

function windowRows(bench: Bench): Row<Windows>[] {
  const { rate, lanes } = bench
  const besides: [string, Beside][] = [
    [`${rate} sessions/s`, { far: lanes.b, perSecond: rate }],
    [`${rate} local calls/s`, { far: null, perSecond: rate }],
    ['session load', { far: lanes.b, perSecond: null }],
    ['local load', { far: null, perSecond: null }],
  ]
  return (['computing', 'transfers'] as const).flatMap((kind) =>
    besides.map(([what, beside]) => {
      const name = `third lane, ${kind}, ${what}`
      return { name, measured: () => thirdInWindows(bench, name, { kind, operations: WORK_OPERATIONS[kind] }, beside) }
    }),
  )
}

/** Lanes that have run little code are slow for minutes when calls come rarely: all have done sessions and calls of their own before anything counts. */
async function warmUp(bench: Bench): Promise<void> {
  const { a, b, c, d } = bench.lanes
  const pairs: [Lane, Lane | null][] = [[a, b], [c, d], [a, null], [b, null], [c, null], [d, null]] // prettier-ignore
  for (const pair of pairs) await throughput(bench, `warm-up ${pair.map((lane) => lane?.url.pathname ?? '').join('')}`, [pair])
  for (const far of [b, null]) await throughput(bench, `slow warm-up ${far?.url.pathname ?? ''}`, [[a, far]], PACED_WARM_UP_SECONDS)
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

/** All senders together use the pairs of lanes, evenly; for so many seconds at the steady rate, or as many transactions as the others do. */
async function throughput(bench: Bench, row: string, pairs: [Lane, Lane | null][], pacedSeconds?: number): Promise<Sample> {
  const senders = Math.floor(bench.senders / pairs.length)
  const perSender = Math.floor((pacedSeconds === undefined ? bench.count : pacedSeconds * bench.rate) / bench.senders)
  const plans = (load: CounterCalls): ConnectionPlan[] =>
    pacedSeconds === undefined ? connectionPlans(load, 'last') : pacedPlans(load, 'last', bench.rate / pairs.length)
  const loads: CounterCalls[] = []
  for (const [near, far] of pairs) loads.push(await prepareCounterCalls({ near, far, seed: bench.seed, scope: row, senders, perSender }))
  const sample = await measure(bench.generator, {
    row,
    target: bench.target,
    operations: senders * perSender * pairs.length,
    job: { connections: loads.flatMap(plans), pollDelayMsMax: POLL_DELAY_MS_MAX },
    latency: 'request',
  })
  for (const load of loads) await checkCounterCalls(load)
  return sample
}

/** What was measured, in sentences; of rows that were left out nothing. */
function conclusions(lines: readonly Line[]): string[] {
  const of = (row: string): Line | undefined => lines.find((one) => one.row === row)
  const [local, cross] = [of('local call, latency'), of('cross-lane, latency')]
  const [two, four, calls] = [of('sessions, 2 lanes'), of('sessions, 4 lanes'), of('local calls, 1 lane')]
  const perSecond = (line: Line): string => Math.round(line.perSecond ?? 0).toString()
  return [
    ...(local && cross
      ? [
          `send to receipt: local p50 ${local.p50Ms.toFixed(1)} p99 ${local.p99Ms.toFixed(1)} ms, cross-lane p50 ${cross.p50Ms.toFixed(1)} p99 ${cross.p99Ms.toFixed(1)} ms`,
        ]
      : []),
    ...(two && four && calls
      ? [`sessions per second: ${perSecond(two)} over 2 lanes, ${perSecond(four)} over 4; local calls on one lane ${perSecond(calls)}`]
      : []),
    ...pacedText(lines),
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

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
