// Signed changes and requests of the admin: who may, in which order, and that what was accepted is not forgotten.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openKeyFile } from '../../../src/buddy/key-file.js'
import { createSigner, newPrivateKey } from '../../../src/buddy/signer.js'
import type { Signer } from '../../../src/buddy/signer.js'
import { AppError } from '../../../src/errors.js'
import { initKeccak, keccak256 } from '../../../src/evm-lane/engine/keccak.js'
import { adminRequestPreimage, checkAdminRequest } from '../../../src/hyper/admin-request.js'
import { ChangeDesk } from '../../../src/hyper/change-desk.js'
import { changePreimage, genesisHashOf } from '../../../src/hyper/core/hyper-codec.js'
import type { Change, HyperGenesis, SignedChange } from '../../../src/hyper/core/hyper-types.js'
import { adminKeyFile } from '../../../src/hyper/genesis-file.js'
import { createHyperStore } from '../../../src/hyper/hyper-store.js'
import { MemoryStore } from '../../../src/store/memory-store.js'
import { filled } from '../../fixtures/hyper-blocks.js'

await initKeccak()
const folder = mkdtempSync(join(tmpdir(), 'paralane-changes-'))
test.after(() => rmSync(folder, { recursive: true }))
const admin = openKeyFile(adminKeyFile(folder)).signer
const stranger = createSigner(newPrivateKey())

const params = { periodMs: 500, censorMs: 2_000, driftMs: 2_000, adminKey: admin.key }
const document: HyperGenesis = { version: 1, timestampMs: 1n, lanes: [], set: [{ key: filled(1), weight: 1n }], params }
const genesis = { document, hash: genesisHashOf({ hash: keccak256 }, document) }
const change: Change = { kind: 'buddy-set', key: filled(2), weight: 3n }

function signed(nonce: bigint, by: Signer = admin): SignedChange {
  return { nonce, change, signature: by.sign(changePreimage({ hash: keccak256 }, genesis.hash, { nonce, change })) }
}

const refuses = (work: Promise<unknown>, code: string): Promise<void> =>
  assert.rejects(work, (error) => error instanceof AppError && error.code === code)
const fine = async (): Promise<null> => null

test('changes are taken in the order of their nonces, from the admin only, and kept', async () => {
  const store = createHyperStore(new MemoryStore())
  const desk = new ChangeDesk({ genesis, dataDir: folder, store, keccak256 })
  assert.deepEqual(await desk.open(4n), [])
  await refuses(desk.accept(signed(4n, stranger), fine), 'not-allowed')
  await refuses(desk.accept(signed(5n), fine), 'invalid-params')
  await refuses(
    desk.accept(signed(4n), async () => 'the network has that Buddy'),
    'invalid-params',
  )
  await desk.accept(signed(4n), fine)
  assert.deepEqual(await desk.sign(change), signed(5n))
  assert.equal(desk.nonce, 6n)
  // Another life of the process, when a Hyper Block held the first of them.
  const next = new ChangeDesk({ genesis, dataDir: folder, store, keccak256 })
  assert.deepEqual(await next.open(5n), [signed(5n)])
  assert.equal(next.nonce, 6n)
})

test('a change that was sealed before it came here is not waited for', async () => {
  const store = createHyperStore(new MemoryStore())
  const desk = new ChangeDesk({ genesis, dataDir: folder, store, keccak256 })
  await desk.open(0n)
  await refuses(desk.accept(signed(1n), fine), 'invalid-params')
  desk.sealed(1n)
  await refuses(desk.accept(signed(0n), fine), 'invalid-params')
  await desk.accept(signed(1n), fine)
  // Nor does a Hyper Block take back what was accepted after it.
  desk.sealed(1n)
  assert.equal(desk.nonce, 2n)
  assert.deepEqual([await desk.waiting(1n), await desk.waiting(2n)], [[signed(1n)], []])
})

test('nothing is signed where the key of the admin is not', async () => {
  const other = join(folder, 'other')
  const desk = new ChangeDesk({ genesis, dataDir: other, store: createHyperStore(new MemoryStore()), keccak256 })
  await desk.open(0n)
  assert.equal(await desk.sign(change), null)
  openKeyFile(adminKeyFile(other))
  assert.equal(await desk.sign(change), null)
})

test('a request of the admin is good for one text and until the next change', () => {
  const at = { ...genesis, nonce: 7n }
  const request = (by: Signer, nonce = 7n, text = 'a lane') => ({
    text,
    nonce,
    signature: by.sign(adminRequestPreimage(keccak256, genesis.hash, { text, nonce })),
  })
  checkAdminRequest(keccak256, at, request(admin))
  const refusal = (given: Parameters<typeof checkAdminRequest>[2], code: string): void =>
    assert.throws(
      () => checkAdminRequest(keccak256, at, given),
      (error) => error instanceof AppError && error.code === code,
    )
  refusal(request(stranger), 'not-allowed')
  refusal({ ...request(admin), text: 'another lane' }, 'not-allowed')
  refusal({ ...request(admin), nonce: 8n }, 'not-allowed')
  refusal(request(admin, 6n), 'invalid-params')
})
