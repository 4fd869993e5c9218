// Seals for contracts: what is signed is what EIP-712 says, keys are kept as secrets, and signatures of Buddies elsewhere are taken only as far as they are theirs.

import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hashTypedData, recoverAddress } from 'viem'
import { openKeyFile } from '../../../src/buddy/key-file.js'
import { createVerifier } from '../../../src/buddy/signer.js'
import { AppError } from '../../../src/errors.js'
import { initKeccak, keccak256 } from '../../../src/evm-lane/engine/keccak.js'
import { bindingPreimage, decodeOnchainSignature, encodeOnchainSignature } from '../../../src/hyper/core/onchain-seal.js'
import type { OnchainSignature } from '../../../src/hyper/core/onchain-seal.js'
import { onchainKeyFile, openOnchainSigner, signerAddress } from '../../../src/hyper/onchain-key.js'
import type { OnchainSigner } from '../../../src/hyper/onchain-key.js'
import { OnchainSeals } from '../../../src/hyper/onchain-seals.js'
import { bytesToBigint, bigintToFixed, concatBytes, toHex } from '../../../src/primitives.js'
import type { Hash32 } from '../../../src/primitives.js'
import { filled, hyperBlock, laneEntry } from '../../fixtures/hyper-blocks.js'

const genesisHash = filled(1) as Hash32
const block = (number: bigint) => hyperBlock(number, [laneEntry(7, 1n, number)])
let folder: string
let signers: OnchainSigner[]

before(async () => {
  await initKeccak()
  folder = mkdtempSync(join(tmpdir(), 'paralane-onchain-'))
  signers = [0, 1, 2, 3].map((index) => {
    const file = join(folder, `buddy-${index}.pem`)
    openKeyFile(file)
    return openOnchainSigner(file, genesisHash, keccak256)
  })
})

after(() => rmSync(folder, { recursive: true, force: true }))

function collector(here: readonly OnchainSigner[] = [], height = 5n): OnchainSeals {
  return new OnchainSeals({
    signers: here,
    genesisHash,
    keccak256,
    verify: createVerifier(),
    set: () => signers.map(({ key }) => ({ key, weight: 1n })),
    height: () => height,
    keptMax: 4,
    aheadMax: 2,
  })
}

const one = (index: number, number = 5n): OnchainSignature => {
  const [signature] = collector([signers[index] as OnchainSigner]).ownOf(block(number))
  assert.ok(signature !== undefined)
  return signature
}

function refused(code: AppError['code'], signature: OnchainSignature): void {
  assert.throws(
    () => collector().accept(signature),
    (error) => error instanceof AppError && error.code === code,
  )
}

test('what is signed is typed data of EIP-712, as another implementation hashes it, by the address that is told', async () => {
  const { digest, number, hash, setHash, signatures } = collector(signers).sealOf(block(5n))
  const types = {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'version', type: 'string' },
      { name: 'salt', type: 'bytes32' },
    ],
    HyperSeal: [
      { name: 'number', type: 'uint256' },
      { name: 'hash', type: 'bytes32' },
      { name: 'setHash', type: 'bytes32' },
    ],
  } as const
  const domain = { name: 'Paralane', version: '1', salt: toHex(genesisHash) }
  const message = { number, hash: toHex(hash), setHash: toHex(setHash) }
  assert.equal(toHex(digest), hashTypedData({ domain, types, primaryType: 'HyperSeal', message }))
  const told = signatures.map(({ address }) => toHex(address))
  assert.deepEqual(told, [...told].sort())
  assert.equal(told.length, 4)
  for (const { address, signature } of signatures) {
    assert.equal((await recoverAddress({ hash: toHex(digest), signature: toHex(signature) })).toLowerCase(), toHex(address))
  }
})

test('the key is made once, beside that of the Buddy, for its owner only', () => {
  const keyFile = join(folder, 'buddy-0.pem')
  const file = onchainKeyFile(keyFile)
  assert.equal(file, join(folder, 'buddy-0.onchain.pem'))
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const again = openOnchainSigner(keyFile, genesisHash, keccak256)
  assert.deepEqual([again.key, again.address, again.binding], [signers[0]?.key, signers[0]?.address, signers[0]?.binding])
  const open = (name: string) => () => openOnchainSigner(join(folder, name), genesisHash, keccak256)
  const wrong = (error: unknown): boolean => error instanceof AppError && error.code === 'config-invalid'
  writeFileSync(join(folder, 'mixed.onchain.pem'), '', { mode: 0o600 })
  assert.throws(open('mixed.pem'), wrong)
  openKeyFile(join(folder, 'ed25519.onchain.pem'))
  assert.throws(open('ed25519.pem'), wrong)
  chmodSync(file, 0o640)
  assert.throws(open('buddy-0.pem'), wrong)
  chmodSync(file, 0o600)
})

test('signatures of Buddies elsewhere come together, and each counts for its own block only', () => {
  const seals = collector()
  assert.deepEqual(seals.members(), [null, null, null, null])
  for (const index of [2, 0, 1]) seals.accept(one(index))
  // Twice is once.
  seals.accept(one(1))
  seals.accept(one(1, 6n))
  const { signatures } = seals.sealOf(block(5n))
  assert.deepEqual(new Set(signatures.map(({ key }) => toHex(key))), new Set(signers.slice(0, 3).map(({ key }) => toHex(key))))
  assert.equal(seals.sealOf(block(6n)).signatures.length, 1)
  const other = hyperBlock(5n, [laneEntry(8, 1n, 1n)])
  assert.deepEqual(seals.sealOf(other).signatures, [])
  assert.deepEqual(seals.members().map((member) => member === null), [false, false, false, true]) // prettier-ignore
})

test('what was answered here and is handed in again changes nothing', () => {
  const seals = collector([signers[0] as OnchainSigner])
  const before = seals.sealOf(block(5n))
  for (const signature of before.signatures) seals.accept(signature)
  assert.deepEqual(seals.sealOf(block(5n)), before)
})

test('what is not signed by a Buddy and its address is refused', () => {
  const good = one(0)
  const [, second] = signers as [OnchainSigner, OnchainSigner]
  refused('not-allowed', { ...good, key: filled(9) })
  refused('not-allowed', { ...good, hash: filled(9) })
  refused('not-allowed', { ...good, setHash: filled(9) })
  refused('not-allowed', { ...good, binding: second.binding })
  // Its own signature, but the address of another, and an address that this Buddy does not call its own.
  refused('not-allowed', { ...good, address: second.address })
  refused('not-allowed', { ...one(1), key: good.key, binding: good.binding })
  refused('invalid-params', one(0, 1n))
  refused('invalid-params', one(0, 8n))
  collector().accept(one(0, 2n))
  collector().accept(one(0, 7n))
})

test('two Buddies cannot tell the same address', () => {
  const twin = join(folder, 'buddy-1.pem')
  const seals = collector([signers[0] as OnchainSigner])
  const { address, sign } = signers[0] as OnchainSigner
  const binding = openKeyFile(twin).signer.sign(bindingPreimage({ hash: keccak256 }, genesisHash, address))
  const [own] = seals.ownOf(block(5n))
  assert.ok(own !== undefined)
  const copied = { ...own, key: openKeyFile(twin).signer.key, binding, signature: sign(seals.sealOf(block(5n)).digest) }
  assert.throws(() => seals.accept(copied), /address of another Buddy/)
})

test('a signature has one form', () => {
  const { signature, address } = one(0)
  const { digest } = collector().sealOf(block(5n))
  assert.deepEqual(signerAddress(digest, signature, keccak256), address)
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const s = bigintToFixed(order - bytesToBigint(signature.subarray(32, 64)), 32)
  const flipped = concatBytes(signature.subarray(0, 32), s, Uint8Array.of(signature[64] === 27 ? 28 : 27))
  assert.equal(signerAddress(digest, flipped, keccak256), null)
  for (const wrong of [signature.subarray(0, 64), concatBytes(signature.subarray(0, 64), Uint8Array.of(29)), new Uint8Array(65)]) {
    assert.equal(signerAddress(digest, wrong, keccak256), null)
  }
})

test('the bytes on the way are those of the signature and of nothing else', () => {
  const bytes = encodeOnchainSignature(one(3))
  assert.deepEqual(decodeOnchainSignature(bytes), one(3))
  assert.equal(decodeOnchainSignature(bytes.subarray(1)), null)
  assert.equal(decodeOnchainSignature(concatBytes(bytes, Uint8Array.of(0))), null)
})
