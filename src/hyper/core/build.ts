// Owns: making a Hyper Block of what the ledger knows (H1): what must follow from given tips, and what a proposer adds.
// Does not own: which tips (cut.ts), what others proposed (check.ts).
// Called by: ledger.ts; check.ts uses the parts that follow.

import { setHashOf } from '../../buddy/core/validators.js'
import type { Block } from '../../buddy/core/types.js'
import { cut } from './cut.js'
import { encodeBody, encodeHeader } from './hyper-codec.js'
import { changesMax, evidenceMax } from './hyper-limits.js'
import type { HyperBody, LaneEntry, MessageEntry, SessionEntry, SupplyEntry } from './hyper-types.js'
import { batchesWithin, factsUpTo, sumsAt, tipOf } from './ledger-state.js'
import type { LaneLedger, Ledger, Tips } from './ledger-state.js'
import { merkleRoot } from './merkle.js'
import { blockCountOf, rootsOf } from './roots.js'
import { restMs } from './patience.js'
import { currentSet, draftOf, rosterAfter, withChange, withEvidence } from './roster.js'
import type { Draft, RosterContext } from './roster.js'
import { supplyOf } from './supply.js'
import type { SupplyResult } from './supply.js'

export function buildBlock(ledger: Ledger, at: { view: number; proposer: number; nowMs: number }): Block {
  const { judge, head, genesis, genesisHash, paramsHash, roster } = ledger
  const sinceMsMax = at.nowMs - restMs({ params: genesis.params, view: at.view })
  const tips = cut(ledger, at.nowMs, ({ sinceMs }) => sinceMs <= sinceMsMax)
  const taken = takeIn(ledger)
  const body: HyperBody = {
    lanes: laneEntries(ledger, tips),
    sessions: sessionsWithin(ledger, tips),
    messages: messagesWithin(ledger, tips),
    supply: supplyWithin(ledger, tips).map(({ entry }) => entry as SupplyEntry),
    evidence: taken.evidence,
    changes: taken.changes,
  }
  const number = head.number + 1n
  const set = currentSet(roster)
  const nextSet = currentSet(rosterAfter(roster, number, taken.draft))
  const header = encodeHeader({
    version: 1,
    genesisHash,
    number,
    parentHash: head.hash,
    timestampMs: BigInt(at.nowMs) > head.timestampMs ? BigInt(at.nowMs) : head.timestampMs + 1n,
    view: at.view,
    proposer: at.proposer,
    setHash: setHashOf(judge, set),
    nextSetHash: setHashOf(judge, nextSet),
    ...rootsOf(judge.crypto, body),
    laneBlockCount: blockCountOf(body),
    paramsHash,
  })
  return { header, body: encodeBody(body), nextSet: nextSet === set ? null : nextSet }
}

/** What waits and may go in. */
export function takeIn(ledger: Ledger): Pick<HyperBody, 'evidence' | 'changes'> & { draft: Draft } {
  const context = contextOf(ledger)
  const evidence: HyperBody['evidence'][number][] = []
  const changes: HyperBody['changes'][number][] = []
  let draft = draftOf(ledger.roster)
  for (const held of ledger.evidence.values()) {
    if (evidence.length === evidenceMax) break
    const next = withEvidence(context, ledger.roster, draft, held.evidence)
    if (typeof next === 'string') continue
    draft = next
    evidence.push(held.evidence)
  }
  for (let held = ledger.changes.get(draft.nonce); held !== undefined && changes.length < changesMax; held = ledger.changes.get(draft.nonce)) {
    const next = withChange(context, draft, held.change)
    if (typeof next === 'string') break
    draft = next
    changes.push(held.change)
  }
  return { evidence, changes, draft }
}

export function contextOf({ judge, genesisHash, genesis, head }: Ledger): RosterContext {
  return { judge, genesisHash, params: genesis.params, number: head.number + 1n }
}

function laneEntries(ledger: Ledger, tips: Tips): LaneEntry[] {
  return Array.from(ledger.lanes.values(), (lane) => laneEntry(ledger, lane, tipOf(ledger, tips, lane.spec.chainId)))
}

export function laneEntry({ judge }: Ledger, lane: LaneLedger, to: bigint): LaneEntry {
  const { spec, tip } = lane
  const facts = factsUpTo(lane, to)
  const last = facts.at(-1)
  const { supply, burned, bridgedIn, bridgedOut } = sumsAt(lane, to)
  return {
    chainId: spec.chainId,
    from: tip.to + 1n,
    to,
    tipHash: last?.hash ?? tip.tipHash,
    stateRoot: last?.stateRoot ?? tip.stateRoot,
    blocksRoot: merkleRoot(
      judge.crypto,
      facts.map(({ hash }) => hash),
    ),
    configHash: spec.configHash,
    txCount: facts.reduce((sum, { txCount }) => sum + txCount, 0),
    gasUsed: facts.reduce((sum, { gasUsed }) => sum + gasUsed, 0n),
    supply,
    burned,
    bridgedIn,
    bridgedOut,
  }
}

export function sessionsWithin(ledger: Ledger, tips: Tips): SessionEntry[] {
  return batchesWithin(ledger, tips).flatMap(({ sessions }) => sessions)
}

export function messagesWithin(ledger: Ledger, tips: Tips): MessageEntry[] {
  return Array.from(ledger.lanes.values()).flatMap((lane) => {
    const { chainId } = lane.spec
    const facts = factsUpTo(lane, tipOf(ledger, tips, chainId))
    return facts.flatMap(({ number, messages }) => messages.map(({ kind, id, success }): MessageEntry => ({ kind, id, chainId, number, success })))
  })
}

export function supplyWithin(ledger: Ledger, tips: Tips): SupplyResult[] {
  const { roster, lanes, destroyed } = ledger
  return supplyOf(roster.lanes, (chainId) => sumsAt(lanes.get(chainId) as LaneLedger, tipOf(ledger, tips, chainId)), destroyed)
}
