// Owns: the official JSON-RPC vectors against a gateway that serves the chain they speak of, brought there by the commands a user types.
// Does not own: the methods' other behaviour (e2e, unit tests). Called by: node --test.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import { startGateway } from '../e2e/gateway.js'
import { mainFile } from '../e2e/root.js'
import { post } from '../e2e/rpc.js'
import { chainFile, conformanceDir, genesisFile, skipWithoutData } from './chain-folder.js'
import type { Schema } from './result-schema.js'
import { readVectors, runVector } from './vector-run.js'

/** Methods that this gateway does not have. */
const notServed = /^(debug_|testing_|eth_simulateV1$)/

const run = promisify(execFile)

test('the official vectors', { skip: skipWithoutData, timeout: 300_000 }, async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'paralane-vectors-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const command = (...args: string[]) => run(process.execPath, [mainFile, 'lane', ...args, '--data-dir', dataDir])
  await command('init', '--genesis', genesisFile, '--name', 'vectors')
  const { stdout } = await command('import', '--lane', 'vectors', chainFile)
  t.diagnostic(stdout.trim().split('\n').at(-1) ?? '')
  const { chainId } = (JSON.parse(readFileSync(genesisFile, 'utf8')) as { config: { chainId: number } }).config

  const gateway = await startGateway({ dataDir })
  t.after(() => gateway.stop())
  const schemas = JSON.parse(readFileSync(join(conformanceDir, 'openrpc-results.json'), 'utf8')) as Record<string, Schema>
  const send = async (body: string): Promise<string> => (await post(gateway.laneUrl(chainId), body)).text

  const byMethod = new Map<string, { passed: number; failures: string[] }>()
  for (const vector of readVectors(join(conformanceDir, 'tests'), (method) => !notServed.test(method))) {
    const wrong = await runVector(vector, send, schemas)
    const score = byMethod.get(vector.method) ?? { passed: 0, failures: [] }
    byMethod.set(vector.method, score)
    if (wrong.length === 0) score.passed++
    else score.failures.push(`${vector.name}: ${wrong.slice(0, 6).join('; ')}`)
  }

  const all = [...byMethod.values()]
  const passed = all.reduce((sum, score) => sum + score.passed, 0)
  const failures = all.flatMap((score) => score.failures)
  for (const [method, score] of byMethod) t.diagnostic(`${method}: ${score.passed} of ${score.passed + score.failures.length}`)
  t.diagnostic(`all: ${passed} of ${passed + failures.length}`)
  assert.deepEqual(failures, [])
  assert(passed > 0, 'there are vectors')
})
