// Owns: the command line of the oracle test of sessions, for more trees than a test run has time for and for repeating one.
// Does not own: the comparison (test/fixtures/session-oracle.ts).
// Usage: node dist/scripts/sessions-oracle.js [--trees N] [--seed S] [--from I] [--threads T] | --program '<json>'

import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { runOracle } from '../test/fixtures/session-oracle.js'
import type { Tree } from '../test/fixtures/session-programs.js'
import { lastLook, openWorlds, runTree, type Worlds } from '../test/fixtures/session-worlds.js'

/** Trees a thread is given at a time; a line is printed after each such piece. */
const treesPerPiece = 1_000
/** As a lane's own thread: with the default of 16 MB a tenth more time goes to collecting garbage. */
const resourceLimits = { maxYoungGenerationSizeMb: 128 }

type Piece = { seed: number; from: number; to: number }
type Done = { stats: Worlds['stats']; report: string | null }

if (isMainThread) await command()
else parentPort?.on('message', (piece: Piece) => void runPiece(piece))

async function command(): Promise<void> {
  const { values } = parseArgs({
    options: {
      trees: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      from: { type: 'string', default: '0' },
      threads: { type: 'string', default: '1' },
      program: { type: 'string' },
    },
  })
  const from = Number(values.from)
  const all: Piece = { seed: Number(values.seed), from, to: from + Number(values.trees) }
  const failure = values.program === undefined ? await many(all, Number(values.threads)) : await one(JSON.parse(values.program) as Tree)
  if (failure !== null) process.stderr.write(`${failure}\n`)
  process.exit(failure === null ? 0 : 1)
}

async function runPiece(piece: Piece): Promise<void> {
  const stats = { trees: 0, sessions: 0, legs: 0, failed: 0 }
  const report = await runOracle({ ...piece, onWorld: (worlds) => add(stats, worlds.stats) })
  parentPort?.postMessage({ stats, report } satisfies Done)
}

function add(to: Worlds['stats'], more: Worlds['stats']): void {
  for (const key of Object.keys(to) as (keyof Worlds['stats'])[]) to[key] += more[key]
}

async function many({ seed, from, to }: Piece, threads: number): Promise<string | null> {
  const started = performance.now()
  const totals = { trees: 0, sessions: 0, legs: 0, failed: 0 }
  const line = (): string =>
    `seed ${seed}: ${totals.trees} trees, ${totals.sessions} of them sessions, ${totals.legs} inbound calls, ${totals.failed} failed transactions, ${((performance.now() - started) / 1_000).toFixed(0)} s`
  let next = from
  let failure: string | null = null
  const work = async (): Promise<void> => {
    const worker = new Worker(fileURLToPath(import.meta.url), { resourceLimits })
    while (next < to && failure === null) {
      const piece = { seed, from: next, to: Math.min(to, (Math.floor(next / treesPerPiece) + 1) * treesPerPiece) }
      next = piece.to
      const { stats, report } = await answerOf(worker, piece)
      add(totals, stats)
      failure ??= report
      if (report === null) process.stdout.write(`${line()}\n`)
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: threads }, work))
  process.stdout.write(`${line()}${failure === null ? ', no difference' : ''}\n`)
  return failure
}

function answerOf(worker: Worker, piece: Piece): Promise<Done> {
  return new Promise((resolve, reject) => {
    worker.once('message', (done: Done) => {
      worker.off('error', reject)
      resolve(done)
    })
    worker.once('error', reject)
    worker.postMessage(piece)
  })
}

async function one(program: Tree): Promise<string | null> {
  const worlds = await openWorlds()
  const differences = [...(await runTree(worlds, program)), ...(await lastLook(worlds))]
  await worlds.stop()
  return differences.length === 0 ? null : differences.join('\n')
}
