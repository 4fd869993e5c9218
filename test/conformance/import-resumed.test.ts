// Owns: that `paralane lane import` killed at any moment goes on where it was when it is called again, and ends at the same head.
// Does not own: the blocks (import.test.ts). Called by: node --test.

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import { mainFile } from '../e2e/root.js'
import { seededRandom } from '../fixtures/random.js'
import { chainFile, genesisFile, skipWithoutData } from './chain-folder.js'

const kills = 4
const killMsMax = 3_000

const run = promisify(execFile)

test('an import that is killed goes on when it is called again', { skip: skipWithoutData, timeout: 600_000 }, async (t) => {
  const random = seededRandom('import kills')
  const folder = await mkdtemp(join(tmpdir(), 'paralane-import-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const command = (dataDir: string, ...args: string[]): string[] => [mainFile, 'lane', ...args, '--data-dir', join(folder, dataDir)]
  const imported = async (dataDir: string): Promise<string> =>
    (await run(process.execPath, command(dataDir, 'import', '--lane', 'vectors', chainFile))).stdout

  for (const dataDir of ['whole', 'killed']) await run(process.execPath, command(dataDir, 'init', '--genesis', genesisFile, '--name', 'vectors'))
  for (let kill = 0; kill < kills; kill++) {
    const child = spawn(process.execPath, command('killed', 'import', '--lane', 'vectors', chainFile), { stdio: 'ignore' })
    const gone = once(child, 'exit')
    const timer = setTimeout(() => child.kill('SIGKILL'), random.below(killMsMax))
    await gone
    clearTimeout(timer)
  }
  const [whole, resumed] = [await imported('whole'), await imported('killed')]
  t.diagnostic(resumed.trim())
  assert.equal(/head is (.*)/.exec(resumed)?.[1], /head is (.*)/.exec(whole)?.[1])
  assert.match(whole, /Imported 54 blocks, head is block 54 /)
})
