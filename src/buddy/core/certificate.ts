// Owns: what makes a QC, a TC, a Seal and a LaneCert true, with weights; and putting them together from votes.
// Does not own: collecting the votes (exchange.ts, timeout.ts).
// Called by: the handlers, evidence.ts, hyper/core and the light verifier.

import { sameBytes } from '../../codec/bytes.js'
import type { Bytes } from '../../codec/bytes.js'
import { attestPreimage, digestOf, headerHashOf, preimage, timeoutPreimage } from './signing.js'
import type { Block, Hash, High, Judge, LaneCert, Propose, Qc, Seal, Signature, Tc, TimeoutVote, ValidatorSet, Vote, VoteKind } from './types.js'
import { setHashOf, weightOf } from './validators.js'
import type { Committee } from './validators.js'

export function verifyBy(env: Judge, committee: Committee, validator: number, message: Bytes, signature: Signature): boolean {
  const member = committee.set[validator]
  return member !== undefined && env.crypto.verify(member.key, message, signature)
}

export function verifyQc(env: Judge, committee: Committee, qc: Qc): boolean {
  if (!membersOnce(committee, qc.signers) || qc.signers.length !== qc.signatures.length) return false
  if (weightOf(committee, qc.signers) < committee.quorum) return false
  const message = preimage(env, qc.kind, qc.height, qc.view, qc.digest)
  return qc.signers.every((signer, i) => verifyBy(env, committee, signer, message, qc.signatures[i] as Signature))
}

/** Every signature counts, also beyond the quorum: E4 convicts by this function, so all must judge alike. */
export function verifyTc(env: Judge, committee: Committee, tc: Tc): boolean {
  const signers = tc.timeouts.map(({ validator }) => validator)
  if (!membersOnce(committee, signers) || weightOf(committee, signers) < committee.quorum) return false
  const highest = highestOf(tc.timeouts)
  if (highest === null ? tc.highQc !== null : !proves(tc, highest)) return false
  const signed = tc.timeouts.every(({ validator, high, signature }) =>
    verifyBy(env, committee, validator, timeoutPreimage(env, tc.height, tc.view, high), signature),
  )
  return signed && (tc.highQc === null || verifyQc(env, committee, tc.highQc))
}

/** B4.2: the justification of a proposal in view v, of which only its own bytes speak; `headerHash` is that of the block. */
export function verifyJustification(env: Judge, committee: Committee, at: Pick<Propose, 'height' | 'view' | 'tc'> & { headerHash: Hash }): boolean {
  const { tc } = at
  if (at.view === 0 || tc === null) return at.view === 0 && tc === null
  if (tc.height !== at.height || tc.view !== at.view - 1) return false
  if (tc.highQc !== null && !sameBytes(headerHashOf(tc.highQc.digest), at.headerHash)) return false
  return verifyTc(env, committee, tc)
}

/** A Seal by the committee of its height, over the header with this parent. Nothing else needs to be known. */
export function verifySeal(env: Judge, committee: Committee, at: { height: bigint; parentHash: Hash }, seal: Seal): boolean {
  const { header, qc, tc, nextSet } = seal
  if (qc.kind !== 'commit' || qc.height !== at.height) return false
  const headerHash = env.crypto.hash(header)
  if (!sameBytes(qc.digest, digestOf(env, headerHash, tc))) return false
  if (!fitsHeight(env, committee, at, { header, nextSet })) return false
  return verifyJustification(env, committee, { height: at.height, view: qc.view, tc, headerHash }) && verifyQc(env, committee, qc)
}

/** What consensus itself demands of a header: place, parent, set and next set (B5: sets change only through what is sealed). */
export function fitsHeight(env: Judge, committee: Committee, at: { height: bigint; parentHash: Hash }, block: Omit<Block, 'body'>): boolean {
  const facts = env.readHeader(block.header)
  if (facts === null || facts.number !== at.height || !sameBytes(facts.parentHash, at.parentHash)) return false
  if (!sameBytes(facts.setHash, committee.hash)) return false
  if (block.nextSet === null) return sameBytes(facts.nextSetHash, committee.hash)
  return !sameBytes(facts.nextSetHash, committee.hash) && usableSet(block.nextSet) && sameBytes(facts.nextSetHash, setHashOf(env, block.nextSet))
}

/** B2: signed by more than 1/3 of the weight, so at least one honest Buddy executed it. */
export function verifyLaneCert(env: Judge, committee: Committee, cert: LaneCert): boolean {
  if (!membersOnce(committee, cert.signers) || cert.signers.length !== cert.signatures.length) return false
  if (weightOf(committee, cert.signers) < committee.someHonest) return false
  const message = attestPreimage(env, cert.attest)
  return cert.signers.every((signer, i) => verifyBy(env, committee, signer, message, cert.signatures[i] as Signature))
}

/** A QC of these votes, which are all for `digest`; null below the quorum. */
export function assembleQc(committee: Committee, at: { kind: VoteKind; height: bigint; view: number }, votes: readonly Vote[]): Qc | null {
  const [first] = votes
  if (first === undefined || weightOf(committee, votes.map(({ validator }) => validator)) < committee.quorum) return null // prettier-ignore
  const sorted = [...votes].sort((a, b) => a.validator - b.validator)
  return { ...at, digest: first.digest, signers: sorted.map(({ validator }) => validator), signatures: sorted.map(({ signature }) => signature) }
}

/** The QC that leaves the proposer no choice of the block (B4.2). */
export function lockOf(tc: Tc | null): Qc | null {
  return tc === null ? null : tc.highQc
}

function highestOf(timeouts: readonly TimeoutVote[]): High | null {
  let highest: High | null = null
  for (const { high } of timeouts) if (high !== null && (highest === null || high.view > highest.view)) highest = high
  return highest
}

/** The QC is of the highest view that any timeout reports, not after the view that timed out. */
function proves(tc: Tc, highest: High): boolean {
  const { highQc } = tc
  if (highQc === null || highQc.kind !== 'prepare' || highQc.height !== tc.height) return false
  return highQc.view === highest.view && highQc.view <= tc.view && sameBytes(highQc.digest, highest.digest)
}

function membersOnce(committee: Committee, signers: readonly number[]): boolean {
  return signers.every((signer, i) => committee.set[signer] !== undefined && (i === 0 || signer > (signers[i - 1] as number)))
}

function usableSet(set: ValidatorSet): boolean {
  return set.length > 0 && set.every(({ weight }) => weight > 0n) && new Set(set.map(({ key }) => key.join())).size === set.length
}
