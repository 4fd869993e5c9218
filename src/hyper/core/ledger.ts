// Owns: the ledger: what one Buddy (or the gateway) knows of the lanes since the last sealed Hyper Block, and its ways in and out (H1).
// Does not own: what follows from it (cut.ts, build.ts, check.ts), asking the lanes (the hyper shell).
// Called by: the sealer of the hyper shell, the separate Buddy, the simulator.

import { encodeEvidence } from '../../buddy/core/codec.js'
import type { Block, Crypto, Evidence } from '../../buddy/core/types.js'
import { quorumWeight, setHashOf } from '../../buddy/core/validators.js'
import { assert } from '../../assert.js'
import { keyOf, sameBytes } from '../../codec/bytes.js'
import { AppError } from '../../errors.js'
import type { BlockFact } from '../../evm-lane/protocol.js'
import { buildBlock, contextOf, takeIn } from './build.js'
import { checkBlock } from './check.js'
import type { CheckAt } from './check.js'
import { cut, movesOn } from './cut.js'
import { genesisMistake, rosterOfGenesis } from './genesis.js'
import { decodeBody, decodeHeader, genesisHashOf, paramsHashOf, readHeader } from './hyper-codec.js'
import type { BatchFact, LaneFacts, Verdict } from './hyper-facts.js'
import { pendingMax, sentRememberedMax } from './hyper-limits.js'
import type { GenesisLane, HyperBody, HyperGenesis, HyperHeader, Roster, SignedChange } from './hyper-types.js'
import { blockKey, heldAt, heldTo } from './ledger-state.js'
import type { LaneLedger, Ledger } from './ledger-state.js'
import { currentSet, draftOf, rosterAfter, withChange, withEvidence } from './roster.js'

/** `roster`: as of after `last`; null while no block had evidence or a change. */
export type LedgerStart = {
  crypto: Crypto
  genesis: HyperGenesis
  last: { header: Uint8Array; body: Uint8Array } | null
  roster: Roster | null
}

/** @throws AppError 'store-corrupt' for a start that does not belong together. */
export function createLedger({ crypto, genesis, last, roster }: LedgerStart): Ledger {
  const mistake = genesisMistake(genesis)
  if (mistake !== null) throw new AppError('genesis-mismatch', `the genesis of the network: ${mistake}`)
  const genesisHash = genesisHashOf(crypto, genesis)
  const ledger: Ledger = {
    judge: { crypto, genesisHash, readHeader, quorum: quorumWeight },
    genesis,
    genesisHash,
    paramsHash: paramsHashOf(crypto, genesis.params),
    head: { number: 0n, hash: genesisHash, timestampMs: genesis.timestampMs },
    roster: roster ?? rosterOfGenesis(genesis),
    destroyed: new Map(),
    lanes: new Map(),
    batches: new Map(),
    batchBlocks: new Map(),
    sent: new Map(),
    sentBefore: new Set(),
    evidence: new Map(),
    changes: new Map(),
  }
  for (const lane of ledger.roster.lanes) ledger.lanes.set(lane.chainId, beginLane(lane))
  if (last !== null) standOn(ledger, last)
  return ledger
}

/** @throws AppError 'block-invalid' when they contradict each other or what is sealed; then the lane that told them is not to be trusted. */
export function addFacts(ledger: Ledger, facts: LaneFacts & { nowMs: number }): void {
  for (const batch of facts.batches) addBatch(ledger, batch)
  for (const { chainId, blocks } of facts.lanes) {
    const lane = ledger.lanes.get(chainId)
    if (lane === undefined) throw new AppError('unknown-lane', `lane ${chainId} is not in the network`)
    for (const fact of blocks) addBlock(ledger, lane, fact, facts.nowMs)
  }
  for (const change of facts.changes) addChange(ledger, change, facts.nowMs)
}

/** False for what proves nothing, or nothing that matters any more. */
export function addEvidence(ledger: Ledger, evidence: Evidence, nowMs: number): boolean {
  if (typeof withEvidence(contextOf(ledger), ledger.roster, draftOf(ledger.roster), evidence) === 'string') return false
  const key = keyOf(encodeEvidence(evidence))
  if (ledger.evidence.size < pendingMax && !ledger.evidence.has(key)) ledger.evidence.set(key, { evidence, sinceMs: nowMs })
  return true
}

/** Why a change cannot be next after those that wait; null when it can. For whoever takes changes from people. */
export function changeMistake(ledger: Ledger, change: SignedChange): string | null {
  const next = withChange(contextOf(ledger), takeIn(ledger).draft, change)
  return typeof next === 'string' ? next : null
}

/** Lane blocks, evidence or changes wait for a Hyper Block and could be in one now. */
export function hasNews(ledger: Ledger, nowMs: number): boolean {
  if (
    movesOn(
      ledger,
      cut(ledger, nowMs, () => true),
    )
  )
    return true
  return hasChanges(ledger)
}

/** Evidence or changes wait that could be in a Hyper Block now. */
export function hasChanges(ledger: Ledger): boolean {
  const { evidence, changes } = takeIn(ledger)
  return evidence.length + changes.length > 0
}

/** The next Hyper Block, also when nothing is new. Null when consensus is not where this ledger is. */
export function build(ledger: Ledger, at: { height: bigint; parentHash: Uint8Array; view: number; proposer: number; nowMs: number }): Block | null {
  if (at.height !== ledger.head.number + 1n || !sameBytes(at.parentHash, ledger.head.hash)) return null
  return buildBlock(ledger, at)
}

export function check(ledger: Ledger, at: CheckAt): Verdict {
  return checkBlock(ledger, at)
}

/** Answers the roster when it changed: it has to be kept with the block. @throws AppError 'block-invalid' when a lane of ours has other blocks. */
export function applySealed(ledger: Ledger, block: Block): Roster | null {
  const { header, body } = opened(block)
  assert(
    header.number === ledger.head.number + 1n && sameBytes(header.parentHash, ledger.head.hash),
    `sealed block ${header.number} after ${ledger.head.number}`,
  )
  const before = ledger.roster
  let draft = draftOf(before)
  for (const evidence of body.evidence) draft = expectDraft(withEvidence(contextOf(ledger), before, draft, evidence))
  for (const change of body.changes) draft = expectDraft(withChange(contextOf(ledger), draft, change))
  for (const entry of body.lanes) {
    const lane = ledger.lanes.get(entry.chainId)
    const own = lane === undefined ? undefined : heldAt(lane, entry.to)
    if (own !== undefined && !sameBytes(own.fact.hash, entry.tipHash)) {
      throw new AppError('block-invalid', `lane ${entry.chainId}: block ${entry.to} here is not the one that was sealed`, { chainId: entry.chainId, number: Number(entry.to) }) // prettier-ignore
    }
  }
  ledger.roster = rosterAfter(before, header.number, draft)
  standOn(ledger, block)
  dropSealed(ledger)
  for (const lane of ledger.roster.lanes) if (!ledger.lanes.has(lane.chainId)) ledger.lanes.set(lane.chainId, beginLane(lane))
  ledger.lanes = new Map([...ledger.lanes].sort(([a], [b]) => a - b))
  return body.evidence.length + body.changes.length > 0 ? ledger.roster : null
}

function beginLane(spec: GenesisLane): LaneLedger {
  const { genesisHash, stateRoot, supply } = spec
  return { spec, tip: { to: 0n, tipHash: genesisHash, stateRoot, supply, burned: 0n, bridgedIn: 0n, bridgedOut: 0n }, held: [] }
}

function opened({ header, body }: { header: Uint8Array; body: Uint8Array }): { header: HyperHeader; body: HyperBody } {
  const read = { header: decodeHeader(header), body: decodeBody(body) }
  if (read.header === null || read.body === null) throw new AppError('store-corrupt', 'a sealed Hyper Block cannot be read')
  return { header: read.header, body: read.body }
}

function expectDraft<T>(draft: T | string): T {
  assert(typeof draft !== 'string', `a quorum sealed what cannot be: ${String(draft)}`)
  return draft as T
}

/** Head, tips and sums are those of this block; facts up to the tips go. */
function standOn(ledger: Ledger, block: { header: Uint8Array; body: Uint8Array }): void {
  const { header, body } = opened(block)
  const { judge, lanes, roster, genesisHash } = ledger
  if (!sameBytes(header.genesisHash, genesisHash)) throw new AppError('genesis-mismatch', `Hyper Block ${header.number} is of another network`)
  if (!sameBytes(header.nextSetHash, setHashOf(judge, currentSet(roster)))) {
    throw new AppError('store-corrupt', `the Buddies kept are not those that Hyper Block ${header.number} names`)
  }
  ledger.head = { number: header.number, hash: judge.crypto.hash(block.header), timestampMs: header.timestampMs }
  ledger.destroyed = new Map(body.supply.map(({ currency, destroyed }) => [currency, destroyed]))
  for (const entry of body.lanes) {
    const lane = lanes.get(entry.chainId)
    assert(lane !== undefined, `lane ${entry.chainId} of a sealed block is not in the roster`)
    lane.held.splice(0, Number(entry.to - lane.tip.to))
    const { to, tipHash, stateRoot, supply, burned, bridgedIn, bridgedOut } = entry
    lane.tip = { to, tipHash, stateRoot, supply, burned, bridgedIn, bridgedOut }
  }
}

function dropSealed(ledger: Ledger): void {
  const { lanes, batches, batchBlocks, sent, sentBefore, evidence, changes, roster } = ledger
  const sealed = ({ chainId, number }: { chainId: number; number: bigint }): boolean => number <= (lanes.get(chainId)?.tip.to ?? -1n)
  for (const [number, { blocks }] of batches) {
    if (!blocks.every(sealed)) continue
    batches.delete(number)
    for (const block of blocks) batchBlocks.delete(blockKey(block))
  }
  for (const [id, from] of sent) {
    if (!sealed(from)) continue
    sent.delete(id)
    sentBefore.add(id)
  }
  for (const id of sentBefore) {
    if (sentBefore.size <= sentRememberedMax) break
    sentBefore.delete(id)
  }
  for (const nonce of changes.keys()) if (nonce < roster.nonce) changes.delete(nonce)
  for (const [key, held] of evidence) {
    if (typeof withEvidence(contextOf(ledger), roster, draftOf(roster), held.evidence) === 'string') evidence.delete(key)
  }
}

function addBatch(ledger: Ledger, batch: BatchFact): void {
  const { lanes, batches } = ledger
  const sealed = batch.blocks.filter(({ chainId, number }) => number <= (lanes.get(chainId)?.tip.to ?? -1n))
  if (sealed.length === batch.blocks.length) return
  if (sealed.length > 0) throw new AppError('block-invalid', `session batch ${batch.batch} is sealed on a part of its lanes`)
  for (const { chainId, number, hash } of batch.blocks) {
    const held = heldOf(lanes.get(chainId), number)
    if (held !== undefined && !sameBytes(held.fact.hash, hash)) throw contradiction(chainId, number)
  }
  batches.set(batch.batch, batch)
  for (const block of batch.blocks) ledger.batchBlocks.set(blockKey(block), block.hash)
}

function addBlock(ledger: Ledger, lane: LaneLedger, fact: BlockFact, nowMs: number): void {
  const { chainId } = lane.spec
  const { number, hash, parentHash } = fact
  const next = heldTo(lane) + 1n
  if (number > next)
    throw new AppError('block-invalid', `lane ${chainId}: block ${number} was told before ${next}`, { chainId, number: Number(number) })
  if (number < next) {
    const known = number === lane.tip.to ? lane.tip.tipHash : heldAt(lane, number)?.fact.hash
    if (known !== undefined && !sameBytes(known, hash)) throw contradiction(chainId, number)
    return
  }
  const parent = lane.held.at(-1)?.fact.hash ?? lane.tip.tipHash
  if (!sameBytes(parent, parentHash)) throw contradiction(chainId, number)
  const ofBatch = ledger.batchBlocks.get(blockKey({ chainId, number }))
  if (ofBatch !== undefined && !sameBytes(ofBatch, hash)) throw contradiction(chainId, number)
  lane.held.push({ fact, sinceMs: nowMs })
  for (const { kind, id } of fact.messages) if (kind === 'sent') ledger.sent.set(keyOf(id), { chainId, number })
}

function heldOf(lane: LaneLedger | undefined, number: bigint): ReturnType<typeof heldAt> {
  return lane === undefined ? undefined : heldAt(lane, number)
}

function contradiction(chainId: number, number: bigint): AppError {
  return new AppError('block-invalid', `lane ${chainId}: two different blocks ${number} were told`, { chainId, number: Number(number) })
}

function addChange(ledger: Ledger, change: SignedChange, nowMs: number): void {
  const { changes, roster } = ledger
  if (change.nonce < roster.nonce || changes.size >= pendingMax || changes.has(change.nonce)) return
  changes.set(change.nonce, { change, sinceMs: nowMs })
}
