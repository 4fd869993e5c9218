// Owns: one validated configuration out of a file, the environment and the flags; flags win over the environment, that over the file.
// Does not own: defaults and what follows from the values (resolve.ts, lanes.ts).
// Called by: commands/start.ts and the lane commands.

import { readFileSync } from 'node:fs'
import { dirname, extname, isAbsolute, resolve } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { AppError, errorText } from '../errors.js'
import { describeIssue, nearest } from './issues.js'
import { options, parseOption, variableOf } from './options.js'
import { configSchema, laneSchema, type Config } from './schema.js'

export type Sources = {
  /** Path of a TOML or JSON file. */
  file: string | null
  environment: Readonly<Record<string, string | undefined>>
  /** Values of the flags that were given. */
  flags: Readonly<Record<string, unknown>>
}
export type Loaded = { config: Config; /** Keys that somebody set. */ given: ReadonlySet<string>; warnings: string[] }

/** @throws AppError 'config-invalid' that names each wrong key. */
export function loadConfig({ file, environment, flags }: Sources): Loaded {
  const warnings: string[] = []
  const path = file ?? environment['PARALANE_CONFIG'] ?? null
  const fromFile = path === null ? {} : anchorPaths(readConfigFile(path), dirname(resolve(path)))
  const fromEnvironment = readEnvironment(environment, warnings)
  const merged = { ...fromFile, ...fromEnvironment, ...flags }
  const origin = (key: string): string => {
    if (key in flags) return 'a flag'
    const option = options.find((candidate) => candidate.key === key)
    if (key in fromEnvironment && option !== undefined) return variableOf(option)
    return path ?? 'the configuration'
  }
  const parsed = configSchema.safeParse(merged)
  if (!parsed.success) {
    const lines = parsed.error.issues.flatMap((issue) => {
      const from = issue.path.length === 0 ? (path ?? 'the configuration') : origin(String(issue.path[0]))
      return describeIssue(issue, merged, keysAt).map((line) => `${line} (${from})`)
    })
    throw new AppError('config-invalid', lines.join('\n'), { lines })
  }
  return { config: parsed.data, given: new Set(Object.keys(merged)), warnings }
}

/** @throws AppError 'config-invalid'. */
export function readConfigFile(path: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new AppError('config-invalid', `cannot read configuration ${path}: ${errorText(error)}`)
  }
  let value: unknown
  try {
    value = extname(path) === '.json' ? JSON.parse(text) : parseToml(text)
  } catch (error) {
    throw new AppError('config-invalid', `${path} is not ${extname(path) === '.json' ? 'JSON' : 'TOML'}: ${errorText(error)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new AppError('config-invalid', `${path}: must hold an object`)
  return value as Record<string, unknown>
}

/** Paths in a file are meant from where the file is. */
function anchorPaths(values: Record<string, unknown>, folder: string): Record<string, unknown> {
  const anchor = (path: unknown): unknown => (typeof path === 'string' && path !== '' && !isAbsolute(path) ? resolve(folder, path) : path)
  const out = { ...values }
  if ('dataDir' in out) out['dataDir'] = anchor(out['dataDir'])
  if (Array.isArray(out['lanes'])) {
    out['lanes'] = out['lanes'].map((lane: unknown) =>
      typeof lane === 'object' && lane !== null && 'genesis' in lane ? { ...lane, genesis: anchor(lane.genesis) } : lane,
    )
  }
  return out
}

function readEnvironment(environment: Sources['environment'], warnings: string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  const known = options.map(variableOf)
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('PARALANE_') || name === 'PARALANE_CONFIG' || text === undefined) continue
    const option = options[known.indexOf(name)]
    if (option !== undefined) {
      values[option.key] = parseOption(option, text)
      continue
    }
    // Not refused: a container platform sets variables of this form for a service that happens to be called paralane.
    const near = nearest(name, known)
    warnings.push(`environment variable ${name} is not known${near === null ? '' : `, did you mean ${near}?`}`)
  }
  return values
}

function keysAt(path: PropertyKey[]): string[] {
  const [first, , third] = path
  if (first === undefined) return Object.keys(configSchema.shape)
  if (first === 'limits') return Object.keys(configSchema.shape.limits.unwrap().shape)
  if (first === 'hyper') return keysOfHyper(path.slice(1))
  if (first !== 'lanes') return []
  if (third === 'pool') return Object.keys(laneSchema.shape.pool.unwrap().shape)
  if (third === 'limits') return Object.keys(laneSchema.shape.limits.unwrap().shape)
  return Object.keys(laneSchema.shape)
}

function keysOfHyper([limits, group]: PropertyKey[]): string[] {
  const hyper = configSchema.shape.hyper.unwrap().shape
  if (limits === undefined) return Object.keys(hyper)
  const bounds = hyper.limits.unwrap().shape
  if (group === undefined) return Object.keys(bounds)
  return Object.keys(group === 'sessions' ? bounds.sessions.unwrap().shape : bounds.simulations.unwrap().shape)
}
