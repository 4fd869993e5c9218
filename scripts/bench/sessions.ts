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
import { checkPayments, connectionPlans, preparePayments } from './payments.js'
import { machine, markdownText, sampleText, summarize, tableText, type Line } from './report.js'
import { startParalane } from './target-paralane.js'
import type { Target } from './target.js'

const CHAIN_IDS = [77060, 77061, 77062, 77063, 77064]
/** Instant lanes: no waiting for a clock is in the latencies. */
const CONFIG = CHAIN_IDS.map((chainId) => `[[lanes]]\nchainId = ${chainId}\nname = "bench${chainId}"\nproduction = "instant"\n`).join('\n')
/** How much larger the background load is, so that it lasts until the measured one ends. */
const BACKGROUND_FACTOR = 4

type Lanes = { a: Lane; b: Lane; c: Lane; d: Lane; untouched: Lane }
type Bench = { target: Target; lanes: Lanes; generator: Generator; background: Generator; seed: string; count: number; senders: number }

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '3' },
      count: { type: 'string', default: '2000' },
      senders: { type: 'string', default: '32' },
      seed: { type: 'string', default: randomBytes(8).toString('hex') },
      markdown: { type: 'boolean', default: false },
      /** Only rows whose name holds this text; without the conclusions, which need all. */
      rows: { type: 'string', default: '' },
      'cpu-profile': { type: 'string' },
    },
  })
  const [runs, count, senders] = [values.runs, values.count, values.senders].map(Number) as [number, number, number]
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
    // The first round warms all lanes up and does not count.
    for (let run = -1; run < runs; run++) {
      const bench: Bench = {
        target,
        lanes: { a, b, c, d, untouched },
        generator: generators[0],
        background: generators[1],
        seed: `${values.seed}/${run}`,
        count,
        senders,
      }
      for (const row of rows(bench).filter(({ name }) => name.includes(values.rows))) {
        const sample = await Promise.race([interrupted, row.measured()])
        console.log(`${(run < 0 ? 'warm-up' : `run ${run + 1}`).padEnd(8)} ${sampleText(sample)}`)
        if (run >= 0) samples.push(sample)
      }
    }
    const lines = summarize(samples, 'paralane')
    const settings = `${runs} runs after a warm-up, ${count} transactions, ${senders} senders, seed ${values.seed}`
    console.log(`\n${values.markdown ? markdownText(lines, machine(), settings) : tableText(lines)}`)
    if (values.rows === '') console.log(`\n${conclusions(lines)}`)
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
    row('third lane, alone', third, null),
    row('third, 1 local caller', third, { far: null, senders: 1 }),
    row('third, 1 session caller', third, { far: b, senders: 1 }),
    row('third, local load', third, { far: null, senders: bench.senders }),
    row('third, session load', third, { far: b, senders: bench.senders }),
  ]
}

/** One sender, one call at a time, from sending it to holding its receipt. */
async function latency({ generator, target, seed, count }: Bench, row: string, { near, far }: { near: Lane; far: Lane | null }): Promise<Sample> {
  const perSender = Math.max(1, Math.floor(count / 10))
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

/** Native transfers on a lane that no session touches, while `beside` keeps others busy. */
async function third(bench: Bench, row: string, beside: { far: Lane | null; senders: number } | null): Promise<Sample> {
  const { lanes, generator, background, target, seed, count, senders } = bench
  const perSender = Math.floor((2 * count) / senders)
  const payments = await preparePayments(lanes.untouched, { kind: 'native', seed, scope: row, senders, perSender })
  const foreground = {
    row,
    target,
    operations: senders * perSender,
    job: { connections: connectionPlans(payments, 'last'), pollDelayMsMax: POLL_DELAY_MS_MAX },
    latency: 'request',
  } as const
  if (beside === null) {
    const sample = await measure(generator, foreground)
    await checkPayments(payments)
    return sample
  }
  const calls = Math.floor((BACKGROUND_FACTOR * count) / senders)
  const load = await prepareCounterCalls({ near: lanes.a, far: beside.far, seed, scope: row, senders: beside.senders, perSender: calls })
  const job = { connections: connectionPlans(load, 'last'), pollDelayMsMax: POLL_DELAY_MS_MAX }
  const busy = measure(background, { row, target, operations: calls * beside.senders, job, latency: 'request' })
  const [sample, { elapsedMs }] = await Promise.all([measure(generator, foreground), busy])
  if (elapsedMs < sample.elapsedMs) throw new Error(`${row}: the other lanes were busy for ${elapsedMs} of ${sample.elapsedMs} ms only`)
  await Promise.all([checkPayments(payments), checkCounterCalls(load)])
  return sample
}

/** The questions that the rows answer, from their medians. */
function conclusions(lines: readonly Line[]): string {
  const of = (row: string): Line => {
    const line = lines.find((one) => one.row === row)
    if (line === undefined) throw new Error(`no row ${row}`)
    return line
  }
  const rate = (row: string): number => of(row).perSecond ?? 0
  const lost = (beside: string): string => `${(100 * (1 - rate(beside) / rate('third lane, alone'))).toFixed(1)} %`
  const [local, cross] = [of('local call, latency'), of('cross-lane, latency')]
  return [
    `send to receipt: local p50 ${local.p50Ms.toFixed(1)} p99 ${local.p99Ms.toFixed(1)} ms, cross-lane p50 ${cross.p50Ms.toFixed(1)} p99 ${cross.p99Ms.toFixed(1)} ms`,
    `sessions per second: ${Math.round(rate('sessions, 2 lanes'))} over 2 lanes, ${Math.round(rate('sessions, 4 lanes'))} over 4; local calls ${Math.round(rate('local calls, 1 lane'))}`,
    `a third lane loses ${lost('third, 1 session caller')} beside one session caller (${lost('third, 1 local caller')} beside one local caller)`,
    `a third lane loses ${lost('third, session load')} beside a full session load (${lost('third, local load')} beside a full local load); all share ${machine().cores} cores`,
  ].join('\n')
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
