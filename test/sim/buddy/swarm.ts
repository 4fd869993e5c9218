// Owns: many histories on several threads, and their figures in one line.
// Does not own: a history (run.ts).
// Called by: swarm.test.ts, scripts/sim.ts.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Outcome } from './run.js'
import type { Batch } from './swarm-worker.js'

export type Swarm = { first: number; count: number; sizes: readonly number[]; threads: number }

/** Seeds that a thread is given at once: few, so that no thread is left with the last long ones. */
const batchSeeds = 10

/** In the order of the seeds, so that the figures do not depend on who ran what. */
export async function swarm({ first, count, sizes, threads }: Swarm, told: (outcome: Outcome) => void = () => {}): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let next = first
  const end = first + count
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./swarm-worker.js', import.meta.url))
    try {
      while (next < end) {
        const seeds = Array.from({ length: Math.min(batchSeeds, end - next) }, (_, i) => next + i)
        next += seeds.length
        worker.postMessage({ seeds, sizes } satisfies Batch)
        const [answers] = (await once(worker, 'message')) as [Outcome[]]
        for (const outcome of answers) told(outcome)
        outcomes.push(...answers)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(threads, count)) }, work))
  return outcomes.sort((a, b) => a.seed - b.seed)
}

export function figures(outcomes: readonly Outcome[]): string {
  const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, outcome) => total + of(outcome), 0)
  const max = (of: (outcome: Outcome) => number): number => outcomes.reduce((most, outcome) => Math.max(most, of(outcome)), 0)
  const rules = ['E1', 'E2', 'E3', 'E4', 'E5'].map((rule) => `${rule} ${sum(({ evidence }) => evidence.get(rule) ?? 0)}`).join(' ')
  return (
    `${sum(({ violation }) => Number(violation !== null))} failed; ${sum(({ heights }) => heights)} heights, ${sum(({ packets }) => packets)} packets, ` +
    `${sum(({ crashes }) => crashes)} crashes, ${rules}, highest sealing view ${max(({ views }) => views)}, ` +
    `slowest healing ${Math.round(max(({ healMs }) => healMs))} ms; hash ${hashOf(outcomes)}`
  )
}

/** Of all histories: the same seeds give the same word wherever they run. */
function hashOf(outcomes: readonly Outcome[]): string {
  let hash = 0x811c9dc5
  for (const { hash: text } of outcomes) for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
