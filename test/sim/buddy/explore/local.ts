// Owns: the states of single honest Buddies, each kept once, and what one input makes of them by the real core; what each has said.
// Does not own: which inputs there are (wire.ts) or how the Buddies' states combine (explore.ts).
// Called by: explore.ts.
//
// Two states are one here when they agree in everything on which the protocol's choices depend. Left out are memories of cost and blame
// (forget): who was in a quorum, for any quorum says the same, and what was accused, asked for or verified.

import { verifySeal } from '../../../../src/buddy/core/certificate.js'
import { verifyEvidence } from '../../../../src/buddy/core/evidence.js'
import { recover } from '../../../../src/buddy/core/recovery.js'
import { headerHashOf } from '../../../../src/buddy/core/signing.js'
import { createState } from '../../../../src/buddy/core/state.js'
import type { Pool, State } from '../../../../src/buddy/core/state.js'
import { resume, step } from '../../../../src/buddy/core/step.js'
import type { Effect, Env, Input, Message, Propose, Timeout, Vote, VoteKind, WalRecord } from '../../../../src/buddy/core/types.js'
import { keyOf } from '../../../../src/codec/bytes.js'
import { bodyHolds } from '../toy-block.js'
import { Violation } from '../world.js'
import { blockBy } from './scope.js'
import type { Scope } from './scope.js'
import { cloned } from './cloned.js'

export type Said =
  | { kind: 'propose'; view: number; validator: number; propose: Propose }
  | { kind: VoteKind; view: number; validator: number; vote: Vote }
  | { kind: 'timeout'; view: number; validator: number; timeout: Timeout }

export type Local = {
  id: number
  /** Among the states of its Buddy. */
  number: number
  validator: number
  state: State
  /** Ids of what it said, ascending. */
  said: readonly number[]
  /** Number of this set of things said. */
  saidId: number
  log: readonly WalRecord[]
  /** Header hash of what it sealed; such a Buddy is not followed further. */
  sealed: string | null
}

type Fresh = Omit<Local, 'id' | 'number' | 'saidId'>

export type Locals = {
  all: Local[]
  things: Said[]
  first: (validator: number) => Local
  /** Itself when nothing changes. With `cut` it crashes after so many effects and starts again from its log; null when it has fewer. */
  next: (from: Local, inputs: readonly Input[], cut: number | null) => Local | null
}

export function createLocals(scope: Scope): Locals {
  const all: Local[] = []
  const byKey = new Map<string, Local>()
  const things: Said[] = []
  const thingIds = new Map<string, number>()
  const saidIds = new Map<string, number>()

  const told = (validator: number, message: Message): number[] =>
    saidIn(validator, message).map((thing) => {
      const name = nameOf(thing)
      const known = thingIds.get(name) ?? things.push(thing) - 1
      thingIds.set(name, known)
      return known
    })

  const keep = (local: Fresh): Local => {
    forget(scope, local)
    const said = local.said.join()
    if (!saidIds.has(said)) saidIds.set(said, saidIds.size)
    const key = `${local.validator}|${said}|${local.sealed ?? projected(local.state)}`
    const known = byKey.get(key)
    if (known !== undefined) return known
    const number = all.filter(({ validator }) => validator === local.validator).length
    const made = { ...local, id: all.length, number, saidId: saidIds.get(said) as number }
    all.push(made)
    byKey.set(key, made)
    consistent(made, things)
    return made
  }

  const run = (from: Fresh, inputs: readonly Input[], cut: number | null): Local | null => {
    const { validator } = from
    const env = scope.envs[validator] as Env
    const after = { validator, state: cloned(from.state), said: new Set(from.said), log: [...from.log], sealed: from.sealed }
    const queue = [...inputs]
    let left = cut ?? Infinity
    const perform = (effects: readonly Effect[]): void => {
      for (const effect of effects) {
        if (left-- <= 0) return
        carryOut(scope, after, effect, { queue, told: (message) => told(validator, message) })
      }
    }
    for (let input = queue.shift(); input !== undefined && left > 0; input = queue.shift()) perform(step(env, after.state, input))
    if (cut !== null) {
      if (left > 0) return null
      after.state = recover(env, scope.start, after.log)
      const { last } = after.state
      if (last !== null) after.sealed = keyOf(headerHashOf(last.seal.qc.digest))
      left = Infinity
      queue.splice(0, queue.length, cycle)
      perform(resume(env, after.state))
      for (let input = queue.shift(); input !== undefined; input = queue.shift()) perform(step(env, after.state, input))
    }
    return keep({ ...after, said: [...after.said].sort((a, b) => a - b) })
  }

  return {
    all,
    things,
    first: (validator) => {
      const fresh = { validator, state: createState(scope.envs[validator] as Env, scope.start), said: [], log: [], sealed: null }
      return run(fresh, [cycle], null) as Local
    },
    next: (from, inputs, cut) => {
      return from.sealed === null ? run(from, inputs, cut) : from
    },
  }
}

const cycle: Input = { kind: 'cycle', height: 1n, certs: [] }

type Running = { validator: number; state: State; said: Set<number>; log: WalRecord[]; sealed: string | null }

/** Blocks are built and judged at once: when that happens makes no difference that a message cannot make. */
function carryOut(scope: Scope, after: Running, effect: Effect, { queue, told }: { queue: Input[]; told: (message: Message) => number[] }): void {
  const env = scope.envs[after.validator] as Env
  switch (effect.kind) {
    case 'persist':
      return void after.log.push(effect.record)
    case 'send':
      for (const id of told(effect.message)) after.said.add(id)
      return
    case 'validate':
      return void queue.unshift({ kind: 'validated', height: 1n, hash: effect.hash, valid: bodyHolds(effect.block) })
    case 'build':
      return void queue.unshift({
        kind: 'built',
        height: 1n,
        view: effect.view,
        block: blockBy(scope, after.validator, effect.view, after.validator),
      })
    case 'evidence':
      if (effect.evidence.culprit !== scope.byzantine || !verifyEvidence(env, scope.committee, effect.evidence)) {
        throw new Violation(`evidence: ${effect.evidence.rule} against ${effect.evidence.culprit} is false`)
      }
      return
    case 'decided':
      if (!verifySeal(env, scope.committee, scope.start, effect.seal)) throw new Violation('certificate: a Seal does not verify')
      after.sealed = keyOf(headerHashOf(effect.seal.qc.digest))
      return
    case 'timer':
    case 'serve':
      return
  }
}

function saidIn(validator: number, message: Message): Said[] {
  switch (message.kind) {
    case 'propose':
      return [{ kind: 'propose', view: message.view, validator, propose: message }]
    case 'votes':
      return message.votes.filter((vote) => vote.validator === validator).map((vote) => ({ kind: message.vote, view: message.view, validator, vote }))
    case 'timeout':
      return message.validator === validator ? [{ kind: 'timeout', view: message.view, validator, timeout: message }] : []
    default:
      return []
  }
}

/** A signature names what it signs. A Timeout may be repeated with its QC by other signers. */
function nameOf(thing: Said): string {
  if (thing.kind === 'propose') return keyOf(thing.propose.signature)
  return keyOf(thing.kind === 'timeout' ? thing.timeout.signature : thing.vote.signature)
}

/** One word per view and kind, said or only signed, also over crashes; and no Timeout that denies a COMMIT (E3). */
function consistent(local: Local, things: readonly Said[]): void {
  const signed = new Map<string, string>()
  for (const record of local.log) {
    if (record.kind !== 'prepared' && record.kind !== 'committed') continue
    const [place, digest] = [`${record.kind} ${record.view}`, keyOf(record.digest)]
    if ((signed.get(place) ?? digest) !== digest)
      throw new Violation(`vote once: Buddy ${local.validator} ${record.kind} two blocks in view ${record.view}`)
    signed.set(place, digest)
  }
  const mine = local.said.map((id) => things[id] as Said)
  const places = new Set<string>()
  for (const { kind, view } of mine) {
    if (places.has(`${kind} ${view}`)) throw new Violation(`vote once: Buddy ${local.validator} said two things as ${kind} of view ${view}`)
    places.add(`${kind} ${view}`)
  }
  for (const commit of mine) {
    if (commit.kind !== 'commit') continue
    const lie = mine.find((thing) => thing.kind === 'timeout' && thing.view >= commit.view && (thing.timeout.highQc?.view ?? -1) < commit.view)
    if (lie !== undefined) throw new Violation(`lock: Buddy ${local.validator} committed in view ${commit.view} and denied it in ${lie.view}`)
  }
}

/**
 * Forgets what can only be remembered: views that are over, but for the lock and its block, and of a quorum who was in it.
 * So a state has nothing in it of the history by which it was reached first, and stands for all that lead to it.
 */
function forget(scope: Scope, { state: { round, self }, validator }: Fresh): void {
  const { view, highQc } = round
  for (const kind of ['prepare', 'commit'] as const) {
    for (const [at, pool] of round.pools[kind]) {
      if (at < view) round.pools[kind].delete(at)
      else for (const voter of pool.votes.keys()) if (voter !== self) pool.votes.delete(voter)
    }
  }
  for (const [at, timeouts] of round.timeouts) {
    if (at < view) round.timeouts.delete(at)
    else for (const voter of timeouts.keys()) if (voter !== self) timeouts.delete(voter)
  }
  for (const at of round.proposals.keys()) if (at < view && at !== highQc?.view) round.proposals.delete(at)
  const proposes = scope.order[view % scope.order.length] === validator && !round.proposed.has(view)
  for (const at of round.tcs.keys()) if (at !== view - 1 || !proposes) round.tcs.delete(at)
  round.accused.clear()
  round.badJustifications.clear()
}

/** Of a state that forgot. */
function projected({ round }: State): string {
  const texts = <T>(map: ReadonlyMap<number, T>, text: (value: T) => string): string =>
    [...map].map(([at, value]) => `${at}=${text(value)}`).sort().join() // prettier-ignore
  const pool = ({ qc }: Pool): string => (qc === null ? '' : keyOf(qc.digest))
  const { view, started, highQc, sealing } = round
  return [
    view,
    started,
    highQc === null ? '' : `${highQc.view}=${keyOf(highQc.digest)}`,
    texts(round.proposals, ({ digest }) => keyOf(digest)),
    [...round.blocks].map(([hash, { valid }]) => `${hash}${valid}`).sort().join(), // prettier-ignore
    texts(round.voted, ({ digest }) => keyOf(digest)),
    texts(round.committed, ({ digest }) => keyOf(digest)),
    texts(round.timedOut, (timeout) => String(timeout.highQc?.view)),
    [...round.proposed].join(),
    texts(round.tcs, (tc) => (tc.highQc === null ? '' : keyOf(tc.highQc.digest))),
    texts(round.pools.prepare, pool),
    texts(round.pools.commit, pool),
    sealing === null ? '' : keyOf(sealing.qc.digest),
  ].join('|')
}
