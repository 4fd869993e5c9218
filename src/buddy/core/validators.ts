// Owns: a validator set as the protocol uses it: thresholds, slots per (h, v), the proposer, the buddy levels of a slot (B1).
// Does not own: how a set changes (decide.ts).
// Called by: certificate.ts and the handlers.

import { assert } from '../../assert.js'
import { joinBytes, keyOf, uintBytes } from '../../codec/bytes.js'
import { encodeValidatorSet } from './codec.js'
import { validatorsMax } from './limits.js'
import type { Env, Hash, Judge, Key, ValidatorSet } from './types.js'

export type Committee = { set: ValidatorSet; hash: Hash; indexes: ReadonlyMap<string, number>; quorum: bigint; someHonest: bigint }

/** One level of an exchange, as validator indexes: `mine` is what I speak for, `sibling` what I want, `targets` whom I tell. */
export type Level = { mine: readonly number[]; sibling: readonly number[]; targets: readonly number[] }

/** B1: more than 2/3 of the weight. */
export function quorumWeight(total: bigint): bigint {
  return (2n * total) / 3n + 1n
}

/** B1: more than 1/3 of the weight has an honest one in it. */
export function someHonestWeight(total: bigint): bigint {
  return total / 3n + 1n
}

export function committeeOf(env: Judge, set: ValidatorSet): Committee {
  assert(set.length > 0 && set.length <= validatorsMax, `a set of ${set.length} validators`)
  const indexes = new Map(set.map(({ key }, index) => [keyOf(key), index]))
  assert(indexes.size === set.length, 'two validators with one key')
  assert(
    set.every(({ weight }) => weight > 0n),
    'a validator without weight',
  )
  const total = set.reduce((sum, { weight }) => sum + weight, 0n)
  return { set, hash: setHashOf(env, set), indexes, quorum: env.quorum(total), someHonest: someHonestWeight(total) }
}

export function setHashOf(env: Judge, set: ValidatorSet): Hash {
  return env.crypto.hash(encodeValidatorSet(set))
}

export function indexOf(committee: Committee, key: Key): number {
  return committee.indexes.get(keyOf(key)) ?? -1
}

export function weightOf(committee: Committee, validators: Iterable<number>): bigint {
  let sum = 0n
  for (const validator of validators) sum += committee.set[validator]?.weight ?? 0n
  return sum
}

/** slot → validator: a shuffle seeded by keccak(parentHash ‖ h ‖ v) (B1). */
export function slotsOf(env: Judge, size: number, at: { parentHash: Hash; height: bigint; view: number }): number[] {
  const slots = Array.from({ length: size }, (_, i) => i)
  const seed = joinBytes(at.parentHash, word(at.height), word(BigInt(at.view)))
  let pool = env.crypto.hash(seed)
  let used = 0
  for (let i = size - 1; i > 0; i--) {
    if (used + 4 > pool.length) {
      pool = env.crypto.hash(pool)
      used = 0
    }
    const draw = pool.subarray(used, used + 4).reduce((sum, byte) => sum * 256 + byte, 0)
    used += 4
    const j = draw % (i + 1)
    const moved = slots[i] as number
    slots[i] = slots[j] as number
    slots[j] = moved
  }
  return slots
}

/** B3: proposer(h, v) = perm(h)[v mod n]; one order per height, so that f + 1 views in a row meet an honest one. */
export function proposersOf(env: Judge, size: number, at: { parentHash: Hash; height: bigint }): readonly number[] {
  return slotsOf(env, size, { ...at, view: 0 })
}

/** Levels bottom up; [] for a set of one. `direct` is one level with everybody (B8). */
export function levelsOf(env: Env, slots: readonly number[], self: number): Level[] {
  const own = slots.indexOf(self)
  if (own < 0 || slots.length === 1) return []
  const all = (range: Range): number[] => slots.slice(range.from, range.to)
  if (env.exchange === 'direct') {
    const others = slots.filter((validator) => validator !== self)
    return [{ mine: [self], sibling: others, targets: others }]
  }
  const width = depthOf(slots.length)
  return pathOf(slots.length, own, width).map((step) => {
    if (step === null) return { mine: [], sibling: [], targets: [] }
    const { mine, sibling } = step
    const size = mine.to - mine.from
    // B1: every slot of the sibling hears from exactly one of mine, also where the halves differ in size.
    const targets = all(sibling).filter((_, i) => i % size === own - mine.from)
    return { mine: all(mine), sibling: all(sibling), targets }
  })
}

/** L of B1. */
export function depthOf(size: number): number {
  return size <= 1 ? 0 : 32 - Math.clz32(size - 1)
}

type Range = { from: number; to: number }

/** Counted from the root, so that equal places mean equal levels; a slot without a buddy at the lowest level has null there. */
function pathOf(size: number, slot: number, depth: number): ({ mine: Range; sibling: Range } | null)[] {
  const path: ({ mine: Range; sibling: Range } | null)[] = []
  let range: Range = { from: 0, to: size }
  for (let level = 0; level < depth; level++) {
    const middle = range.from + Math.ceil((range.to - range.from) / 2)
    const low = { from: range.from, to: middle }
    const high = { from: middle, to: range.to }
    const split = range.to - range.from > 1
    path.unshift(!split ? null : slot < middle ? { mine: low, sibling: high } : { mine: high, sibling: low })
    if (split) range = slot < middle ? low : high
  }
  return path
}

function word(value: bigint): Uint8Array {
  const digits = uintBytes(value)
  const out = new Uint8Array(8)
  out.set(digits, 8 - digits.length)
  return out
}
