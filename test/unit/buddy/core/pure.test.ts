// The core compiles with nothing but the language: no clock, no sockets, no Buffer can be named in it.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'node:test'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../../..')

test('tsc accepts buddy/core without the types of any platform', () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', join(root, 'src/tsconfig.pure.json')], { encoding: 'utf8' })
  assert.equal(status, 0, stdout)
})
