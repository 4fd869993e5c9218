// Whole heights among a few Buddies: costs, sets of one, weights, set changes, followers and restarts.

import assert from 'node:assert/strict'
import test from 'node:test'
import { verifySeal } from '../../../../src/buddy/core/certificate.js'
import { decodeRecord } from '../../../../src/buddy/core/codec.js'
import { recover } from '../../../../src/buddy/core/recovery.js'
import type { WalRecord } from '../../../../src/buddy/core/types.js'
import { committeeOf } from '../../../../src/buddy/core/validators.js'
import { createBench, genesisHash } from '../../../fixtures/buddy-bench.js'
import type { Bench } from '../../../fixtures/buddy-bench.js'
import { projection } from '../../../sim/buddy/checkers/recovery.js'
import { keyNumber } from '../../../sim/buddy/crypto.js'

const ones = (size: number): bigint[] => Array.from({ length: size }, () => 1n)
const heights = (bench: Bench): bigint[] => bench.desks.map(({ state }) => state.height)

for (const { size, exchange, messages } of [
  { size: 1, exchange: 'buddy', messages: 0 },
  { size: 4, exchange: 'buddy', messages: 19 },
  { size: 16, exchange: 'buddy', messages: 143 },
  { size: 4, exchange: 'direct', messages: 27 },
] as const) {
  test(`B8: ${size} Buddies, ${exchange}: ${messages} messages per height`, () => {
    const bench = createBench(ones(size), { exchange })
    bench.cycle()
    bench.run(30)
    assert.deepEqual(new Set(heights(bench)), new Set([2n]))
    assert.equal(bench.sent.length, messages)
  })
}

test('weights count, not heads: three light ones cannot seal without the heavy one', () => {
  const bench = createBench([4n, 1n, 1n, 1n])
  bench.crash(0)
  for (let i = 0; i < 5; i++) {
    bench.cycle()
    bench.run(500)
  }
  assert.deepEqual(heights(bench), [1n, 1n, 1n, 1n])
  bench.restart(0)
  bench.cycle()
  bench.run(3_000)
  assert.ok(heights(bench).every((height) => height >= 2n))
})

test('a set changes by a sealed block; a follower becomes a validator and a Seal names its set', () => {
  const bench = createBench(ones(4), { followers: 1 })
  const next = [1, 2, 3, 4].map((number) => ({ key: keyNumber(number), weight: 1n }))
  bench.nextSet = (height) => (height === 2n ? next : null)
  for (let i = 0; i < 12; i++) {
    bench.cycle()
    bench.run(30)
  }
  const [left, stayed, , , joined] = bench.desks
  assert.equal(left?.state.self, -1)
  assert.equal(joined?.state.self, 3)
  assert.ok((joined?.state.height ?? 0n) > 4n)
  const seals = stayed?.sealed ?? []
  const env = (stayed ?? assert.fail()).env
  let parentHash = genesisHash
  let set = bench.set
  for (const seal of seals) {
    const at = { height: seal.qc.height, parentHash }
    assert.ok(verifySeal(env, committeeOf(env, set), at, seal))
    assert.ok(!verifySeal(env, committeeOf(env, [...set].reverse()), at, seal))
    parentHash = seal.qc.digest.subarray(0, 32)
    set = seal.nextSet ?? set
  }
  assert.deepEqual(set, next)
})

test('a tampered Seal is refused, whatever is changed', () => {
  const bench = createBench(ones(4))
  bench.cycle()
  bench.run(30)
  const [desk] = bench.desks
  const seal = desk?.sealed[0]
  assert.ok(desk !== undefined && seal !== undefined)
  const { env } = desk
  const check = (changed: typeof seal): boolean => verifySeal(env, committeeOf(env, bench.set), { height: 1n, parentHash: genesisHash }, changed)
  const { qc } = seal
  const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
  assert.ok(check(seal))
  assert.ok(!check({ ...seal, header: flip(seal.header) }))
  assert.ok(!check({ ...seal, nextSet: bench.set }))
  assert.ok(!check({ ...seal, qc: { ...qc, kind: 'prepare' } }))
  assert.ok(!check({ ...seal, qc: { ...qc, view: 1 } }))
  assert.ok(!check({ ...seal, qc: { ...qc, digest: flip(qc.digest) } }))
  assert.ok(!check({ ...seal, qc: { ...qc, signers: qc.signers.slice(1), signatures: qc.signatures.slice(1).concat(qc.signatures.slice(0, 1)) } }))
  assert.ok(!check({ ...seal, qc: { ...qc, signers: qc.signers.map(() => 0) } }))
  assert.ok(!check({ ...seal, qc: { ...qc, signers: qc.signers.slice(0, 2), signatures: qc.signatures.slice(0, 2) } }))
})

test('B3: every prefix of a log gives a state that the whole log continues', () => {
  const bench = createBench(ones(4))
  bench.filter = (_, __, message) => (message.kind === 'votes' && message.vote === 'commit' && message.view < 2 ? null : message)
  for (let i = 0; i < 3; i++) {
    bench.cycle()
    bench.run(600)
  }
  for (const { env, state, log } of bench.desks) {
    const records = log.map((bytes) => decodeRecord(bytes) as WalRecord)
    const start = { set: bench.set, height: 1n, parentHash: genesisHash }
    assert.ok(records.some(({ kind }) => kind === 'timed-out') && records.some(({ kind }) => kind === 'decided'))
    assert.equal(projection(recover(env, start, records)), projection(state))
    for (let i = 0; i <= records.length; i++) assert.ok(recover(env, start, records.slice(0, i)).height <= state.height)
  }
})
