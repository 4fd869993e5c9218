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
    const third = await paralane('keygen', '--out', file, '--onchain').ended
    assert.match(third.stdout, /^0x[0-9a-f]{64}\n0x[0-9a-f]{40}\n$/)
    assert.ok(third.stdout.startsWith(first.stdout))
    assert.equal(statSync(join(folder, 'key.onchain.pem')).mode & 0o777, 0o600)
    assert.equal((await paralane('keygen', '--out', file, '--onchain').ended).stdout, third.stdout)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
