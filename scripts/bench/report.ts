// Medians, ratios and tables over the samples of a benchmark. Pure but for `machine`, which asks the system.
import os from 'node:os'
import type { Sample } from './measure.js'
import { median } from './statistics.js'

/** One line of the result: a scenario's row on one target, medians over its runs. */
export type Line = {
  row: string
  target: string
  runs: number
  /** Null where no run got to its end. */
  perSecond: number | null
  perSecondMin: number | null
  perSecondMax: number | null
  /** Runs that got to their end: with the receipt of every transaction. */
  complete: number
  answeredPerSecond: number
  /** Median throughput over what the baseline answered, null for the baseline itself or when it has no such row. */
  ratio: number | null
  serverCpuUs: number | null
  generatorCpuUs: number
  othersCores: number | null
  p50Ms: number
  p99Ms: number
}

export type Machine = { date: string; cpu: string; cores: number; node: string; platform: string }

export function summarize(samples: readonly Sample[], baseline: string): Line[] {
  const groups = new Map<string, Sample[]>()
  for (const sample of samples) {
    const key = `${sample.row}\n${sample.target}`
    groups.set(key, [...(groups.get(key) ?? []), sample])
  }
  return [...groups.values()].map((group) => {
    const { row, target } = group[0]!
    const rates = group.flatMap(({ perSecond }) => (perSecond === null ? [] : [perSecond]))
    const perSecond = rates.length > 0 ? median(rates) : null
    const base = groups.get(`${row}\n${baseline}`)
    const others = group.flatMap(({ othersCores }) => (othersCores === null ? [] : [othersCores]))
    const cpu = group.flatMap(({ serverCpuUs }) => (serverCpuUs === null ? [] : [serverCpuUs]))
    return {
      row,
      target,
      runs: group.length,
      perSecond,
      perSecondMin: rates.length > 0 ? Math.min(...rates) : null,
      perSecondMax: rates.length > 0 ? Math.max(...rates) : null,
      complete: rates.length,
      answeredPerSecond: median(group.map(({ answeredPerSecond }) => answeredPerSecond)),
      ratio: base && target !== baseline && perSecond !== null ? perSecond / median(base.map(({ answeredPerSecond }) => answeredPerSecond)) : null,
      serverCpuUs: cpu.length > 0 ? median(cpu) : null,
      generatorCpuUs: median(group.map(({ generatorCpuUs }) => generatorCpuUs)),
      othersCores: others.length > 0 ? median(others) : null,
      p50Ms: median(group.map(({ p50Ms }) => p50Ms)),
      p99Ms: median(group.map(({ p99Ms }) => p99Ms)),
    }
  })
}

export function machine(): Machine {
  const cpus = os.cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus[0]?.model.trim() || 'unknown CPU',
    cores: cpus.length,
    node: process.version,
    platform: `${os.platform()} ${os.arch()}`,
  }
}

export function sampleText(sample: Sample): string {
  return (
    `${sample.row.padEnd(22)} ${sample.target.padEnd(10)} ${rate(sample.perSecond).padStart(8)}/s  answered ${rate(sample.answeredPerSecond).padStart(8)}/s  ` +
    `server ${cpuText(sample.serverCpuUs)} us/op  generator ${whole(sample.generatorCpuUs)} us/request  ` +
    `p50 ${sample.p50Ms.toFixed(2)} ms  p99 ${sample.p99Ms.toFixed(2)} ms  others ${sample.othersCores === null ? '-' : sample.othersCores.toFixed(2)} cores`
  )
}

const HEADINGS = [
  '',
  'target',
  'done per second',
  'min-max',
  'complete',
  'answered per second',
  'ratio',
  'server CPU us/op',
  'generator CPU us/request',
  'cores used by others',
  'p50 ms',
  'p99 ms',
]

/** Plain text and Markdown are the same table: Markdown's is aligned enough to read in a terminal. */
export function tableText(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.row,
    line.target,
    rate(line.perSecond),
    line.perSecondMin === null ? '-' : `${rate(line.perSecondMin)}-${rate(line.perSecondMax)}`,
    `${line.complete}/${line.runs}`,
    rate(line.answeredPerSecond),
    line.ratio === null ? '' : `${line.ratio.toFixed(2)}x`,
    cpuText(line.serverCpuUs),
    whole(line.generatorCpuUs),
    line.othersCores === null ? '-' : line.othersCores.toFixed(2),
    line.p50Ms.toFixed(2),
    line.p99Ms.toFixed(2),
  ])
  const widths = HEADINGS.map((heading, column) => Math.max(...[heading, ...rows.map((row) => row[column]!)].map((cell) => cell.length), 3))
  const format = (cells: string[]) => `| ${cells.map((cell, column) => pad(cell, widths[column]!, column)).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [format(HEADINGS), rule, ...rows.map(format)].join('\n')
}

export function markdownText(lines: readonly Line[], about: Machine, settings: string): string {
  return (
    `Measured ${about.date} on ${about.cpu}, ${about.cores} cores (${about.platform}), Node ${about.node}; ${settings}. ` +
    `Medians; every run's end state was checked.\n\n${tableText(lines)}`
  )
}

function pad(cell: string, width: number, column: number): string {
  return column < 2 ? cell.padEnd(width) : cell.padStart(width)
}

function cpuText(us: number | null): string {
  return us === null ? '-' : whole(us)
}

function rate(perSecond: number | null): string {
  return perSecond === null ? '-' : whole(perSecond)
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
