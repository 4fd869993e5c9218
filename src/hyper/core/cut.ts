// Owns: which lane blocks belong into the next Hyper Block: as many as are known, such that no session and no message is cut in two and the sums are right.
// Does not own: the block itself (build.ts) or judging one of others (check.ts, which demands no less than this for what is held long).
// Called by: build.ts, check.ts, ledger.ts.

import { keyOf } from '../../codec/bytes.js'
import { laneBlocksMax, messagesMax, sessionsMax } from './hyper-limits.js'
import { batchesWithin, factsUpTo, sentIn, sumsAt, tipOf } from './ledger-state.js'
import type { HeldFact, LaneLedger, Ledger, Tips } from './ledger-state.js'
import { supplyOf } from './supply.js'

/** The largest tips that fit. `usable`: blocks from the first that is not on are left out. */
export function cut(ledger: Ledger, nowMs: number, usable: (held: HeldFact) => boolean): Tips {
  const tips: Tips = new Map()
  for (const [chainId, lane] of ledger.lanes) tips.set(chainId, firstTip(ledger, lane, nowMs, usable))
  lower(ledger, tips)
  trimMessages(ledger, tips)
  trimSessions(ledger, tips)
  lower(ledger, tips)
  leaveOutWrongSums(ledger, tips)
  return tips
}

export function movesOn(ledger: Ledger, tips: Tips): boolean {
  return [...tips].some(([chainId, to]) => to > (ledger.lanes.get(chainId) as LaneLedger).tip.to)
}

function firstTip(ledger: Ledger, lane: LaneLedger, nowMs: number, usable: (held: HeldFact) => boolean): bigint {
  const end = Math.min(lane.held.length, laneBlocksMax)
  let count = 0
  while (count < end && usable(lane.held[count] as HeldFact) && !awaitsSender(ledger, lane.held[count] as HeldFact, nowMs)) count++
  return lane.tip.to + BigInt(count)
}

/**
 * Facts of one lane may come before those of another that were there first. A delivery whose message is not known waits for them; what is not known after half
 * the time in which it has to be sealed was sent too long ago to be remembered.
 */
function awaitsSender({ genesis, sent, sentBefore }: Ledger, { fact, sinceMs }: HeldFact, nowMs: number): boolean {
  if (2 * (nowMs - sinceMs) >= genesis.params.censorMs) return false
  return fact.messages.some(({ kind, id }) => kind === 'delivered' && !sent.has(keyOf(id)) && !sentBefore.has(keyOf(id)))
}

/** A batch is in on all of its lanes or on none, and no message is delivered before it is sent: the tips sink until that holds. */
function lower(ledger: Ledger, tips: Tips): void {
  const batches = [...ledger.batches.values()].sort((a, b) => a.batch - b.batch)
  const deliveries = deliveriesOf(ledger)
  for (let sinking = true; sinking;) {
    sinking = false
    const below = (chainId: number, number: bigint): void => {
      tips.set(chainId, number - 1n)
      sinking = true
    }
    for (const { blocks } of batches) {
      if (blocks.every(({ chainId, number }) => number <= tipOf(ledger, tips, chainId))) continue
      for (const { chainId, number } of blocks) if (number <= tipOf(ledger, tips, chainId)) below(chainId, number)
    }
    for (const { chainId, number, from } of deliveries) {
      if (number <= tipOf(ledger, tips, chainId) && from.number > tipOf(ledger, tips, from.chainId)) below(chainId, number)
    }
  }
}

export function deliveriesOf(ledger: Ledger): { chainId: number; number: bigint; from: { chainId: number; number: bigint } }[] {
  if (ledger.sent.size === 0) return []
  return [...ledger.lanes].flatMap(([chainId, { held }]) =>
    held.flatMap(({ fact: { number, messages } }) =>
      messages.flatMap(({ kind, id }) => {
        const from = kind === 'delivered' ? sentIn(ledger, id) : undefined
        return from === undefined ? [] : [{ chainId, number, from }]
      }),
    ),
  )
}

/** Which lane is served first when there is not room for all changes with every Hyper Block. */
function trimMessages(ledger: Ledger, tips: Tips): void {
  const lanes = [...ledger.lanes.values()]
  const first = Number(ledger.head.number % BigInt(Math.max(lanes.length, 1)))
  let room = messagesMax
  for (const lane of [...lanes.slice(first), ...lanes.slice(0, first)]) {
    const { chainId } = lane.spec
    let to = lane.tip.to
    for (const { messages, number } of factsUpTo(lane, tipOf(ledger, tips, chainId))) {
      if (messages.length > room) break
      room -= messages.length
      to = number
    }
    tips.set(chainId, to)
  }
}

function trimSessions(ledger: Ledger, tips: Tips): void {
  let room = sessionsMax
  for (const { blocks, sessions } of batchesWithin(ledger, tips)) {
    room -= sessions.length
    if (room >= 0) continue
    for (const { chainId, number } of blocks) if (number <= tipOf(ledger, tips, chainId)) tips.set(chainId, number - 1n)
  }
}

/** A lane that makes money from nothing holds up those that share its currency, and nobody else (L7). */
function leaveOutWrongSums(ledger: Ledger, tips: Tips): void {
  const { roster, lanes, destroyed } = ledger
  const sums = (chainId: number): ReturnType<typeof sumsAt> => sumsAt(lanes.get(chainId) as LaneLedger, tipOf(ledger, tips, chainId))
  for (let wrong = true; wrong;) {
    const bad = new Set(supplyOf(roster.lanes, sums, destroyed).flatMap(({ currency, entry }) => (entry === null ? [currency] : [])))
    wrong = bad.size > 0
    for (const { spec, tip } of lanes.values()) if (bad.has(spec.currency)) tips.set(spec.chainId, tip.to)
    if (wrong) lower(ledger, tips)
  }
}
