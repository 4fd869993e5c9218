// Owns: the bank's life: load, `kill -9` at a random moment, start, audit, again and again (S11).
// Does not own: the load (bank-load.ts), the audit (bank-audit.ts). Called by: bank.test.ts, scripts/bank.ts.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initKeccak } from '../../../src/evm-lane/engine/keccak.js'
import type { Random } from '../../fixtures/random.js'
import { dueDeath } from '../crash-load.js'
import { startGateway, type Gateway } from '../gateway.js'
import { mainFile } from '../root.js'
import { audit, newBooks, type Books } from './bank-audit.js'
import { nextNonces, useUntilGone, type Told } from './bank-load.js'
import { bankConfig, setUpBank, type Bank } from './bank-setup.js'

export type BankRun = { crashes: number; random: Random; log: (line: string) => void }

/** The process dies after so many receipts at most, and then at some moment of the next milliseconds. */
const receiptsMax = 400
const extraMsMax = 50
/** One start in so many dies as well, at some moment until it has recovered. */
const brokenStartOneIn = 4
const brokenStartMsMax = 3_000

/** @throws AssertionError at the first thing that is not where it belongs. */
export async function runBank({ crashes, random, log }: BankRun): Promise<Books> {
  await initKeccak()
  const folder = await mkdtemp(join(tmpdir(), 'paralane-bank-'))
  const config = join(folder, 'paralane.toml')
  const dataDir = join(folder, 'data')
  await writeFile(config, bankConfig)
  const start = (): Promise<Gateway> => startGateway({ dataDir, args: ['--config', config] })
  let gateway = await start()
  try {
    const bank = await setUpBank(gateway)
    const books = newBooks()
    await audit(bank, gateway, books, [])
    for (let crash = 1; crash <= crashes; crash++) {
      const began = performance.now()
      const told = await useAndKill(bank, gateway, random)
      const killed = performance.now()
      if (random.chance(brokenStartOneIn)) await startAndKill(['--data-dir', dataDir, '--config', config], random.below(brokenStartMsMax))
      gateway = await start()
      const started = performance.now()
      await audit(bank, gateway, books, told)
      await nextNonces(bank, gateway)
      const took = `load ${seconds(began, killed)}, starts ${seconds(killed, started)}, audit ${seconds(started, performance.now())}`
      log(`crash ${crash}: ${told.length} receipts given (${took}); so far ${books.sessions} sessions, ${books.moves} moves of tokens`)
    }
    await gateway.stop()
    return books
  } finally {
    await gateway.kill9()
    await rm(folder, { recursive: true, force: true })
  }
}

const seconds = (fromMs: number, toMs: number): string => `${((toMs - fromMs) / 1_000).toFixed(1)} s`

async function useAndKill(bank: Bank, gateway: Gateway, random: Random): Promise<Told[]> {
  const death = dueDeath(gateway, random, { receiptsMax, extraMsMax })
  const told = await useUntilGone(bank, gateway, random, death.onReceipt)
  await death.over()
  return told
}

async function startAndKill(args: string[], afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [mainFile, 'start', '--port', '0', ...args], { stdio: 'ignore' })
  const gone = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
  await gone
  clearTimeout(timer)
}
