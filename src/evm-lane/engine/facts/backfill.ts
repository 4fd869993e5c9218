// Owns: facts of the blocks of a lane whose store is older than facts: worked out once, from balances, history and headers.
// Does not own: facts of new blocks (block-fact.ts).
// Called by: open-lane.ts, when the head has no fact.

import { AppError } from '../../../errors.js'
import { equalBytes } from '../../../primitives.js'
import type { Store, StoreOp } from '../../../store/store.js'
import type { BlockFact } from '../../protocol.js'
import type { BlockEntry, ChainStore } from '../chain/chain-store.js'
import { PORTAL, SYSTEM } from '../portal/addresses.js'
import { decodeMessageSent } from '../portal/messages.js'
import { balancesBefore, sumOfBalances } from '../state/balances.js'
import type { StateKey } from '../state/keys.js'
import type { LaneState } from '../state/lane-state.js'
import { burnedIn, factAfter } from './block-fact.js'
import type { FactStore } from './fact-store.js'

type Parts = { store: Store; chain: ChainStore; state: LaneState; facts: FactStore; spec: { chainId: number } }
type Sums = Pick<BlockFact, 'supply' | 'burned' | 'bridgedIn' | 'bridgedOut'>

/** Facts in one batch. */
const batchMax = 500

/**
 * Blocks whose history is pruned get none. Value of sessions is left out of both bridged sums, on every lane, because receipts do not tell it: their
 * difference, which is what is in flight, is right all the same. The head's fact is written last, so that a crash begins again.
 */
export async function backfillFacts(parts: Parts): Promise<void> {
  const { store, chain, state, facts, spec } = parts
  const head = chain.head.block.header.number
  let sums: Sums = { supply: await sumOfBalances(store), burned: 0n, bridgedIn: 0n, bridgedOut: 0n }
  for (let number = 0n; number <= head; number++) sums = plus(sums, changeIn(await entryAt(chain, number), spec.chainId), 1n)
  const oldest = state.oldestNumber
  const later = new Map<StateKey, bigint>()
  let ops: StoreOp[] = []
  let newest: StoreOp[] = []
  for (let number = head; number >= oldest; number--) {
    const entry = await entryAt(chain, number)
    const fact = { ...factAfter(null, entry, { balanceDelta: 0n, bridged: { in: 0n, out: 0n } }, spec.chainId), ...sums }
    if (number === head) newest = facts.ops(fact)
    else ops.push(...facts.ops(fact))
    if (ops.length >= batchMax) {
      await store.batch(ops)
      ops = []
    }
    if (number > oldest) sums = plus({ ...sums, supply: sums.supply - (await deltaOf(parts, number, later)) }, changeIn(entry, spec.chainId), -1n)
  }
  await store.batch([...ops, ...newest])
  await facts.load(head)
}

/** `later`: balances after the block of accounts that later blocks changed; becomes those before it. */
async function deltaOf({ store, state }: Parts, number: bigint, later: Map<StateKey, bigint>): Promise<bigint> {
  let delta = 0n
  for (const [address, before] of await balancesBefore(store, number)) {
    const after = later.get(address) ?? state.view().account(address)?.balance ?? 0n
    delta += after - before
    later.set(address, before)
  }
  return delta
}

function changeIn(entry: BlockEntry, chainId: number): Omit<Sums, 'supply'> {
  let bridgedOut = 0n
  let bridgedIn = 0n
  entry.receipts.forEach((receipt, i) => {
    for (const log of receipt.logs) bridgedOut += decodeMessageSent(log, BigInt(chainId))?.value ?? 0n
    const { system } = entry.txs[i] ?? {}
    const isDelivery = system !== undefined && equalBytes(system.from, SYSTEM) && equalBytes(system.to, PORTAL)
    if (isDelivery && receipt.outcome.kind === 'status' && receipt.outcome.success) bridgedIn += system.mint
  })
  return { burned: burnedIn(entry), bridgedIn, bridgedOut }
}

function plus(sums: Sums, change: Omit<Sums, 'supply'>, sign: bigint): Sums {
  return {
    supply: sums.supply,
    burned: sums.burned + sign * change.burned,
    bridgedIn: sums.bridgedIn + sign * change.bridgedIn,
    bridgedOut: sums.bridgedOut + sign * change.bridgedOut,
  }
}

async function entryAt(chain: ChainStore, number: bigint): Promise<BlockEntry> {
  const entry = await chain.entry(number)
  if (entry === undefined) throw new AppError('store-corrupt', `block ${number} is missing below the head`)
  return entry
}
