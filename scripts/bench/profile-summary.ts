// Reads .cpuprofile files (one per thread) and says where each thread spent its time: self time by package or file.
// Run by itself (`node dist/scripts/bench/profile-summary.js folder...`) or by main.ts after a profiled benchmark.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const TOP = 15
const NOT_WORK = new Set(['(idle)', '(root)'])

/** The part of the profile format of V8 that is read: samples name nodes, deltas are microseconds. */
export type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[]
  samples: number[]
  timeDeltas: number[]
}

export type Share = { name: string; us: number }
export type ThreadSummary = { workUs: number; idleUs: number; byPlace: Share[]; byFunction: Share[] }

export function summarizeProfile(profile: CpuProfile): ThreadSummary {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const places = new Map<string, number>()
  const functions = new Map<string, number>()
  let workUs = 0
  let idleUs = 0
  profile.samples.forEach((id, index) => {
    const frame = frames.get(id)
    // A delta is the time since the previous sample: a sample lasts until the next one.
    const us = profile.timeDeltas[index + 1] ?? 0
    if (!frame) return
    if (NOT_WORK.has(frame.functionName)) {
      idleUs += us
      return
    }
    workUs += us
    const place = placeOf(frame)
    const called = place === frame.functionName ? place : `${frame.functionName || '(anonymous)'} ${place}`
    places.set(place, (places.get(place) ?? 0) + us)
    functions.set(called, (functions.get(called) ?? 0) + us)
  })
  return { workUs, idleUs, byPlace: largest(places), byFunction: largest(functions) }
}

export function profileText(...paths: string[]): string {
  const files = paths.flatMap(profilesAt)
  if (files.length === 0) return `no .cpuprofile in ${paths.join(', ')}`
  const threads = files.map((file) => ({
    file: path.basename(file),
    summary: summarizeProfile(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile),
  }))
  return threads
    .sort((left, right) => right.summary.workUs - left.summary.workUs)
    .map(({ file, summary }) => threadText(file, summary))
    .join('\n\n')
}

function threadText(file: string, { workUs, idleUs, byPlace, byFunction }: ThreadSummary): string {
  const line = ({ name, us }: Share) => `  ${((100 * us) / workUs).toFixed(1).padStart(5)} %  ${ms(us).padStart(9)} ms  ${name}`
  return [
    `${file}: ${ms(workUs)} ms of work, ${ms(idleUs)} ms idle`,
    ' by package or file',
    ...byPlace.slice(0, TOP).map(line),
    ' by function',
    ...byFunction.slice(0, TOP).map(line),
  ].join('\n')
}

/** A package's name, the file of our own code below dist/, a module of Node, or what the engine itself did. */
function placeOf({ functionName, url }: { functionName: string; url: string }): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(native)'
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)
  if (inPackage) return inPackage[1]!
  const own = /\/dist\/(.+)$/.exec(url)
  return own ? own[1]! : url
}

function largest(totals: Map<string, number>): Share[] {
  return [...totals].map(([name, us]) => ({ name, us })).sort((left, right) => right.us - left.us)
}

function profilesAt(location: string): string[] {
  if (!statSync(location).isDirectory()) return [location]
  return readdirSync(location)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => path.join(location, name))
}

function ms(us: number): string {
  return (us / 1000).toFixed(0)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(profileText(...process.argv.slice(2)))
}
