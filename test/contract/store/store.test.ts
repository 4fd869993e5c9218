// Every implementation of Store against the one contract; what only a folder on disk can do.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { AppError } from '../../../src/errors.js'
import { openLevelStore } from '../../../src/store/level-store.js'
import { MemoryStore } from '../../../src/store/memory-store.js'
import { FaultyStore } from '../../fixtures/faulty-store.js'
import { testStore } from './store-contract.js'

const folders: string[] = []

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'paralane-store-'))
  folders.push(made)
  return made
}

after(async () => {
  for (const made of folders) await rm(made, { recursive: true })
})

testStore('memory', async () => new MemoryStore())
testStore('level', async () => openLevelStore(await folder()))
testStore('faulty before its fault', async () => new FaultyStore(new MemoryStore(), { atBatch: 100, kind: 'cut' }))

test('level: what was written is there after reopening', async () => {
  const at = await folder()
  const first = await openLevelStore(at)
  await first.batch([{ type: 'put', key: Uint8Array.of(1), value: Uint8Array.of(2) }], { sync: true })
  await first.close()
  const second = await openLevelStore(at)
  assert.equal(second.getSync(Uint8Array.of(1))?.[0], 2)
  await second.close()
})

test('level: a second opener is refused, in this process and from another', async () => {
  const at = await folder()
  const store = await openLevelStore(at)
  await assert.rejects(openLevelStore(at), (error) => error instanceof AppError && error.code === 'store-in-use')
  const script = `import { openLevelStore } from ${JSON.stringify(new URL('../../../src/store/level-store.js', import.meta.url).href)}
    await openLevelStore(${JSON.stringify(at)}).then(() => process.exit(1), (error) => process.exit(error.code === 'store-in-use' ? 42 : 2))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number]
  assert.equal(code, 42)
  await store.close()
})

test('faulty: fails one batch whole, or all from one on', async () => {
  const put = (n: number): { type: 'put'; key: Uint8Array; value: Uint8Array } => ({ type: 'put', key: Uint8Array.of(n), value: Uint8Array.of(n) })
  for (const [kind, kept] of [
    ['fail', [1, 3]],
    ['cut', [1]],
  ] as const) {
    const inner = new MemoryStore()
    const store = new FaultyStore(inner, { atBatch: 2, kind })
    const outcomes = await Promise.allSettled([store.batch([put(1)]), store.batch([put(2), put(4)]), store.batch([put(3)])])
    assert.equal(outcomes[1]?.status, 'rejected')
    assert.deepEqual(
      [1, 2, 3, 4].filter((n) => inner.getSync(Uint8Array.of(n)) !== undefined),
      kept,
    )
  }
})
