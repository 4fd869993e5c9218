// Reads .cpuprofile files (one per thread) and says where the threads of each kind spent their time: self time by package or file.
// Run by itself (`node dist/scripts/bench/profile-summary.js folder...`) or by main.ts after a profiled benchmark.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const TOP = 15
/** Waiting for work, also where a thread of the sender pool does it awake in Atomics.wait. */
const NOT_WORK = new Set(['(idle)', '(root)', 'atomicsWaitLoop'])
/** A part of the sources that only one kind of thread runs; the first that is found tells. */
const KINDS = [
  { kind: 'gateway', part: '/src/rpc/' },
  { kind: 'lanes', part: '/src/evm-lane/engine/state/' },
  { kind: 'sender recovery', part: '/src/evm-lane/sender-recovery-task.js' },
]

/** The part of the profile format of V8 that is read: samples name nodes, times are microseconds of the system's monotonic clock. */
export type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[]
  startTime: number
  samples: number[]
  timeDeltas: number[]
}

/** Begin and end, microseconds. */
export type Window = readonly [number, number]
export type Share = { name: string; us: number }
export type ThreadSummary = { workUs: number; idleUs: number; byPlace: Share[]; byFunction: Share[] }

const ALWAYS: readonly Window[] = [[-Infinity, Infinity]]

/** Samples outside all windows do not count. */
export function summarizeProfile(profiles: readonly CpuProfile[], windows: readonly Window[] = ALWAYS): ThreadSummary {
  const places = new Map<string, number>()
  const functions = new Map<string, number>()
  let workUs = 0
  let idleUs = 0
  for (const profile of profiles) {
    const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
    let atUs = profile.startTime
    profile.samples.forEach((id, index) => {
      atUs += profile.timeDeltas[index] ?? 0
      const frame = frames.get(id)
      // A delta is the time since the previous sample: a sample lasts until the next one.
      const us = profile.timeDeltas[index + 1] ?? 0
      if (!frame || !windows.some(([from, to]) => atUs >= from && atUs < to)) return
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
  }
  return { workUs, idleUs, byPlace: largest(places), byFunction: largest(functions) }
}

/** `operations`: how many fell into the windows, for the time that each took. */
export function profileText(paths: readonly string[], windows: readonly Window[] = ALWAYS, operations: number | null = null): string {
  const profiles = paths.flatMap(profilesAt).map((file) => JSON.parse(readFileSync(file, 'utf8')) as CpuProfile)
  if (profiles.length === 0) return `no .cpuprofile in ${paths.join(', ')}`
  const kinds = new Map<string, CpuProfile[]>()
  for (const profile of profiles) kinds.set(kindOf(profile), [...(kinds.get(kindOf(profile)) ?? []), profile])
  return [...kinds]
    .map(([kind, threads]) => ({ kind, summary: summarizeProfile(threads, windows) }))
    .sort((left, right) => right.summary.workUs - left.summary.workUs)
    .map(({ kind, summary }) => kindText(kind, summary, operations))
    .join('\n\n')
}

function kindOf(profile: CpuProfile): string {
  const known = KINDS.find(({ part }) => profile.nodes.some(({ callFrame }) => callFrame.url.includes(part)))
  return known?.kind ?? 'other'
}

function kindText(kind: string, { workUs, idleUs, byPlace, byFunction }: ThreadSummary, operations: number | null): string {
  const each = operations === null ? '' : `, ${(workUs / operations).toFixed(0)} us per operation`
  const line = ({ name, us }: Share) => `  ${((100 * us) / workUs).toFixed(1).padStart(5)} %  ${ms(us).padStart(9)} ms  ${name}`
  return [
    `${kind}: ${ms(workUs)} ms of work${each}, ${ms(idleUs)} ms idle`,
    ' by package or file',
    ...byPlace.slice(0, TOP).map(line),
    ' by function',
    ...byFunction.slice(0, TOP).map(line),
  ].join('\n')
}

/** A package's name, the file of our own code below dist/, a module of Node, or what the engine itself did. */
function placeOf({ functionName, url }: { functionName: string; url: string }): string {
  if (url === '') return functionName.startsWith('(') ? functionName : `(native) ${functionName}`
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
  console.log(profileText(process.argv.slice(2)))
}
