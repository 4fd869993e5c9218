// `npm run bench:sessions`: what a call to another lane costs beside the same call on one lane, and what lanes that take no part feel of it.
// Owns the rows and their order; the load is counter-calls.ts, the clock measure.ts, lanes that take no part third-lane.ts.
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
import { connectionPlans } from './payments.js'
import { machine, markdownText, sampleText, summarize, tableText, type Line } from './report.js'
import { startParalane } from './target-paralane.js'
import type { Target } from './target.js'
import { thirdInWindows, thirdPaced, windowsText, type ThirdLaneBench, type Windows, type Work } from './third-lane.js'

const CHAIN_IDS = [77060, 77061, 77062, 77063, 77064]
/** Instant lanes: no waiting for a clock is in the latencies. */
const CONFIG = CHAIN_IDS.map((chainId) => `[[lanes]]\nchainId = ${chainId}\nname = "bench${chainId}"\nproduction = "instant"\n`).join('\n')
/** Of the third lane: a minute of a lane's time. */
const TRANSFERS = 200_000
const COMPUTING_OPERATIONS = 6_000
/** Of them, in the round that does not count. */
const WARM_UP_SHARE = 0.4
/** How long the third lane is loaded where it has time left. */
const PACED_SECONDS = 5
/** One at a time: a session's CPU time falls for thousands of them, while V8 compiles what each takes only once. */
const LONE_WARM_UP_CALLS = 5_000

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
      for (const row of windowRows(bench, run < 0 ? WARM_UP_SHARE : 1).filter(({ name }) => wanted.test(name))) {
        const of = await Promise.race([interrupted, row.measured()])
        for (const line of windowsText(of)) console.log(`${label} ${line}`)
        if (run >= 0) windows.push(...of)
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

/** Of a counter on the lane `far`, by way of `near`; or on `near` itself. */
type Calls = { near: Lane; far: Lane | null; calls: number }

type Row<Of> = { name: string; measured: () => Promise<Of> }

function sampleRows(bench: Bench): Row<Sample>[] {
  const { a, b, c, d } = bench.lanes
  const row = <T>(name: string, measured: (bench: Bench, row: string, of: T) => Promise<Sample>, of: T): Row<Sample> => ({
    name,
    measured: () => measured(bench, name, of),
  })
  const third = { perSecond: bench.thirdRate, seconds: PACED_SECONDS }
  const calls = Math.max(1, Math.floor(bench.count / 4))
  return [
    row('local call, latency', oneByOne, { near: a, far: null, calls }),
    row('cross-lane, latency', oneByOne, { near: a, far: b, calls }),
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

/** `share`: of the third lane's work. */
function windowRows(bench: Bench, share: number): Row<Windows[]>[] {
  const { rate, lanes } = bench
  const works: [string, Work][] = [
    ['own core', { kind: 'computing', operations: COMPUTING_OPERATIONS * share, ownCore: true }],
    ['computing', { kind: 'computing', operations: COMPUTING_OPERATIONS * share, ownCore: false }],
    ['transfers', { kind: 'transfers', operations: TRANSFERS * share, ownCore: false }],
  ]
  return works.flatMap(([what, work]) =>
    [rate, null].map((perSecond) => {
      const name = `third lane, ${what}, ${perSecond === null ? 'full load' : `${perSecond}/s`}`
      return { name, measured: () => thirdInWindows(bench, name, work, { far: lanes.b, perSecond }) }
    }),
  )
}

/** Lanes that have run little code are slow for minutes when calls come rarely: all have done sessions and calls of their own before anything counts. */
async function warmUp(bench: Bench): Promise<void> {
  const { a, b, c, d } = bench.lanes
  const pairs: [Lane, Lane | null][] = [[a, b], [c, d], [a, null], [b, null], [c, null], [d, null]] // prettier-ignore
  for (const pair of pairs) await throughput(bench, `warm-up ${pair.map((lane) => lane?.url.pathname ?? '').join('')}`, [pair])
  for (const far of [b, null]) await oneByOne(bench, `slow warm-up ${far?.url.pathname ?? ''}`, { near: a, far, calls: LONE_WARM_UP_CALLS })
}

/** One sender, one call at a time, from sending it to holding its receipt. */
async function oneByOne({ generator, target, seed }: Bench, row: string, { near, far, calls }: Calls): Promise<Sample> {
  const load = await prepareCounterCalls({ near, far, seed, scope: row, senders: 1, perSender: calls })
  const job = { connections: connectionPlans(load, 'each'), pollDelayMsMax: 0 }
  const sample = await measure(generator, { row, target, operations: calls, job, latency: 'settle' })
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
