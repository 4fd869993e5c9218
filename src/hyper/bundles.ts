// Owns: bundles (S8): admission of their transactions into the lanes' pools, then one session for all; and what became of those that failed.
// Does not own: the session (core/atomic.ts).
// Called by: coordinator.ts (reader's sendBundle).

import { AppError } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { Bytes, Hash32 } from '../primitives.js'
import { bareHex } from '../primitives.js'
import type { Input, Outcome, Part } from './core/types.js'
import type { HyperLimits } from './limits.js'
import { sessionId } from './session-id.js'
import type { Keccak256 } from './session-id.js'

export type BundleItem = { chainId: number; raw: Bytes }
export type BundleState = { kind: 'waiting' } | { kind: 'committed' } | { kind: 'failed'; reason: string }
export type SentBundle = { session: Hash32; transactions: Part[]; state: BundleState }

export type Bundles = {
  /** Answers when the bundle has ended, or after waitMs. @throws AppError 'invalid-params', 'unknown-lane', 'lane-unavailable', or as submit; then none is in a pool. */
  send: (items: readonly BundleItem[], waitMs: number) => Promise<SentBundle>
  finished: (id: Hash32, outcome: Outcome) => void
  /** Of a bundle that waits or failed; those that committed are in the journal. */
  stateOf: (id: Hash32) => BundleState | null
}

type Deps = { lanes: ReadonlyMap<number, LaneClient>; feed: (input: Input) => void; keccak256: Keccak256; limits: HyperLimits }

export function createBundles({ lanes, feed, keccak256, limits }: Deps): Bundles {
  const states = new Map<string, BundleState>()
  const waiters = new Map<string, () => void>()

  const send = async (items: readonly BundleItem[], waitMs: number): Promise<SentBundle> => {
    checkShape(items, limits)
    const { parts, gasLimit } = await admitAll(lanes, items)
    const id = sessionId(keccak256, parts)
    const key = bareHex(id)
    const ended = new Promise<void>((resolve) => waiters.set(key, resolve))
    states.set(key, { kind: 'waiting' })
    feed({ kind: 'wanted', wanted: { id, work: { kind: 'bundle', txs: parts }, flow: `bundle:${key}`, lanes: [], gasLimit } })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs)
    })
    await Promise.race([ended, late])
    clearTimeout(timer)
    waiters.delete(key)
    return { session: id, transactions: parts, state: states.get(key) ?? { kind: 'committed' } }
  }

  const finished = (id: Hash32, outcome: Outcome): void => {
    const key = bareHex(id)
    states.delete(key)
    if (outcome.kind === 'failed' || outcome.kind === 'rejected') states.set(key, { kind: 'failed', reason: outcome.reason })
    forgetOldest(states, limits.endedBundlesMax)
    waiters.get(key)?.()
  }

  return { send, finished, stateOf: (id) => states.get(bareHex(id)) ?? null }
}

function checkShape(items: readonly BundleItem[], { bundleTxsMax }: HyperLimits): void {
  if (items.length === 0) throw new AppError('invalid-params', 'a bundle has at least one transaction')
  if (items.length > bundleTxsMax) throw new AppError('invalid-params', `a bundle has at most ${bundleTxsMax} transactions`)
}

/** All or none. In order within a lane: a later nonce of the same sender is admitted after an earlier one. */
async function admitAll(lanes: ReadonlyMap<number, LaneClient>, items: readonly BundleItem[]): Promise<{ parts: Part[]; gasLimit: bigint }> {
  const parts: Part[] = []
  let gasLimit = 0n
  try {
    for (const { chainId, raw } of items) {
      const lane = lanes.get(chainId)
      if (lane === undefined) throw new AppError('unknown-lane', `there is no lane ${chainId}`, { chainId })
      const admitted = await lane.call('sessionAdmit', { raw, sender: null })
      parts.push({ chainId, transactionHash: admitted.hash })
      gasLimit += admitted.gasLimit
    }
  } catch (error) {
    for (const { chainId, transactionHash } of parts) {
      lanes
        .get(chainId)
        ?.call('sessionDrop', { hashes: [transactionHash] })
        .catch(() => undefined)
    }
    throw error
  }
  return { parts, gasLimit }
}

/** Those that wait are never many: the queue has its own bound. */
function forgetOldest(states: Map<string, BundleState>, max: number): void {
  for (const [key, { kind }] of states) {
    if (states.size <= max) return
    if (kind !== 'waiting') states.delete(key)
  }
}
