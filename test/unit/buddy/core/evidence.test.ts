// Each rule of B7 convicts who broke it, from the evidence alone; what is one step short of it convicts nobody.

import assert from 'node:assert/strict'
import test from 'node:test'
import { verifyTc } from '../../../../src/buddy/core/certificate.js'
import { decodeEvidence, encodeEvidence } from '../../../../src/buddy/core/codec.js'
import { verifyEvidence } from '../../../../src/buddy/core/evidence.js'
import { attestPreimage, digestOf, preimage, statementPreimage, timeoutPreimage } from '../../../../src/buddy/core/signing.js'
import type { Evidence, High, LaneAttest, Qc, Statement, Tc, VoteKind } from '../../../../src/buddy/core/types.js'
import { committeeOf } from '../../../../src/buddy/core/validators.js'
import { envOf, genesisHash, setOf } from '../../../fixtures/buddy-bench.js'
import { keyNumber, signAs } from '../../../sim/buddy/crypto.js'

const env = envOf(0)
const committee = committeeOf(env, setOf([1n, 1n, 1n, 1n]))
const culprit = 2
const [a, b] = [digestOf(env, env.crypto.hash(Uint8Array.of(1)), null), digestOf(env, env.crypto.hash(Uint8Array.of(2)), null)]

const said = (kind: 'propose' | VoteKind, view: number, digest: Uint8Array, validator = culprit): Statement => ({
  kind,
  height: 5n,
  view,
  validator,
  digest,
  signature: signAs(keyNumber(validator), preimage(env, kind, 5n, view, digest)),
})
const gaveUp = (view: number, high: High | null, validator = culprit): Statement & { kind: 'timeout' } => ({
  kind: 'timeout',
  height: 5n,
  view,
  validator,
  high,
  signature: signAs(keyNumber(validator), timeoutPreimage(env, 5n, view, high)),
})
const attested = (more: Partial<LaneAttest>): Statement => {
  const attest: LaneAttest = {
    laneId: 1n,
    number: 9n,
    laneView: 0,
    ethBlockHash: genesisHash,
    parentHyperHash: genesisHash,
    stateRoot: genesisHash,
    outboxRoot: genesisHash,
    inboxCursor: 0n,
    ...more,
  }
  return { kind: 'attest', validator: culprit, attest, signature: signAs(keyNumber(culprit), attestPreimage(env, attest)) }
}
const prepared: Qc = {
  kind: 'prepare',
  height: 5n,
  view: 0,
  digest: a,
  signers: [0, 1, 2],
  signatures: [0, 1, 2].map((validator) => said('prepare', 0, a, validator).signature),
}
const high: High = { view: 0, digest: a }
const tcOf = (highs: (High | null)[], highQc: Qc | null): Tc => ({
  height: 5n,
  view: 0,
  timeouts: highs.map((one, validator) => ({ validator, high: one, signature: gaveUp(0, one, validator).signature })),
  highQc,
})
const free = tcOf([null, null, null], null)
const bound = tcOf([null, high, null], prepared)
const hidden = tcOf([null, high, null], null)
const justified = (header: number, tc: Tc): Uint8Array => digestOf(env, env.crypto.hash(Uint8Array.of(header)), tc)

const proof = (rule: Evidence['rule'], first: Statement, second: Statement | null, tc: Tc | null = null): Evidence => ({
  rule,
  height: 5n,
  culprit,
  first,
  second,
  tc,
})

const guilty: { desc: string; evidence: Evidence }[] = [
  { desc: 'E1 two PREPAREs', evidence: proof('E1', said('prepare', 1, a), said('prepare', 1, b)) },
  { desc: 'E1 two COMMITs', evidence: proof('E1', said('commit', 1, a), said('commit', 1, b)) },
  { desc: 'E2 two PROPOSEs', evidence: proof('E2', said('propose', 0, a), said('propose', 0, b)) },
  { desc: 'E3 a lock denied in its view', evidence: proof('E3', said('commit', 1, a), gaveUp(1, high)) },
  { desc: 'E3 a lock denied later', evidence: proof('E3', said('commit', 1, a), gaveUp(4, null)) },
  { desc: 'E4 a PREPARE against the lock', evidence: proof('E4', said('prepare', 1, justified(2, bound)), null, bound) },
  { desc: 'E4 a PROPOSE without the QC it needs', evidence: proof('E4', said('propose', 1, justified(1, hidden)), null, hidden) },
  { desc: 'E4 a justification of another view', evidence: proof('E4', said('prepare', 2, justified(1, free)), null, free) },
  { desc: 'E5 two blocks of one lane and height', evidence: proof('E5', attested({}), attested({ stateRoot: a.subarray(0, 32) })) },
]
for (const { desc, evidence } of guilty) {
  test(`guilty: ${desc}`, () => {
    const travelled = decodeEvidence(encodeEvidence(evidence))
    assert.ok(travelled !== null && verifyEvidence(env, committee, travelled))
    assert.equal(verifyEvidence(env, committee, { ...evidence, culprit: 1 }), false, 'nobody else')
    assert.equal(verifyEvidence(env, committee, { ...evidence, height: 6n, ...(evidence.rule === 'E5' ? { culprit: 1 } : {}) }), false)
    const forged = { ...evidence, first: { ...evidence.first, signature: new Uint8Array(32) } }
    assert.equal(verifyEvidence(env, committee, forged), false, 'not without the signature')
  })
}

const innocent: { desc: string; evidence: Evidence }[] = [
  { desc: 'one vote twice', evidence: proof('E1', said('prepare', 1, a), said('prepare', 1, a)) },
  { desc: 'votes of two views', evidence: proof('E1', said('prepare', 1, a), said('prepare', 2, b)) },
  { desc: 'a PREPARE and a COMMIT', evidence: proof('E1', said('prepare', 1, a), said('commit', 1, b)) },
  { desc: 'two PROPOSEs called votes', evidence: proof('E1', said('propose', 1, a), said('propose', 1, b)) },
  { desc: 'a Timeout that reports the lock', evidence: proof('E3', said('commit', 0, a), gaveUp(2, high)) },
  { desc: 'a Timeout before the COMMIT', evidence: proof('E3', said('commit', 3, a), gaveUp(2, null)) },
  { desc: 'a PREPARE that its justification carries', evidence: proof('E4', said('prepare', 1, justified(1, bound)), null, bound) },
  { desc: 'a free choice after a TC without a lock', evidence: proof('E4', said('prepare', 1, justified(7, free)), null, free) },
  { desc: 'a justification that is not the one signed', evidence: proof('E4', said('prepare', 1, justified(2, free)), null, bound) },
  { desc: 'attests of two heights', evidence: proof('E5', attested({}), attested({ number: 10n })) },
  { desc: 'one attest twice', evidence: proof('E5', attested({}), attested({})) },
  { desc: 'only half of a proof', evidence: proof('E1', said('prepare', 1, a), null) },
]
for (const { desc, evidence } of innocent) {
  test(`innocent: ${desc}`, () => {
    assert.ok(statementPreimage(env, evidence.first).length === 32)
    assert.equal(verifyEvidence(env, committee, evidence), false)
  })
}

test('a TC must prove the highest lock that its Timeouts report', () => {
  assert.ok(verifyTc(env, committee, free))
  assert.ok(verifyTc(env, committee, bound))
  assert.equal(verifyTc(env, committee, hidden), false)
  assert.equal(verifyTc(env, committee, { ...free, highQc: prepared }), false)
  assert.equal(verifyTc(env, committee, tcOf([null, null], null)), false)
  assert.equal(verifyTc(env, committee, { ...bound, highQc: { ...prepared, digest: b } }), false)
})
