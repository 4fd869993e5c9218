// Formats that are signed, stored or exchanged do not change by accident: the hash over 4,096 generated values of each is locked.
// A new hash here is a decision: a new version of the format, or a field that older programs refuse.

import assert from 'node:assert/strict'
import test from 'node:test'
import { joinBytes } from '../../src/codec/bytes.js'
import type { Bytes } from '../../src/codec/bytes.js'
import { hexOf } from '../../src/codec/hex.js'
import { encodeBody, encodeChange, encodeGenesis, encodeHeader, encodeRoster } from '../../src/hyper/core/hyper-codec.js'
import { encodeLaneProof } from '../../src/hyper/core/proof.js'
import { lightCrypto } from '../../src/hyper/core/light-crypto.js'
import { bodyValue, changeValue, genesisValue, headerValue, laneProofValue, rosterValue } from '../fixtures/hyper-values.js'
import { prng } from '../fixtures/random.js'
import type { Random } from '../fixtures/random.js'

const valueCount = 4_096
const seed = 20_261_122

const locks: { format: string; encode: (random: Random) => Bytes; hash: string }[] = [
  {
    format: 'header',
    encode: (random) => encodeHeader(headerValue(random)),
    hash: '0xb8dcf899b1d8fa83ff226e7c09d926296770bb4566223993b2f9169985e845a0',
  },
  { format: 'body', encode: (random) => encodeBody(bodyValue(random)), hash: '0xb9be49b21f119f8bff1372519d35b4695f3d42e596d492cad086a4e9c16d0810' },
  {
    format: 'genesis',
    encode: (random) => encodeGenesis(genesisValue(random)),
    hash: '0x30665545ddcaf3ea6df2f8c0506e57f50f63c79dd7a3bbd7e81a1f4d3913a590',
  },
  {
    format: 'change',
    encode: (random) => encodeChange(changeValue(random)),
    hash: '0xf64a3ee67a7d7d3a65531e3a2a610204a6a07c1b568001ea258725433d0afb69',
  },
  {
    format: 'lane proof',
    encode: (random) => encodeLaneProof(laneProofValue(random)),
    hash: '0xaa165d366198e6c033666147609584f1248f4a8d37046f33457d6c3e44151664',
  },
  {
    format: 'roster',
    encode: (random) => encodeRoster(rosterValue(random)),
    hash: '0xf5477d1d3d278ecf71979a0d133094e09def36de2d7a3f073e676476c97ef270',
  },
]

for (const { format, encode, hash } of locks) {
  test(`${format}: ${valueCount} values encode as they always did`, () => {
    const random = prng(seed)
    const all = Array.from({ length: valueCount }, () => encode(random))
    assert.equal(hexOf(lightCrypto.hash(joinBytes(...all))), hash)
  })
}
