// Measures what the protocol alone costs: n Buddies of one thread over toy blocks, from the end of a period to the decided block.
// Does not measure lanes, the ledger or its store. Usage: node dist/scripts/seal-latency.js [--heights 300] [--buddies 4]

import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openEmbedded } from '../src/buddy/embedded.js'
import type { Embedded } from '../src/buddy/embedded.js'
import { createSigner, newPrivateKey } from '../src/buddy/signer.js'
import { initKeccak, keccak256 } from '../src/evm-lane/engine/keccak.js'
import { openLevelStore } from '../src/store/level-store.js'
import { MemoryStore } from '../src/store/memory-store.js'
import type { Store } from '../src/store/store.js'
import { ToyApp } from '../test/fixtures/toy-app.js'
import { readHeader } from '../test/sim/buddy/toy-block.js'

type Kind = 'memory' | 'unsynced' | 'synced'
type Row = { log: string; down: number; medianMs: string; p95Ms: string; maxMs: string; cpuMs: string; viewChanges: number }

/** The profile of one process (B4). */
const timing = { deltaMs: 2, viewTimeoutMs: 40, askMs: 40 }
/** Heights before the measured ones: the first ones compile. */
const warmUp = 50

const { values } = parseArgs({ options: { heights: { type: 'string', default: '300' }, buddies: { type: 'string', default: '4' } } })
const heights = Number(values.heights)
const size = Number(values.buddies)

await initKeccak()
console.log(`${size} Buddies, ${heights} heights, ${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, node ${process.version}`)
const rows: Row[] = []
for (const kind of ['memory', 'unsynced', 'synced'] as const) rows.push(await measure(kind, 0))
if (size > 3) for (const kind of ['memory', 'synced'] as const) rows.push(await measure(kind, 1))
console.table(rows)

async function measure(kind: Kind, down: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'paralane-seal-'))
  const app = new ToyApp(keccak256)
  const signers = Array.from({ length: size }, () => createSigner(newPrivateKey()))
  const fail = (_: number, ...what: unknown[]): void => console.error('a Buddy failed:', ...what)
  const buddies = await openEmbedded({
    signers,
    openStore: async (index): Promise<Store> => (kind === 'memory' ? new MemoryStore() : openLevelStore(join(folder, `buddy-${index}`))),
    genesis: { hash: new Uint8Array(32), set: signers.map(({ key }) => ({ key, weight: 1n })) },
    app,
    delivered: 0n,
    hash: keccak256,
    readHeader,
    timing,
    sync: kind === 'synced',
    keepHeights: 1_024,
    onFailed: fail,
    onTrouble: fail,
  })
  for (let index = 0; index < down; index++) await buddies.stopOne(index)
  await seal(buddies, app, warmUp)
  const before = process.cpuUsage()
  const took = (await seal(buddies, app, heights)).sort((a, b) => a - b)
  const { user, system } = process.cpuUsage(before)
  const viewChanges = Math.max(...buddies.status().map((status) => status?.viewChanges ?? 0))
  await buddies.stop()
  rmSync(folder, { recursive: true, force: true })
  const at = (share: number): string => (took[Math.min(took.length - 1, Math.floor(took.length * share))] as number).toFixed(2)
  const cpuMs = ((user + system) / 1_000 / heights).toFixed(2)
  return { log: kind, down, medianMs: at(0.5), p95Ms: at(0.95), maxMs: at(1), cpuMs, viewChanges }
}

/** One height after the other, each begun when all Buddies are done with the one before, as a period leaves them time to be. */
async function seal(buddies: Embedded, app: ToyApp, count: number): Promise<number[]> {
  const took: number[] = []
  for (let i = 0; i < count; i++) {
    const next = app.height + 1n
    while (buddies.buddies.some((buddy) => buddy !== null && buddy.height < next)) await new Promise(setImmediate)
    const begun = performance.now()
    for (const buddy of buddies.buddies) buddy?.cycle()
    await app.reached(next)
    took.push(performance.now() - begun)
  }
  return took
}
