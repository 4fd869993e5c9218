// `npm run bench:seal`: how long a Seal takes after its cycle closed, and what sealing costs, with four Buddies in the gateway.
// Owns the rows; the gateway is started by target-paralane.ts. Lanes make empty blocks by the clock: what is measured is sealing, not execution.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { cpuTimeUs } from './process-cpu.js'
import { machine } from './report.js'
import { startParalane } from './target-paralane.js'

const CHAIN_IDS = [77070, 77071, 77072, 77073]
const LANES = CHAIN_IDS.map(
  (chainId) => `[[lanes]]\nchainId = ${chainId}\nname = "bench${chainId}"\nblockTimeMs = 250\nquietAfterBlocks = 1000000\n`,
).join('\n')
/** Long enough that none ends while this measures. */
const NEVER_MS = 86_400_000
const WARM_UP_MS = 5_000
const HISTOGRAM = 'paralane_hyper_seal_seconds'

type Run = { seals: number; p50Ms: number; p99Ms: number; cpuShare: number }

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } })
  const seconds = Number(values.seconds)
  const idle = await run('periodMs = ' + NEVER_MS + '\nheartbeatMs = 0', seconds)
  const sealing = await run('periodMs = 500', seconds)
  const { cpu, cores, node, date } = machine()
  console.log(`${cpu}, ${cores} cores, Node ${node}, ${date}`)
  console.log(`four lanes of 250 ms, four Buddies, ${seconds} s each:`)
  console.log(`  period 500 ms: ${sealing.seals} Seals, after the close of the cycle p50 ${ms(sealing.p50Ms)}, p99 ${ms(sealing.p99Ms)}`)
  console.log(`  CPU of the whole process: ${percent(sealing.cpuShare)} of a core, ${percent(idle.cpuShare)} without sealing`)
  console.log(`  so sealing takes ${percent(sealing.cpuShare - idle.cpuShare)} of a core`)
}

async function run(hyper: string, seconds: number): Promise<Run> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-seal-'))
  const config = path.join(folder, 'paralane.toml')
  writeFileSync(config, `[hyper]\n${hyper}\n${LANES}`)
  const target = await startParalane({ lanes: CHAIN_IDS.map(String), profileFolder: null, extraArgs: ['--config', config] })
  try {
    const metrics = new URL('/metrics', target.lanes[0]?.url)
    await wait(WARM_UP_MS)
    const before = await readBuckets(metrics)
    const cpuBefore = cpuTimeUs(target.pids) ?? NaN
    const startMs = performance.now()
    await wait(seconds * 1_000)
    const elapsedUs = (performance.now() - startMs) * 1_000
    const cpuShare = ((cpuTimeUs(target.pids) ?? NaN) - cpuBefore) / elapsedUs
    const buckets = (await readBuckets(metrics)).map(({ le, count }, i) => ({ le, count: count - (before[i]?.count ?? 0) }))
    return { seals: buckets.at(-1)?.count ?? 0, p50Ms: quantile(buckets, 0.5) * 1_000, p99Ms: quantile(buckets, 0.99) * 1_000, cpuShare }
  } finally {
    await target.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Bucket = { le: number; count: number }

/** Cumulative, in the order of Prometheus' text. */
async function readBuckets(metrics: URL): Promise<Bucket[]> {
  const text = await (await fetch(metrics)).text()
  const lines = text.matchAll(new RegExp(`^${HISTOGRAM}_bucket\\{le="([^"]+)"\\} (\\d+)$`, 'gm'))
  return Array.from(lines, ([, le, count]) => ({ le: Number(le === '+Inf' ? Infinity : le), count: Number(count) }))
}

/** As Prometheus' histogram_quantile: linear within the bucket. */
function quantile(buckets: readonly Bucket[], share: number): number {
  const rank = share * (buckets.at(-1)?.count ?? 0)
  const i = buckets.findIndex(({ count }) => count >= rank)
  const [below, at] = [buckets[i - 1] ?? { le: 0, count: 0 }, buckets[i]]
  if (at === undefined || at.count === below.count) return NaN
  return at.le === Infinity ? below.le : below.le + ((at.le - below.le) * (rank - below.count)) / (at.count - below.count)
}

function wait(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs))
}

const ms = (value: number): string => `${value.toFixed(1)} ms`
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

await main()
