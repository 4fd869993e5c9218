// Owns: how lanes and sets follow from what is sealed: proven guilt takes a Buddy's weight (B7), the admin's changes add and remove (H3).
// Does not own: when evidence and changes get into a block (build.ts) or must be in one (check.ts).
// Called by: build.ts, check.ts, ledger.ts.

import { verifyEvidence } from '../../buddy/core/evidence.js'
import type { Evidence, Hash, Judge, Key, ValidatorSet } from '../../buddy/core/types.js'
import { committeeOf } from '../../buddy/core/validators.js'
import { sameBytes } from '../../codec/bytes.js'
import { setMistake } from './genesis.js'
import { changePreimage } from './hyper-codec.js'
import type { HyperParams, Roster, SignedChange } from './hyper-types.js'
import * as limits from './hyper-limits.js'

/** `number`: the block that takes them in. */
export type RosterContext = { judge: Judge; genesisHash: Hash; params: HyperParams; number: bigint }

export type Draft = { set: ValidatorSet; lanes: Roster['lanes']; nonce: bigint }

export function draftOf(roster: Roster): Draft {
  return { set: currentSet(roster), lanes: roster.lanes, nonce: roster.nonce }
}

export function currentSet(roster: Roster): ValidatorSet {
  return (roster.sets.at(-1) as Roster['sets'][number]).set
}

/** The draft without the guilty; a text says why not. */
export function withEvidence(context: RosterContext, roster: Roster, draft: Draft, evidence: Evidence): Draft | string {
  const { judge, number } = context
  if (evidence.height > number) return 'of a height to come'
  const since = roster.sets.findLastIndex(({ from }) => from <= evidence.height)
  const then = roster.sets[since]
  if (then === undefined) return 'of a set that is forgotten'
  const culprit = then.set[evidence.culprit]
  if (culprit === undefined) return 'of nobody'
  // Whoever left in between and came back with the same key begins anew.
  const stayed = [...roster.sets.slice(since).map(({ set }) => set), draft.set].every((set) => hasKey(set, culprit.key))
  if (!stayed) return 'of a Buddy that is in the set no more'
  if (draft.set.length === 1) return 'nobody would be left'
  if (!verifyEvidence(judge, committeeOf(judge, then.set), evidence)) return 'proves nothing'
  return { ...draft, set: without(draft.set, culprit.key) }
}

/** The draft with the change; a text says why not. */
export function withChange(context: RosterContext, draft: Draft, signed: SignedChange): Draft | string {
  const { judge, genesisHash, params } = context
  if (params.adminKey === null) return 'nobody may change this network'
  if (signed.nonce !== draft.nonce) return `nonce ${signed.nonce}, next is ${draft.nonce}`
  if (!judge.crypto.verify(params.adminKey, changePreimage(judge.crypto, genesisHash, signed), signed.signature)) return 'not signed by the admin'
  const next = { ...draft, nonce: draft.nonce + 1n }
  const { change } = signed
  if (change.kind === 'lane-add') {
    if (draft.lanes.some(({ chainId }) => chainId === change.lane.chainId)) return `lane ${change.lane.chainId} is there already`
    const lanes = [...draft.lanes, change.lane].sort((a, b) => a.chainId - b.chainId)
    if (lanes.length > limits.lanesMax || new Set(lanes.map(({ currency }) => currency)).size > limits.currenciesMax)
      return 'too many lanes or currencies'
    return { ...next, lanes }
  }
  const known = draft.set.some(({ key }) => sameBytes(key, change.key))
  const member = { key: change.key, weight: change.weight }
  if (change.weight === 0n) {
    if (!known) return 'removes a Buddy that is not there'
    const set = without(draft.set, change.key)
    return setMistake(set) ?? { ...next, set }
  }
  const set = known ? draft.set.map((old) => (sameBytes(old.key, change.key) ? member : old)) : [...draft.set, member]
  return setMistake(set) ?? { ...next, set }
}

/** After block `number` with this outcome is sealed. */
export function rosterAfter(roster: Roster, number: bigint, { set, lanes, nonce }: Draft): Roster {
  const sets = sameSet(set, currentSet(roster)) ? roster.sets : [...roster.sets, { from: number + 1n, set }].slice(-limits.setsMax)
  return { lanes, sets, nonce }
}

export function sameSet(a: ValidatorSet, b: ValidatorSet): boolean {
  return a.length === b.length && a.every(({ key, weight }, i) => weight === b[i]?.weight && sameBytes(key, b[i].key))
}

function hasKey(set: ValidatorSet, key: Key): boolean {
  return set.some((member) => sameBytes(member.key, key))
}

function without(set: ValidatorSet, key: Key): ValidatorSet {
  return set.filter((member) => !sameBytes(member.key, key))
}
