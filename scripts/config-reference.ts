// Owns: the configuration reference in the README, generated from the schema. Usage: node dist/scripts/config-reference.js [--check]
// Does not own: the keys and their texts (src/config/schema.ts).
// Called by: npm run gen; with --check it only says whether the README is up to date.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { flagOf, options, variableOf } from '../src/config/options.js'
import { configSchema, hyperSchema, laneSchema } from '../src/config/schema.js'

const readme = join(fileURLToPath(import.meta.url), '../../../README.md')
const begin = '<!-- config -->'
const end = '<!-- /config -->'

const text = readFileSync(readme, 'utf8')
const from = text.indexOf(begin)
const to = text.indexOf(end)
if (from < 0 || to < from) throw new Error(`${readme} has no place for the reference: ${begin} ... ${end}`)
const wanted = `${text.slice(0, from + begin.length)}\n${reference()}\n${text.slice(to)}`

if (!process.argv.includes('--check')) writeFileSync(readme, wanted)
else if (wanted !== text) {
  process.stderr.write('README.md: the configuration reference is out of date; run npm run gen\n')
  process.exit(1)
}

function reference(): string {
  const limits = configSchema.shape.limits.unwrap().shape
  const pool = laneSchema.shape.pool.unwrap().shape
  const laneLimits = laneSchema.shape.limits.unwrap().shape
  const { sessions, simulations, ...coordinator } = configSchema.shape.hyper.unwrap().shape.limits.unwrap().shape
  const hyper = {
    'hyper.limits': coordinator,
    'hyper.limits.sessions': sessions.unwrap().shape,
    'hyper.limits.simulations': simulations.unwrap().shape,
  }
  return [
    topLevelTable(),
    '`[hyper]`:',
    table(hyperSchema.shape, ['limits']),
    'Each entry of `lanes`:',
    table(laneSchema.shape, ['pool', 'limits']),
    '<details><summary>Bounds: <code>[limits]</code> of the gateway, <code>[hyper.limits]</code> of sessions, <code>[lanes.pool]</code> and <code>[lanes.limits]</code> of a lane</summary>',
    boundsTable({ limits, ...hyper, 'lanes.pool': pool, 'lanes.limits': laneLimits }),
    '</details>',
  ].join('\n\n')
}

type Shape = Readonly<Record<string, { description?: string | undefined }>>

function topLevelTable(): string {
  const rows = Object.entries(configSchema.shape as Shape).map(([key, { description = '' }]) => {
    const option = options.find((candidate) => candidate.key === key)
    const flag = option === undefined ? '' : `\`${key === 'wait' ? '--no-wait' : flagOf(option)}\``
    return `| \`${key}\` | ${flag} | ${option === undefined ? '' : `\`${variableOf(option)}\``} | ${cell(description)} |`
  })
  return ['| key | flag | environment | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function table(shape: Shape, without: readonly string[]): string {
  const rows = Object.entries(shape).filter(([key]) => !without.includes(key))
  return ['| key | meaning |', '| --- | --- |', ...rows.map(([key, { description = '' }]) => `| \`${key}\` | ${cell(description)} |`)].join('\n')
}

function boundsTable(shapes: Readonly<Record<string, Shape>>): string {
  const rows = Object.entries(shapes).flatMap(([name, shape]) =>
    Object.entries(shape).map(([key, { description = '' }]) => `| \`${name}.${key}\` | ${description.replace(/^Default (.*)\.$/, '$1')} |`),
  )
  return ['| key | default |', '| --- | --- |', ...rows].join('\n')
}

function cell(description: string): string {
  return description.replaceAll('|', '\\|')
}
