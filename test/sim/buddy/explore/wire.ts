// Owns: what can reach a Buddy when all this was said: proposals, quorums of votes, TCs and joins, with everything that the Byzantine one can add.
// Does not own: who receives what and when (explore.ts).
// Called by: explore.ts.
//
// Everything said stays receivable for ever, so loss, delay, order and repetition are all in it. Votes come as the QC of a quorum: fewer of
// them change nothing that a Buddy says. Of the QCs for one thing, and of the TCs with one highest lock, one stands for all. What is not in
// it is collecting votes (exchange.ts), which the swarm does.

import { headerHashOf, preimage, timeoutPreimage } from '../../../../src/buddy/core/signing.js'
import type { Digest, Env, Message, Propose, Qc, Tc, Timeout, Vote, VoteKind } from '../../../../src/buddy/core/types.js'
import { weightOf } from '../../../../src/buddy/core/validators.js'
import { keyOf, sameBytes } from '../../../../src/codec/bytes.js'
import { Violation } from '../world.js'
import { blockBy, proposeBy } from './scope.js'
import type { Scope } from './scope.js'
import type { Said } from './local.js'

/** Messages that come together, with a name by which they are the same in every history. */
export type Delivery = { name: string; messages: readonly Message[]; /** For those below this view only. */ below?: number }
/** The one QC and the one TC of each kind that all histories use: another quorum for the same thing would do the same. */
export type Certificates = { qcs: Map<string, Qc>; tcs: Map<string, Tc> }
export type Wire = {
  deliveries: readonly Delivery[]
  /** Whoever is given one of these is done, so nobody has to be: they are only tried. */
  commits: readonly Delivery[]
}

export function wireOf(scope: Scope, said: readonly Said[], { qcs, tcs: known }: Certificates): Wire {
  const prepares = quorums(scope, said, 'prepare').map((qc) => first(qcs, nameOfQc(qc), qc))
  const commits = quorums(scope, said, 'commit').map((qc) => first(qcs, nameOfQc(qc), qc))
  certified(prepares, commits)
  const timeouts = timeoutsOf(scope, said, prepares)
  const tcs = tcsOf(scope, timeouts).map((tc) => first(known, nameOfTc(tc), tc))
  const proposals = [...said.flatMap((thing) => (thing.kind === 'propose' ? [thing.propose] : [])), ...forged(scope, said, tcs)]
  const deliveries = [
    ...proposals.map((propose) => ({ name: keyOf(propose.signature), messages: [propose] })),
    ...prepares.map((qc) => ({ name: nameOfQc(qc), messages: [messageOf(qc)] })),
    ...tcs.map((tc) => ({ name: nameOfTc(tc), messages: [{ kind: 'tc', height: 1n, tc } satisfies Message] })),
    ...joins(timeouts),
  ]
  return { deliveries, commits: commits.map((qc) => ({ name: nameOfQc(qc), messages: [messageOf(qc)] })) }
}

function first<T>(known: Map<string, T>, name: string, found: T): T {
  const one = known.get(name) ?? found
  known.set(name, one)
  return one
}

/** B5, of what could be shown at any time: one block per view, one block for ever once a quorum committed. */
function certified(prepares: readonly Qc[], commits: readonly Qc[]): void {
  for (const [i, a] of prepares.entries()) {
    const twin = prepares.slice(i + 1).find((b) => b.view === a.view && !sameBytes(a.digest, b.digest))
    if (twin !== undefined) throw new Violation(`certificate: two PREPARE QCs in view ${a.view}`)
  }
  for (const commit of commits) {
    for (const qc of [...prepares, ...commits]) {
      if (qc.view >= commit.view && !sameBytes(headerHashOf(qc.digest), headerHashOf(commit.digest))) {
        throw new Violation(`agreement: a COMMIT QC in view ${commit.view}, and a ${qc.kind} QC for another block in view ${qc.view}`)
      }
    }
  }
}

function quorums(scope: Scope, said: readonly Said[], kind: VoteKind): Qc[] {
  const alike = new Map<string, { view: number; votes: Vote[] }>()
  for (const thing of said) {
    if (thing.kind !== kind) continue
    const name = `${thing.view} ${keyOf(thing.vote.digest)}`
    const known = alike.get(name) ?? { view: thing.view, votes: [] }
    alike.set(name, known)
    known.votes.push(thing.vote)
  }
  return [...alike.values()].flatMap(({ view, votes }) => {
    const { digest } = votes[0] as Vote
    const own = scope.byzantine === null ? [] : [{ validator: scope.byzantine, digest, signature: signed(scope, kind, view, digest) }]
    const all = fewest(scope, [...own, ...votes])
    if (all === null) return []
    return [{ kind, height: 1n, view, digest, signers: all.map(({ validator }) => validator), signatures: all.map(({ signature }) => signature) }]
  })
}

function signed({ envs, byzantine }: Scope, kind: VoteKind, view: number, digest: Digest): Uint8Array {
  const env = envs[byzantine as number] as Env
  return env.sign(preimage(env, kind, 1n, view, digest))
}

/** The first of them that reach the quorum, in the order of validators. */
function fewest<T extends { validator: number }>({ committee }: Scope, from: readonly T[]): T[] | null {
  const taken: T[] = []
  for (const one of from) {
    if (weightOf(committee, taken.map(({ validator }) => validator)) >= committee.quorum) break // prettier-ignore
    taken.push(one)
  }
  if (weightOf(committee, taken.map(({ validator }) => validator)) < committee.quorum) return null // prettier-ignore
  return taken.sort((a, b) => a.validator - b.validator)
}

/** The honest ones' and, of every view that can be given up, one of the Byzantine for each lock that it could report. */
function timeoutsOf({ envs, byzantine, bounds }: Scope, said: readonly Said[], prepares: readonly Qc[]): Timeout[] {
  const honest = said.flatMap((thing) => (thing.kind === 'timeout' ? [thing.timeout] : []))
  if (byzantine === null) return honest
  const env = envs[byzantine] as Env
  const views = [...new Set(honest.map(({ view }) => view))].filter((view) => view < bounds.views - 1)
  const forgeries = views.flatMap((view) =>
    [null, ...prepares.filter((qc) => qc.view <= view)].map((highQc): Timeout => {
      const high = highQc === null ? null : { view: highQc.view, digest: highQc.digest }
      return { kind: 'timeout', height: 1n, view, validator: byzantine, highQc, signature: env.sign(timeoutPreimage(env, 1n, view, high)) }
    }),
  )
  return [...forgeries, ...honest]
}

/** Of each view and each lock that can be the highest of a quorum: one TC. */
function tcsOf(scope: Scope, timeouts: readonly Timeout[]): Tc[] {
  const found = new Map<string, Tc>()
  for (const highest of timeouts) {
    const name = `${highest.view} ${lockName(highest)}`
    if (found.has(name)) continue
    const lower = timeouts.filter(
      (timeout) => timeout.view === highest.view && timeout.validator !== highest.validator && lockView(timeout) <= lockView(highest),
    )
    // Of the Byzantine one's several, the first is the one without a lock.
    const others = lower.filter((timeout, i) => lower.findIndex(({ validator }) => validator === timeout.validator) === i)
    const quorum = fewest(scope, [highest, ...others])
    if (quorum === null) continue
    const votes = quorum.map(({ validator, highQc, signature }) => ({
      validator,
      high: highQc === null ? null : { view: highQc.view, digest: highQc.digest },
      signature,
    }))
    found.set(name, { height: 1n, view: highest.view, timeouts: votes, highQc: highest.highQc })
  }
  return [...found.values()]
}

function lockView({ highQc }: Timeout): number {
  return highQc?.view ?? -1
}

function lockName({ highQc }: Pick<Timeout, 'highQc'>): string {
  return highQc === null ? 'none' : keyOf(highQc.digest)
}

/** What a Byzantine proposer can propose: in view 0 either of two blocks; later every block there is and new ones, with every TC. */
function forged(scope: Scope, said: readonly Said[], tcs: readonly Tc[]): Propose[] {
  const { byzantine, order, bounds } = scope
  if (byzantine === null) return []
  const fresh = (view: number): Propose['block'][] => [100, 101].map((salt) => blockBy(scope, byzantine, view, salt))
  const first = order[0] === byzantine ? fresh(0).map((block) => proposeBy(scope, byzantine, { view: 0, block, tc: null })) : []
  const known = [...said.flatMap((thing) => (thing.kind === 'propose' ? [thing.propose] : [])), ...first]
  const blocks = new Map(known.map(({ block }) => [keyOf(block.header), block]))
  const later = tcs.flatMap((tc) => {
    const view = tc.view + 1
    if (view >= bounds.views || order[view % order.length] !== byzantine) return []
    // Under a lock a header has to be of its view or an older one, so a forger makes one of those.
    const made = tc.highQc === null ? fresh(view) : [blockBy(scope, byzantine, tc.highQc.view, 102)]
    return [...blocks.values(), ...made].map((block) => proposeBy(scope, byzantine, { view, block, tc }))
  })
  return [...first, ...later]
}

/** More than a third that gave up a view or a later one: two of four. Whoever is there already may as well hear its clock. */
function joins(timeouts: readonly Timeout[]): Delivery[] {
  return [...new Set(timeouts.map(({ view }) => view))].flatMap((view) => {
    const given = timeouts.filter((timeout) => timeout.view >= view)
    const two = given.filter(({ validator }, i) => given.findIndex((other) => other.validator === validator) === i).slice(0, 2)
    if (two.length < 2) return []
    return [{ name: `join ${two.map((one) => keyOf(one.signature)).join()}`, messages: two, below: view }]
  })
}

function messageOf(qc: Qc): Message {
  return { kind: 'qc', height: 1n, qc }
}

function nameOfQc({ kind, view, digest }: Qc): string {
  return `${kind} ${view} ${keyOf(digest)}`
}

function nameOfTc({ view, highQc }: Tc): string {
  return `tc ${view} ${lockName({ highQc })}`
}
