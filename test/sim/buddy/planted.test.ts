// The net has no hole: each planted bug makes the test fail that is said to see it. The core is patched as it was compiled.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'node:test'
import { planted } from './planted.js'
import type { Planted } from './planted.js'

const dist = join(dirname(fileURLToPath(import.meta.url)), '../../..')
const parts = [
  'src/assert.js',
  'src/buddy/core',
  'src/codec',
  'test/sim/buddy',
  'test/unit/buddy/core',
  'test/fixtures/random.js',
  'test/fixtures/buddy-bench.js',
]
/** A core with a bug may turn in circles, which is a failure too. */
const timeoutMs = 20_000

const home = mkdtempSync(join(tmpdir(), 'paralane-planted-'))
test.after(() => rmSync(home, { recursive: true, force: true }))
for (const part of parts) {
  mkdirSync(dirname(join(home, part)), { recursive: true })
  cpSync(join(dist, part), join(home, part), { recursive: true })
}
writeFileSync(join(home, 'package.json'), '{"type":"module"}')

async function passes(seenBy: Planted['seenBy']): Promise<boolean> {
  const file = join(home, 'test/unit/buddy/core', `${seenBy}.test.js`)
  const run = spawn(process.execPath, [file], {
    stdio: 'ignore',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    env: { ...process.env, NODE_TEST_CONTEXT: '' },
  })
  const [status] = (await once(run, 'close')) as [number | null]
  return status === 0
}

test('without a bug all of them pass', async () => {
  for (const seenBy of new Set(planted.map((bug) => bug.seenBy))) assert.ok(await passes(seenBy), seenBy)
})

for (const { bug, file, from, to, seenBy } of planted) {
  test(`${seenBy} sees: ${bug}`, async () => {
    const path = join(home, 'src/buddy/core', `${file}.js`)
    const right = readFileSync(path, 'utf8')
    assert.equal(right.split(from).length, 2, `${file} has "${from}" once; the bug must be planted elsewhere now`)
    writeFileSync(
      path,
      right.replace(from, () => to),
    )
    try {
      assert.ok(!(await passes(seenBy)))
    } finally {
      writeFileSync(path, right)
    }
  })
}
