// How many signatures one message can make a Buddy verify: no more than an honest one would put in it.

import assert from 'node:assert/strict'
import test from 'node:test'
import { createState } from '../../../../src/buddy/core/state.js'
import { step } from '../../../../src/buddy/core/step.js'
import type { Env, LaneCert, Message, Vote } from '../../../../src/buddy/core/types.js'
import { envOf, genesisHash } from '../../../fixtures/buddy-bench.js'
import { keyNumber } from '../../../sim/buddy/crypto.js'

const size = 4
const set = Array.from({ length: size }, (_, i) => ({ key: keyNumber(i), weight: 1n }))
const noise = new Uint8Array(64).fill(9)

function verifiedBy(merge: Env['merge'], message: Message): number {
  let count = 0
  const own = envOf(0)
  const verify: Env['crypto']['verify'] = (...of) => {
    count++
    return own.crypto.verify(...of)
  }
  const env: Env = { ...own, merge, crypto: { ...own.crypto, verify } }
  step(env, createState(env, { set, height: 1n, parentHash: genesisHash }), { kind: 'receive', from: keyNumber(3), message })
  return count
}

const votes = (count: number): Message => ({
  kind: 'votes',
  vote: 'prepare',
  height: 1n,
  view: 0,
  votes: Array.from({ length: count }, (_, i): Vote => ({ validator: i % size, digest: new Uint8Array(64).fill(i), signature: noise })),
  want: false,
})

test('votes: two of each member at most, for nobody keeps more; a message with more is not looked at', () => {
  assert.equal(verifiedBy('none', votes(2 * size)), 2 * size)
  assert.equal(verifiedBy('none', votes(2 * size + 1)), 0)
})

test('reports are for MERGE alone', () => {
  const attest = { laneId: 1n, number: 1n, laneView: 0, ethBlockHash: genesisHash, parentHyperHash: genesisHash, stateRoot: genesisHash, outboxRoot: genesisHash, inboxCursor: 0n } // prettier-ignore
  const cert: LaneCert = { attest, signers: [0, 1], signatures: [noise, noise] }
  const report: Message = { kind: 'report', height: 1n, contributors: [3], certs: [cert] }
  assert.equal(verifiedBy('none', report), 0)
  assert.ok(verifiedBy('buddy', report) > 0)
})
