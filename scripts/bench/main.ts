// `npm run bench`: starts or attaches the targets, runs the scenarios alternately on each, prints medians and ratios.
// Owns the order of runs and the life of every process it starts.
import { writeFileSync } from 'node:fs'
import { errorText } from '../../src/errors.js'
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

type Failure = { scenario: ScenarioName; target: string; run: number; message: string }
type Outcome = { samples: Sample[]; failures: Failure[] }
/**
 * What is measured under one name. Opened before each run and stopped after it, so that no server works on beside the measurement of another.
 * `warmsUp`: it compiles its code while it runs, so that its first runs do not count.
 */
type Slot = { name: string; open: () => Promise<Target>; warmsUp: boolean }
type Bench = { options: Options; generator: Generator; outcome: Outcome; open: Set<Target> }

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) return console.log(USAGE)
  const slots = slotsOf(options)
  const bench: Bench = { options, generator: new Generator(), outcome: { samples: [], failures: [] }, open: new Set() }
  const interrupted = new Promise<never>((_, reject) => {
    process.once('SIGINT', () => reject(new Error('interrupted')))
    process.once('SIGTERM', () => reject(new Error('terminated')))
  })
  try {
    await Promise.race([interrupted, measureAll(bench, slots)])
  } finally {
    await Promise.all([bench.generator.close(), ...[...bench.open].map((target) => target.stop())])
  }
  report(
    options,
    slots.map(({ name }) => name),
    bench.outcome,
  )
}

function slotsOf(options: Options): Slot[] {
  const { anvilArgs, lanes, profileFolder, paralaneArgs } = options
  const slots: Slot[] = []
  const processes = options.scenarios.includes('lanes') ? ANVIL_LANES : 1
  if (options.anvil) slots.push({ name: 'anvil', open: () => startAnvil({ processes, extraArgs: anvilArgs }), warmsUp: false })
  if (options.paralane) {
    slots.push({ name: 'paralane', open: () => startParalane({ lanes, profileFolder, extraArgs: paralaneArgs }), warmsUp: true })
  }
  for (const spec of options.targets) {
    const name = spec.slice(0, spec.indexOf('='))
    slots.push({ name, open: () => attach(spec, options.pids), warmsUp: true })
  }
  return slots
}

async function measureAll(bench: Bench, slots: Slot[]): Promise<void> {
  const { scenarios: names, runs, seed } = bench.options
  console.log(`seed ${seed}; ${JSON.stringify(machine())}`)
  for (const scenario of names) {
    for (let run = 0; run < runs; run++) {
      for (const slot of slots) await measureOnce(bench, slot, scenario, run)
    }
  }
}

/** One run with its check on a server of its own; recorded as failed when anything goes wrong. */
async function measureOnce(bench: Bench, slot: Slot, scenario: ScenarioName, run: number): Promise<void> {
  const { options, generator, outcome, open } = bench
  const { seed, senders, count } = options
  const target = await slot.open()
  open.add(target)
  try {
    for (let attempt = slot.warmsUp ? -options.warmup : 0; attempt <= 0; attempt++) {
      const plan: Run = { generator, target, seed, scope: `${slot.name}/${scenario}/${run}/${attempt}`, senders, count }
      const samples = await scenarios[scenario](plan)
      const label = (attempt === 0 ? `run ${run + 1}` : 'warm-up').padEnd(8)
      for (const sample of samples) console.log(`${label} ${sampleText(sample)}`)
      if (attempt === 0) outcome.samples.push(...samples)
    }
  } catch (error) {
    const message = errorText(error)
    console.log(`run ${run + 1}    ${scenario} ${slot.name} FAILED: ${message}`)
    outcome.failures.push({ scenario, target: slot.name, run, message })
  } finally {
    await target.stop()
    open.delete(target)
  }
}

function report(options: Options, names: string[], { samples, failures }: Outcome): void {
  const lines = summarize(samples, names.includes('anvil') ? 'anvil' : names[0]!)
  const about = machine()
  const settings = `${options.runs} alternating runs, ${options.count} transactions, ${options.senders} senders, seed ${options.seed}`
  console.log(`\n${options.markdown ? markdownText(lines, about, settings) : tableText(lines)}`)
  if (options.profileFolder) {
    const own = samples.filter(({ target }) => target === 'paralane')
    const operations = own.reduce((sum, sample) => sum + sample.operations, 0)
    const windows = own.map(({ window }) => window)
    console.log(`\n${profileText([options.profileFolder], windows, operations)}`)
  }
  if (options.jsonFile) {
    const { seed, runs, count, senders } = options
    writeFileSync(options.jsonFile, `${JSON.stringify({ machine: about, seed, runs, count, senders, lines, samples, failures }, null, 2)}\n`)
  }
  if (failures.length === 0) return
  process.exitCode = 1
  for (const name of names) {
    const own = failures.filter(({ target }) => target === name).length
    if (own > 0) console.error(`${name}: ${own} runs failed and are not in the table`)
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  // After an interruption the run that was under way would go on against servers that are gone.
  process.exit(1)
})
