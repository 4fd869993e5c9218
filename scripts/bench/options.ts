// The command line of `npm run bench`.
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { scenarios, type ScenarioName } from './scenarios.js'

export const USAGE = `Usage: npm run bench -- [what to measure] [how]

What (at least one; measured alternately in one run, each on a fresh server that is gone before the next starts; ratios are
to what "anvil" answered, else to the first)
  --anvil                 start anvil (automine, chain id 77100; one process per lane in the scenario "lanes")
  --paralane              start this repository's gateway with four instant lanes on a fresh data folder
  --target name=url[,url] a server that runs already; several URLs are its lanes (repeatable)
  --pid name=pid          process of such a target, for its CPU time (repeatable)

How
  --scenario name         transfers | erc20 | reads | latency | lanes (repeatable; default transfers)
  --runs 5                measured runs per target and scenario
  --warmup 2              runs before each on the same server that do not count; none for anvil, whose code is compiled
  --count 4000            transactions per run (reads: 4 and 10 times as many; latency: a 20th)
  --senders 32            senders, each with one connection and one request in flight
  --seed text             seed of the senders' keys (default: random; always printed)
  --lane name             lanes of --paralane by path, first one first (repeatable; default 77000 to 77003)
  --anvil-arg=--x         passed on to anvil (repeatable)
  --paralane-arg=--x      passed on to paralane (repeatable)
  --cpu-profile folder    run paralane under the CPU profiler and print where its threads spend their time
  --json file             write every sample
  --markdown              print the result as a table for the README`

export type Options = {
  anvil: boolean
  paralane: boolean
  targets: string[]
  pids: Map<string, number>
  scenarios: ScenarioName[]
  runs: number
  warmup: number
  count: number
  senders: number
  seed: string
  lanes: string[]
  anvilArgs: string[]
  paralaneArgs: string[]
  profileFolder: string | null
  jsonFile: string | null
  markdown: boolean
  help: boolean
}

export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({ args, options: FLAGS, strict: true })
  const options: Options = {
    anvil: values.anvil ?? false,
    paralane: values.paralane ?? false,
    targets: values.target ?? [],
    pids: new Map((values.pid ?? []).map(parsePid)),
    scenarios: (values.scenario ?? ['transfers']).flatMap((list) => list.split(',')).map(parseScenario),
    runs: parseCount('runs', values.runs ?? '5'),
    warmup: values.warmup === '0' ? 0 : parseCount('warmup', values.warmup ?? '2'),
    count: parseCount('count', values.count ?? '4000'),
    senders: parseCount('senders', values.senders ?? '32'),
    seed: values.seed ?? randomBytes(8).toString('hex'),
    lanes: values.lane ?? [],
    anvilArgs: values['anvil-arg'] ?? [],
    paralaneArgs: values['paralane-arg'] ?? [],
    profileFolder: values['cpu-profile'] ? path.resolve(values['cpu-profile']) : null,
    jsonFile: values.json ?? null,
    markdown: values.markdown ?? false,
    help: values.help ?? false,
  }
  if (options.help) return options
  if (!options.anvil && !options.paralane && options.targets.length === 0) throw new Error('nothing to measure: see --help')
  if (options.profileFolder) {
    if (!options.paralane) throw new Error('--cpu-profile needs --paralane')
    mkdirSync(options.profileFolder, { recursive: true })
  }
  return options
}

const FLAGS = {
  anvil: { type: 'boolean' },
  paralane: { type: 'boolean' },
  target: { type: 'string', multiple: true },
  pid: { type: 'string', multiple: true },
  scenario: { type: 'string', multiple: true },
  runs: { type: 'string' },
  warmup: { type: 'string' },
  count: { type: 'string' },
  senders: { type: 'string' },
  seed: { type: 'string' },
  lane: { type: 'string', multiple: true },
  'anvil-arg': { type: 'string', multiple: true },
  'paralane-arg': { type: 'string', multiple: true },
  'cpu-profile': { type: 'string' },
  json: { type: 'string' },
  markdown: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

function parseScenario(name: string): ScenarioName {
  if (Object.hasOwn(scenarios, name)) return name as ScenarioName
  throw new Error(`--scenario ${name}: expected one of ${Object.keys(scenarios).join(', ')}`)
}

function parseCount(flag: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${flag} ${text}: expected a whole number above zero`)
  return value
}

function parsePid(spec: string): [string, number] {
  const [, name, pid] = /^([^=]+)=(\d+)$/.exec(spec) ?? []
  if (!name || !pid) throw new Error(`--pid ${spec}: expected name=pid`)
  return [name, Number(pid)]
}
