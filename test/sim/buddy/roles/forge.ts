// What a Byzantine machine can sign: anything, with its own key.

import { lockOf } from '../../../../src/buddy/core/certificate.js'
import { digestOf, headerHashOf, preimage, timeoutPreimage } from '../../../../src/buddy/core/signing.js'
import type { Block, Propose, Qc, Tc, Timeout, Vote, VoteKind } from '../../../../src/buddy/core/types.js'
import { signAs } from '../crypto.js'
import { makeBlock, readHeader } from '../toy-block.js'
import type { Machine } from '../world.js'

export function forgedVote({ env, key, state }: Machine, kind: VoteKind, view: number, digest: Uint8Array): Vote {
  return { validator: state.self, digest, signature: signAs(key, preimage(env, kind, state.height, view, digest)) }
}

export function forgedPropose({ env }: Pick<Machine, 'env'>, from: Propose, block: Block, tc: Tc | null): Propose {
  const digest = digestOf(env, env.crypto.hash(block.header), tc)
  return { ...from, block, tc, signature: signAs(env.key, preimage(env, 'propose', from.height, from.view, digest)) }
}

export function forgedTimeout({ env, key }: Machine, from: Timeout, view: number, highQc: Qc | null): Timeout {
  const high = highQc === null ? null : { view: highQc.view, digest: highQc.digest }
  return { ...from, view, highQc, signature: signAs(key, timeoutPreimage(env, from.height, view, high)) }
}

/** Another block in the same place. */
export function rivalBlock(from: Propose, salt: number): Block | null {
  const facts = readHeader(from.block.header)
  // Under a lock the original view has to stand in the header, so the forger lets it stand.
  const view = lockOf(from.tc) === null ? from.view : facts?.view
  return facts === null || view === undefined ? null : makeBlock({ ...facts, view }, { salt, valid: true, nextSet: from.block.nextSet })
}

/** The same just hash, another header; or noise. */
export function rivalDigest(digest: Uint8Array, rivals: readonly Uint8Array[]): Uint8Array {
  const other = rivals.find((rival) => !rival.every((byte, i) => byte === digest[i]))
  if (other !== undefined) return other
  const out = Uint8Array.from(digest)
  out[0] = (headerHashOf(digest)[0] as number) ^ 0xff
  return out
}
