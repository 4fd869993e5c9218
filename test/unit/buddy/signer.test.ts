// Keys of Buddies: signing, verifying, and their files.

import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { AppError } from '../../../src/errors.js'
import { openKeyFile, readKeyFile } from '../../../src/buddy/key-file.js'
import { createSigner, createVerifier, newPrivateKey, privateKeyFromPem } from '../../../src/buddy/signer.js'
import { bareHex, fromHex } from '../../../src/primitives.js'

const refused = (error: unknown): boolean => error instanceof AppError && error.code === 'config-invalid'

test('RFC 8032, section 7.1, test 2', () => {
  const seed = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'
  const pem = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex').toString('base64')}\n-----END PRIVATE KEY-----\n`
  const key = privateKeyFromPem(pem)
  assert.ok(key !== null)
  const signer = createSigner(key)
  assert.equal(bareHex(signer.key), '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')
  const signature = signer.sign(Uint8Array.of(0x72))
  assert.equal(
    bareHex(signature),
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  )
  assert.ok(createVerifier()(signer.key, Uint8Array.of(0x72), signature))
})

test('anything but the signature of this message by this key is refused, also what is no key at all', () => {
  const verify = createVerifier()
  const [a, b] = [createSigner(newPrivateKey()), createSigner(newPrivateKey())]
  const message = fromHex('0102')
  const signature = a.sign(message)
  assert.ok(verify(a.key, message, signature))
  assert.ok(!verify(b.key, message, signature))
  assert.ok(!verify(a.key, fromHex('0103'), signature))
  for (const at of [0, 31, 32, 63]) {
    const wrong = signature.slice()
    wrong[at] = (wrong[at] as number) ^ 1
    assert.ok(!verify(a.key, message, wrong))
  }
  assert.ok(!verify(a.key, message, signature.subarray(1)))
  assert.ok(!verify(new Uint8Array(32).fill(0xff), message, signature))
  assert.ok(!verify(new Uint8Array(31), message, signature))
})

test('a key file is made once, for its owner only, and read again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paralane-key-'))
  try {
    const file = join(folder, 'deep', 'key.pem')
    const first = openKeyFile(file)
    assert.ok(first.made)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(join(folder, 'deep')), ['key.pem'])
    const second = openKeyFile(file)
    assert.ok(!second.made)
    assert.deepEqual(second.signer.key, first.signer.key)
    assert.match(readFileSync(file, 'utf8'), /^-----BEGIN PRIVATE KEY-----\n/)
    chmodSync(file, 0o640)
    assert.throws(() => openKeyFile(file), refused)
    writeFileSync(join(folder, 'no-key'), 'hello', { mode: 0o600 })
    assert.throws(() => readKeyFile(join(folder, 'no-key')), refused)
    assert.throws(() => readKeyFile(join(folder, 'nothing')), refused)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
