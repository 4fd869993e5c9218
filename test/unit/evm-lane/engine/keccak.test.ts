// The hash against known values and against the other implementation, before and after the wasm is there.

import assert from 'node:assert/strict'
import test from 'node:test'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { initKeccak, keccak256 } from '../../../../src/evm-lane/engine/keccak.js'
import { bareHex } from '../../../../src/primitives.js'

test('keccak of nothing is the code hash of an account without code', async () => {
  const empty = 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
  assert.equal(bareHex(keccak256(new Uint8Array(0))), empty)
  await initKeccak()
  assert.equal(bareHex(keccak256(new Uint8Array(0))), empty)
})

test('every length around the block size of 136 bytes hashes as noble does', async () => {
  await initKeccak()
  for (let length = 0; length <= 300; length++) {
    const bytes = Uint8Array.from({ length: length + 3 }, (_, i) => i * 7 + length).subarray(3)
    assert.equal(bareHex(keccak256(bytes)), bareHex(keccak_256(bytes)))
  }
  const large = new Uint8Array(1_000_000).fill(5)
  assert.equal(bareHex(keccak256(large)), bareHex(keccak_256(large)))
})

test('a hash is its own memory', async () => {
  await initKeccak()
  const first = keccak256(Uint8Array.of(1))
  const copy = bareHex(first)
  keccak256(Uint8Array.of(2))
  assert.equal(bareHex(first), copy)
})
