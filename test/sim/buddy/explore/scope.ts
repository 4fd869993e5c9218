// Owns: what one exploration is about: four Buddies, which one is Byzantine, how many views and crashes; and making their blocks and keys.
// Does not own: what they do (local.ts, wire.ts, explore.ts).
// Called by: the files beside it.

import { digestOf, preimage } from '../../../../src/buddy/core/signing.js'
import type { Block, Env, Propose, Tc, ValidatorSet } from '../../../../src/buddy/core/types.js'
import { committeeOf, proposersOf, quorumWeight } from '../../../../src/buddy/core/validators.js'
import type { Committee } from '../../../../src/buddy/core/validators.js'
import { envOf, genesisHash, setOf } from '../../../fixtures/buddy-bench.js'
import { makeBlock } from '../toy-block.js'

export type Bounds = {
  /** Views 0 .. views - 1: no honest Buddy gives up the last one. */
  views: number
  /** Crashes in all of the honest ones, each after any effect of any step, with what was not sent by then lost. */
  crashes: number
  /** Which proposer is Byzantine, by the view in which it proposes; null for none. */
  byzantine: number | null
  quorum: (total: bigint) => bigint
}

export type Scope = {
  bounds: Bounds
  set: ValidatorSet
  start: { set: ValidatorSet; height: bigint; parentHash: Uint8Array }
  committee: Committee
  /** Who proposes, by view. */
  order: readonly number[]
  byzantine: number | null
  honest: readonly number[]
  envs: readonly Env[]
}

export const ordinary: Bounds = { views: 2, crashes: 0, byzantine: 0, quorum: quorumWeight }
const size = 4

export function createScope(bounds: Bounds): Scope {
  const set = setOf(Array.from({ length: size }, () => 1n))
  // One vote, one message: what is left out of a history (see wire.ts) then has no effect of its own.
  const envs = set.map((_, i) => envOf(i, { exchange: 'direct', quorum: bounds.quorum }))
  const start = { set, height: 1n, parentHash: genesisHash }
  const env = envs[0] as Env
  const order = proposersOf(env, size, start)
  const byzantine = bounds.byzantine === null ? null : (order[bounds.byzantine % size] as number)
  const honest = set.map((_, i) => i).filter((validator) => validator !== byzantine)
  return { bounds, set, start, committee: committeeOf(env, set), order, byzantine, honest, envs }
}

export function blockBy({ committee }: Scope, proposer: number, view: number, salt: number): Block {
  const { hash } = committee
  const facts = { number: 1n, view, proposer, timestampMs: 1, parentHash: genesisHash, setHash: hash, nextSetHash: hash }
  return makeBlock(facts, { salt, valid: true, nextSet: null })
}

export function proposeBy({ envs }: Scope, proposer: number, at: { view: number; block: Block; tc: Tc | null }): Propose {
  const env = envs[proposer] as Env
  const digest = digestOf(env, env.crypto.hash(at.block.header), at.tc)
  return { kind: 'propose', height: 1n, ...at, signature: env.sign(preimage(env, 'propose', 1n, at.view, digest)) }
}
