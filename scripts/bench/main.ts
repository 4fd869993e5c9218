// `npm run bench`: starts or attaches the targets, runs the scenarios alternately on each, prints medians and ratios.
// Owns the order of runs and the life of every process it starts.
import { writeFileSync } from 'node:fs'
import { Generator } from './generator.js'
import type { Sample } from './measure.js'
import { parseOptions, USAGE, type Options } from './options.js'
import { profileText } from './profile-summary.js'
import { machine, markdownText, sampleText, summarize, tableText } from './report.js'
import { scenarios, type Run, type ScenarioName } from './scenarios.js'
import { startAnvil } from './target-anvil.js'
import { startParalane } from './target-paralane.js'
import { attach, type Target } from './target.js'

const ANVIL_LANES = 4
/**
 * Tries per run on a target with a known stall (one that has a watch), each on a fresh server.
 * Any other target has one: its failures are the result.
 */
const TRIES_MAX = 4

type Failure = { scenario: ScenarioName; target: string; run: number; message: string }
type Outcome = { samples: Sample[]; failures: Failure[] }
/** `target` is replaced when its server was started by us and a run failed on it. */
type Slot = { target: Target; reopen: (() => Promise<Target>) | null }

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) return console.log(USAGE)
  const slots: Slot[] = []
  const generator = new Generator()
  const interrupted = new Promise<never>((_, reject) => {
    process.once('SIGINT', () => reject(new Error('interrupted')))
    process.once('SIGTERM', () => reject(new Error('terminated')))
  })
  let outcome: Outcome
  try {
    outcome = await Promise.race([interrupted, measureAll(options, slots, generator)])
  } finally {
    await Promise.all([generator.close(), ...slots.map(({ target }) => target.stop())])
  }
  report(
    options,
    slots.map(({ target }) => target.name),
    outcome,
  )
}

async function measureAll(options: Options, slots: Slot[], generator: Generator): Promise<Outcome> {
  await openTargets(options, slots)
  console.log(`seed ${options.seed}; ${JSON.stringify(machine())}`)
  const outcome: Outcome = { samples: [], failures: [] }
  for (const scenario of options.scenarios) {
    for (let run = -options.warmup; run < options.runs; run++) {
      for (const slot of slots) {
        const triesMax = slot.target.watch ? TRIES_MAX : 1
        for (let attempt = 1; attempt <= triesMax; attempt++) {
          const samples = await tryRun({ scenario, run, attempt }, { options, slot, generator, failures: outcome.failures })
          if (!samples) continue
          if (run >= 0) outcome.samples.push(...samples)
          break
        }
      }
    }
  }
  return outcome
}

type RunId = { scenario: ScenarioName; run: number; attempt: number }
type RunOn = { options: Options; slot: Slot; generator: Generator; failures: Failure[] }

/** One run with its check; null, recorded and on a fresh server afterwards, when it failed. */
async function tryRun({ scenario, run, attempt }: RunId, on: RunOn): Promise<Sample[] | null> {
  const { slot, generator, failures } = on
  const { target } = slot
  const { seed, senders, count } = on.options
  const label = (run >= 0 ? `run ${run + 1}` : 'warm-up').padEnd(8)
  const scope = `${target.name}/${scenario}/${run}/${attempt}`
  try {
    const { samples, stalls } = await runScenario(scenario, { generator, target, seed, scope, senders, count })
    for (const sample of samples) console.log(`${label} ${sampleText(sample)}`)
    if (stalls > 0) console.log(`         ${target.name} stopped mining ${stalls} times and was told to go on`)
    return samples
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    console.log(`${label} ${scenario} ${target.name} FAILED: ${message}`)
    failures.push({ scenario, target: target.name, run, message })
    if (slot.reopen) {
      await target.stop()
      slot.target = await slot.reopen()
    }
    return null
  }
}

async function runScenario(scenario: ScenarioName, run: Run): Promise<{ samples: Sample[]; stalls: number }> {
  const watch = run.target.watch?.() ?? null
  let samples: Sample[]
  let stalls = 0
  try {
    samples = await scenarios[scenario](run)
  } finally {
    stalls = (await watch?.stop()) ?? 0
  }
  return { samples, stalls }
}

/** Fills `slots` one by one, so that those already started are stopped when a later one does not come up. */
async function openTargets(options: Options, slots: Slot[]): Promise<void> {
  if (options.anvil) {
    const processes = options.scenarios.includes('lanes') ? ANVIL_LANES : 1
    const reopen = () => startAnvil({ processes, extraArgs: options.anvilArgs })
    slots.push({ target: await reopen(), reopen })
  }
  if (options.paralane) {
    const { lanes, profileFolder, paralaneArgs } = options
    const reopen = () => startParalane({ lanes, profileFolder, extraArgs: paralaneArgs })
    slots.push({ target: await reopen(), reopen })
  }
  for (const spec of options.targets) slots.push({ target: await attach(spec, options.pids), reopen: null })
}

function report(options: Options, names: string[], { samples, failures }: Outcome): void {
  const lines = summarize(samples, names.includes('anvil') ? 'anvil' : names[0]!)
  const about = machine()
  const settings = `${options.runs} alternating runs after ${options.warmup} warm-up, ${options.count} transactions, ${options.senders} senders, seed ${options.seed}`
  console.log(`\n${options.markdown ? markdownText(lines, about, settings) : tableText(lines)}`)
  if (options.profileFolder) console.log(`\n${profileText(options.profileFolder)}`)
  if (options.jsonFile) {
    const { seed, runs, count, senders } = options
    writeFileSync(options.jsonFile, `${JSON.stringify({ machine: about, seed, runs, count, senders, lines, samples, failures }, null, 2)}\n`)
  }
  if (failures.length > 0) {
    for (const name of names) {
      const own = failures.filter(({ target }) => target === name).length
      if (own > 0) console.error(`${name}: ${own} runs failed and are not in the table`)
    }
    // A stalling anvil is a fact about anvil that the lines above state; a row that is missing for it is an error.
    const rows = new Set(lines.map(({ row }) => row))
    const complete = lines.filter(({ runs }) => runs === options.runs).length
    if (complete < rows.size * names.length || failures.some(({ target }) => target !== 'anvil')) process.exitCode = 1
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  // After an interruption the run that was under way would go on against servers that are gone.
  process.exit(1)
})
