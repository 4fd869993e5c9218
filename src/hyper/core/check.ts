// Owns: whether a Hyper Block is right by everything this ledger knows (H1), with the reason when it is not.
// Does not own: who may propose it in which view (buddy/core).
// Called by: ledger.ts.

import type { Block } from '../../buddy/core/types.js'
import { setHashOf } from '../../buddy/core/validators.js'
import { sameBytes } from '../../codec/bytes.js'
import type { Codec } from '../../codec/fields.js'
import { encodeRlp } from '../../codec/rlp.js'
import { contextOf, laneEntry, messagesWithin, sessionsWithin, supplyWithin } from './build.js'
import { cut, deliveriesOf } from './cut.js'
import { decodeBody, decodeHeader, messageEntryCodec, sessionEntryCodec, supplyEntryCodec } from './hyper-codec.js'
import type { Refusal, Verdict } from './hyper-facts.js'
import * as limits from './hyper-limits.js'
import type { HyperBody, HyperHeader, LaneEntry, SupplyEntry } from './hyper-types.js'
import { batchWithin, heldTo, tipOf } from './ledger-state.js'
import type { LaneLedger, Ledger, Tips } from './ledger-state.js'
import { censorAfterMs } from './patience.js'
import { blockCountOf, laneLeaf, rootsOf } from './roots.js'
import { currentSet, draftOf, rosterAfter, sameSet, withChange, withEvidence } from './roster.js'
import type { Draft } from './roster.js'

export type CheckAt = { block: Block; mode: 'proposed' | 'certified'; nowMs: number }
type Case = CheckAt & { header: HyperHeader; body: HyperBody; tips: Tips }
type Rule = (ledger: Ledger, of: Case) => Verdict | null

/** In this order: what costs little and needs no facts comes first. */
const rules: readonly Rule[] = [place, time, roots, laneRanges, lanesHeld, laneFacts, batches, deliveries, messages, supply, roster, censorship]

export function checkBlock(ledger: Ledger, at: CheckAt): Verdict {
  const header = decodeHeader(at.block.header)
  const body = decodeBody(at.block.body)
  if (header === null || body === null) return invalid('malformed', 'header or body is not in its one form')
  // A runner may be told of the last Seal a moment later than of the proposal that builds on it.
  if (header.number > ledger.head.number + 1n) return { kind: 'lacking', lanes: [] }
  const of = { ...at, header, body, tips: new Map(body.lanes.map(({ chainId, to }) => [chainId, to])) }
  for (const rule of rules) {
    const verdict = rule(ledger, of)
    if (verdict !== null) return verdict
  }
  return { kind: 'valid' }
}

function invalid(refusal: Refusal, reason: string): Verdict {
  return { kind: 'invalid', refusal, reason }
}

function place({ judge, genesisHash, paramsHash, head, roster }: Ledger, { header }: Case): Verdict | null {
  if (!sameBytes(header.genesisHash, genesisHash)) return invalid('place', 'another network')
  if (header.number !== head.number + 1n) return invalid('place', `number ${header.number} after ${head.number}`)
  if (!sameBytes(header.parentHash, head.hash)) return invalid('place', 'its parent is not the newest sealed block')
  if (!sameBytes(header.setHash, setHashOf(judge, currentSet(roster)))) return invalid('set', 'another set')
  return sameBytes(header.paramsHash, paramsHash) ? null : invalid('params', 'other parameters')
}

/** (parent, now + drift]; a quorum has looked at its own clocks. */
function time({ head, genesis }: Ledger, { header, mode, nowMs }: Case): Verdict | null {
  const { timestampMs } = header
  if (timestampMs <= head.timestampMs) return invalid('time', `${head.timestampMs - timestampMs} ms before its parent`)
  const ahead = timestampMs - BigInt(nowMs)
  if (mode === 'certified' || ahead <= BigInt(genesis.params.driftMs)) return null
  return invalid('time', `${ahead} ms in the future`)
}

function roots({ judge }: Ledger, { header, body }: Case): Verdict | null {
  const wrong = Object.entries(rootsOf(judge.crypto, body)).find(([name, root]) => !sameBytes(header[name as 'lanesRoot'], root))
  if (wrong !== undefined) return invalid('roots', `${wrong[0]} is not that of the body`)
  return header.laneBlockCount === blockCountOf(body) ? null : invalid('roots', 'laneBlockCount is not that of the body')
}

/** Every lane of the network, each from where it was. */
function laneRanges(ledger: Ledger, { body }: Case): Verdict | null {
  const lanes = [...ledger.lanes.values()]
  if (lanes.length !== body.lanes.length || lanes.some(({ spec }, i) => spec.chainId !== body.lanes[i]?.chainId)) {
    return invalid('lanes', `lanes ${body.lanes.map(({ chainId }) => chainId).join()} instead of ${[...ledger.lanes.keys()].join()}`)
  }
  for (const { chainId, from, to } of body.lanes) {
    const { tip } = ledger.lanes.get(chainId) as LaneLedger
    if (from !== tip.to + 1n || to < tip.to) return invalid('gap', `lane ${chainId}: blocks ${from} to ${to} after ${tip.to}`)
    if (to - tip.to > BigInt(limits.laneBlocksMax)) return invalid('lanes', `lane ${chainId}: ${to - tip.to} blocks`)
  }
  return null
}

function lanesHeld(ledger: Ledger, { body }: Case): Verdict | null {
  const lacking = body.lanes.filter(({ chainId, to }) => to > heldTo(ledger.lanes.get(chainId) as LaneLedger))
  return lacking.length === 0 ? null : { kind: 'lacking', lanes: lacking.map(({ chainId, to }) => ({ chainId, to })) }
}

/** This Buddy's own execution says the same, to the last field. */
function laneFacts(ledger: Ledger, { body }: Case): Verdict | null {
  for (const entry of body.lanes) {
    const lane = ledger.lanes.get(entry.chainId) as LaneLedger
    const own = laneEntry(ledger, lane, entry.to)
    if (sameBytes(laneLeaf(own), laneLeaf(entry))) continue
    return invalid('lane-facts', `lane ${entry.chainId}: ${differences(own, entry).join()} not as executed here`)
  }
  return null
}

function batches(ledger: Ledger, { body, tips }: Case): Verdict | null {
  for (const batch of ledger.batches.values()) {
    if (batchWithin(ledger, tips, batch)) continue
    const inside = batch.blocks.find(({ chainId, number }) => number <= tipOf(ledger, tips, chainId))
    if (inside !== undefined) return invalid('half-batch', `session batch ${batch.batch}: in on lane ${inside.chainId}, not on all`)
  }
  if (body.sessions.some(({ batch }) => !ledger.batches.has(batch))) return { kind: 'lacking', lanes: [] }
  return sameEntries(sessionEntryCodec, sessionsWithin(ledger, tips), body.sessions)
    ? null
    : invalid('sessions', 'not the sessions of the batches in these blocks')
}

/** Only whoever holds the sender's later blocks can see it, so a quorum that did not is not contradicted. */
function deliveries(ledger: Ledger, { tips, mode }: Case): Verdict | null {
  if (mode === 'certified') return null
  const early = deliveriesOf(ledger).find(
    ({ chainId, number, from }) => number <= tipOf(ledger, tips, chainId) && from.number > tipOf(ledger, tips, from.chainId),
  )
  return early === undefined ? null : invalid('early-delivery', `lane ${early.chainId}, block ${early.number}: its message was not sent yet`)
}

function messages(ledger: Ledger, { body, tips }: Case): Verdict | null {
  return sameEntries(messageEntryCodec, messagesWithin(ledger, tips), body.messages) ? null : invalid('messages', 'not the messages of these blocks')
}

function supply(ledger: Ledger, { body, tips }: Case): Verdict | null {
  const results = supplyWithin(ledger, tips)
  const wrong = results.find(({ reason }) => reason !== null)
  if (wrong !== undefined) return invalid('supply', wrong.reason as string)
  const entries = results.map(({ entry }) => entry as SupplyEntry)
  return sameEntries(supplyEntryCodec, entries, body.supply) ? null : invalid('supply', 'not the sums of these blocks')
}

function roster(ledger: Ledger, { block, header, body }: Case): Verdict | null {
  const draft = draftAfter(ledger, body)
  if ('kind' in draft) return draft
  const set = currentSet(rosterAfter(ledger.roster, header.number, draft))
  if (!sameBytes(header.nextSetHash, setHashOf(ledger.judge, set)))
    return invalid('next-set', 'nextSetHash does not follow from evidence and changes')
  // Consensus compares a set that is told with its hash; here is said that one is told only when it changes.
  const changed = set !== currentSet(ledger.roster)
  return changed === (block.nextSet !== null) && (block.nextSet === null || sameSet(block.nextSet, set))
    ? null
    : invalid('next-set', 'the set told is not the next one')
}

function draftAfter(ledger: Ledger, body: HyperBody): Draft | Verdict {
  const context = contextOf(ledger)
  let draft = draftOf(ledger.roster)
  for (const evidence of body.evidence) {
    const next = withEvidence(context, ledger.roster, draft, evidence)
    if (typeof next === 'string') return invalid('evidence', `${evidence.rule} against ${evidence.culprit} at ${evidence.height}: ${next}`)
    draft = next
  }
  for (const change of body.changes) {
    const next = withChange(context, draft, change)
    if (typeof next === 'string') return invalid('changes', next)
    draft = next
  }
  return draft
}

/**
 * What this Buddy has held for long belongs into a proposal, as far as there is room. Not so in a certified block: others held it less long, and a quorum has
 * taken it.
 */
function censorship(ledger: Ledger, { header, body, tips, mode, nowMs }: Case): Verdict | null {
  if (mode === 'certified') return null
  const longMs = censorAfterMs({ params: ledger.genesis.params, view: header.view })
  const aged = (sinceMs: number): boolean => nowMs - sinceMs > longMs
  const full = body.messages.length > limits.messagesMax / 2 || body.sessions.length > limits.sessionsMax / 2
  if (!full) {
    for (const [chainId, to] of cut(ledger, nowMs, ({ sinceMs }) => aged(sinceMs))) {
      if (to > tipOf(ledger, tips, chainId)) return invalid('censored-lane', `lane ${chainId}: block ${to} is known for long and left out`)
    }
  }
  return censoredRoster(ledger, body, aged)
}

function censoredRoster(ledger: Ledger, body: HyperBody, aged: (sinceMs: number) => boolean): Verdict | null {
  const draft = draftAfter(ledger, body)
  if ('kind' in draft) return draft
  const context = contextOf(ledger)
  // Another proof against the same one does as well: then this one has nobody left to convict.
  for (const { evidence, sinceMs } of body.evidence.length < limits.evidenceMax ? ledger.evidence.values() : []) {
    if (!aged(sinceMs) || typeof withEvidence(context, ledger.roster, draft, evidence) === 'string') continue
    return invalid('censored-evidence', `${evidence.rule} against ${evidence.culprit} at ${evidence.height} is known for long and left out`)
  }
  const next = body.changes.length < limits.changesMax ? ledger.changes.get(draft.nonce) : undefined
  if (next === undefined || !aged(next.sinceMs) || typeof withChange(context, draft, next.change) === 'string') return null
  return invalid('censored-change', `change ${draft.nonce} is known for long and left out`)
}

/** Entries in their one form: fields of records differ in type only between codecs. */
function sameEntries<T>(codec: Codec<T>, a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((entry, i) => sameBytes(encodeRlp(codec.put(entry)), encodeRlp(codec.put(b[i] as T))))
}

function differences(own: LaneEntry, told: LaneEntry): string[] {
  return Object.entries(own).flatMap(([name, value]) => {
    const other = told[name as keyof LaneEntry]
    const same = value instanceof Uint8Array ? sameBytes(value, other as Uint8Array) : value === other
    return same ? [] : [name]
  })
}
