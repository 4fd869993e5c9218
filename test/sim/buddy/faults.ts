// The swarm: each seed first draws which faults its history has, so that many histories have few and some have all.

import { quorumWeight } from '../../../src/buddy/core/validators.js'
import type { Random } from '../../fixtures/random.js'

export type Role = 'twins' | 'equivocator' | 'withholder' | 'liar' | 'replayer' | 'garbler' | 'silent'
export const roles: readonly Role[] = ['twins', 'equivocator', 'withholder', 'liar', 'replayer', 'garbler', 'silent']

/** A message by what it says; votes by their kind. */
export type Spoken = 'propose' | 'prepare' | 'commit' | 'timeout' | 'other'

export type Faults = {
  loss: number
  duplicate: number
  /** Share of messages that take up to `slowMs` longer, so that later ones overtake them. */
  reorder: number
  slowMs: number
  /** What is mostly lost: histories full of locks without Seals, or of views without proposals. */
  deafTo: Spoken | null
  replay: number
  garbage: number
  /** Mean time between changes of the partition; 0 for none. */
  partitionEveryMs: number
  asymmetric: boolean
  /** Mean time between crashes, of any machine; 0 for none. */
  crashEveryMs: number
  diskMs: number
  slowDiskMs: number
  skewMs: number
}

export type Plan = {
  size: number
  weights: readonly bigint[]
  /** validator → role; their weight is less than a third. */
  byzantine: ReadonlyMap<number, Role>
  faults: Faults
  exchange: 'buddy' | 'direct'
  merge: 'buddy' | 'none'
  /** Validators beyond the first set, who join and leave. */
  reserves: number
  chaosMs: number
  quorum: (total: bigint) => bigint
}

export type Wish = { sizes: readonly number[]; quorum: (total: bigint) => bigint; byzantine: 'some' | 'all' | 'forgers' }
/** Small sets more often: a history of ten costs four of four, and four have every rule in them. */
export const ordinary: Wish = { sizes: [1, 4, 4, 4, 7, 7, 10], quorum: quorumWeight, byzantine: 'some' }

export function drawPlan(prng: Random, wish: Wish): Plan {
  const size = prng.pick(wish.sizes)
  const weights = Array.from({ length: size }, () => 1n)
  if (prng.likely(0.25)) for (let i = 0; i < size; i++) weights[i] = BigInt(1 + prng.below(5))
  // A siege: hardly any COMMIT arrives, and all that may lie do. Locks without Seals are where proposals break them.
  const siege = prng.likely(0.15)
  const reserves = prng.likely(0.2) ? 1 + prng.below(2) : 0
  return {
    size,
    weights,
    byzantine: drawByzantine(prng, weights, siege ? { ...wish, byzantine: 'forgers' } : wish, reserves > 0),
    faults: siege ? { ...drawFaults(prng), deafTo: 'commit', loss: 0 } : drawFaults(prng),
    exchange: prng.likely(0.2) ? 'direct' : 'buddy',
    merge: prng.likely(0.5) ? 'buddy' : 'none',
    reserves,
    chaosMs: prng.pick([300, 800, 1500]),
    quorum: wish.quorum,
  }
}

const rolesOf: Record<Wish['byzantine'], readonly Role[]> = { some: roles, all: ['twins', 'equivocator'], forgers: ['equivocator', 'liar'] }

/** Less than a third of the weight, also after a change of the set that takes one honest away (`careful`). */
function drawByzantine(prng: Random, weights: readonly bigint[], wish: Wish, careful: boolean): Map<number, Role> {
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  const most = careful ? weights.reduce((a, b) => (a > b ? a : b), 0n) : 0n
  const few = wish.byzantine === 'some' && prng.likely(0.35)
  const chosen = new Map<number, Role>()
  let weight = 0n
  for (const validator of prng.shuffled(weights.map((_, i) => i))) {
    const more = weight + (weights[validator] as bigint)
    if (3n * more >= total - most) continue
    if (few && prng.likely(0.5)) continue
    weight = more
    chosen.set(validator, prng.pick(rolesOf[wish.byzantine]))
  }
  return chosen
}

function drawFaults(prng: Random): Faults {
  const some = <T>(probability: number, value: () => T, none: T): T => (prng.likely(probability) ? value() : none)
  return {
    loss: some(0.4, () => prng.pick([0.01, 0.1, 0.3]), 0),
    duplicate: some(0.3, () => prng.pick([0.05, 0.3]), 0),
    reorder: some(0.4, () => prng.pick([0.05, 0.4]), 0),
    slowMs: prng.pick([5, 40, 200]),
    deafTo: some(0.35, () => prng.pick(['commit', 'commit', 'prepare', 'propose', 'timeout'] as const), null),
    replay: some(0.25, () => 0.05, 0),
    garbage: some(0.25, () => 0.05, 0),
    partitionEveryMs: some(0.45, () => prng.pick([40, 150, 400]), 0),
    asymmetric: prng.likely(0.4),
    crashEveryMs: some(0.4, () => prng.pick([30, 120, 500]), 0),
    diskMs: prng.pick([0, 0.2, 1]),
    slowDiskMs: some(0.2, () => prng.pick([10, 60]), 0),
    skewMs: some(0.3, () => 200, 0),
  }
}
