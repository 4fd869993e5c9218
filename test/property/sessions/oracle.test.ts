// Random call trees over three lanes against the same trees on one chain: storage, balances, nonces, code, answers, logs (S2, S3).

import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** 100,000 by the script itself. */
const trees = Number(process.env['TREES'] ?? 2_000)
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** Processes of their own: the hooks of node's test runner make every promise of the EVM cost twice as much. */
const processes = 2
const script = fileURLToPath(new URL('../../../scripts/sessions-oracle.js', import.meta.url))

type Run = { status: number | null; stdout: string; stderr: string }

function run(from: number, count: number): Promise<Run> {
  const args = [script, '--seed', String(seed), '--from', String(from), '--trees', String(count)]
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, (_error, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }))
  })
}

test(`S2 S3: ${trees} call trees over three lanes do what they do on one chain`, async () => {
  console.log(`sessions oracle: SEED=${seed}`)
  const each = Math.ceil(trees / processes)
  const runs = await Promise.all(Array.from({ length: processes }, (_, i) => run(i * each, each)))
  for (const { status, stdout, stderr } of runs) {
    assert.equal(status, 0, stderr)
    const last = stdout.trim().split('\n').at(-1) ?? ''
    console.log(last)
    assert.match(last, /no difference$/)
    // Trees that never leave their lane would prove nothing.
    const sessions = Number(/ (\d+) of them sessions/.exec(last)?.[1])
    assert.ok(sessions > each / 2, `${sessions} sessions of ${each} trees`)
  }
})
