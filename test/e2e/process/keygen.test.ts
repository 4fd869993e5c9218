// `paralane keygen`: makes a key once, prints the public half alone.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { readKeyFile } from '../../../src/buddy/key-file.js'
import { toHex } from '../../../src/primitives.js'
import { paralane } from './command.js'

test('keygen makes a key that only its owner can read, and never a second one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paralane-keygen-'))
  try {
    const file = join(folder, 'key.pem')
    const first = await paralane('keygen', '--out', file).ended
    assert.equal(first.code, 0)
    assert.equal(first.stdout, `${toHex(readKeyFile(file).key)}\n`)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const second = await paralane('keygen', '--out', file).ended
    assert.equal(second.stdout, first.stdout)
    assert.match(second.stderr, /has a key already/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
