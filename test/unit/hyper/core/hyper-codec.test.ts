// One encoding per header, body, genesis and change, and decoders that take no other.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Bytes } from '../../../../src/codec/bytes.js'
import { decodeRlp, encodeRlp } from '../../../../src/codec/rlp.js'
import type { Rlp } from '../../../../src/codec/rlp.js'
import { genesisFromJson, genesisToJson } from '../../../../src/hyper/core/genesis.js'
import {
  decodeBody,
  decodeChange,
  decodeGenesis,
  decodeHeader,
  decodeRoster,
  encodeBody,
  encodeChange,
  encodeGenesis,
  encodeHeader,
  encodeRoster,
  readHeader,
} from '../../../../src/hyper/core/hyper-codec.js'
import { decodeLaneProof, encodeLaneProof } from '../../../../src/hyper/core/proof.js'
import { lightCrypto } from '../../../../src/hyper/core/light-crypto.js'
import { bodyValue, changeValue, genesisValue, headerValue, laneProofValue, rosterValue } from '../../../fixtures/hyper-values.js'
import { seededRandom } from '../../../fixtures/random.js'
import type { Random } from '../../../fixtures/random.js'

type Format = {
  name: string
  spoiled: (random: Random) => { bytes: Bytes; again: (bytes: Bytes) => Bytes | null }
  roundTrip: (random: Random) => void
}

function format<T>(name: string, make: (random: Random) => T, encode: (value: T) => Bytes, decode: (bytes: Bytes) => T | null): Format {
  return {
    name,
    roundTrip: (random) => {
      const value = make(random)
      assert.deepEqual(decode(encode(value)), value)
    },
    spoiled: (random) => ({
      bytes: encode(make(random)),
      again: (bytes) => {
        const value = decode(bytes)
        return value === null ? null : encode(value)
      },
    }),
  }
}

const formats = [
  format('header', headerValue, encodeHeader, decodeHeader),
  format('body', bodyValue, encodeBody, decodeBody),
  format('genesis', genesisValue, encodeGenesis, decodeGenesis),
  format('change', changeValue, encodeChange, decodeChange),
  format('lane proof', laneProofValue, encodeLaneProof, decodeLaneProof),
  format('roster', rosterValue, encodeRoster, decodeRoster),
]

for (const { name, roundTrip, spoiled } of formats) {
  test(`${name}: comes back as it was`, () => {
    const random = seededRandom(name)
    for (let i = 0; i < 500; i++) roundTrip(random)
  })

  test(`${name}: spoiled bytes are null, or another value in its one form`, () => {
    const random = seededRandom(name)
    for (let i = 0; i < 1_000; i++) {
      const { bytes, again } = spoiled(random)
      assert.equal(again(bytes.subarray(0, -1)), null)
      assert.equal(again(Uint8Array.from([...bytes, 0])), null)
      const at = random.below(bytes.length)
      bytes[at] = (bytes[at] as number) ^ (1 << random.below(8))
      const decoded = again(bytes)
      if (decoded !== null) assert.deepEqual(decoded, bytes, `seed ${random.seed}, round ${i}`)
    }
  })
}

test('a header of another version is no header', () => {
  const fields = [...(decodeRlp(encodeHeader(headerValue(seededRandom('version')))) as Rlp[])]
  fields[0] = Uint8Array.of(2)
  assert.equal(decodeHeader(encodeRlp(fields)), null)
  assert.equal(readHeader(encodeRlp(fields)), null)
})

test('a genesis document is the same in JSON', () => {
  const random = seededRandom('genesis JSON')
  for (let i = 0; i < 200; i++) {
    const genesis = genesisValue(random)
    const json: unknown = JSON.parse(JSON.stringify(genesisToJson(lightCrypto, genesis)))
    assert.deepEqual(genesisFromJson(lightCrypto, json), genesis)
  }
})

const mistakes: { desc: string; spoil: (json: Record<string, unknown>) => void; says: RegExp }[] = [
  { desc: 'another version', spoil: (json) => (json['version'] = 2), says: /only version 1/ },
  { desc: 'a hash that is not its own', spoil: (json) => (json['hash'] = `0x${'00'.repeat(32)}`), says: /hashes to 0x/ },
  { desc: 'nobody to seal', spoil: (json) => ((json['set'] = []), delete json['hash']), says: /a set of 0 Buddies/ },
  { desc: 'a weight as a number', spoil: (json) => (json['set'] = [{ key: '0x00', weight: 1 }]), says: /weight: not an integer/ },
  { desc: 'a time with a fraction', spoil: (json) => (json['timestampMs'] = 1.5), says: /timestampMs: not a whole number/ },
  { desc: 'no lanes', spoil: (json) => delete json['lanes'], says: /lanes: not a list/ },
]
for (const { desc, spoil, says } of mistakes) {
  test(`genesis JSON refused: ${desc}`, () => {
    const json = genesisToJson(lightCrypto, genesisValue(seededRandom(desc)))
    spoil(json)
    assert.throws(() => genesisFromJson(lightCrypto, json), { name: 'JsonMistake', message: says })
  })
}
