// Owns: making a block durable and visible, in this order: the state's head in memory, one atomic batch, the chain's head that readers see, then whoever is told (L4).
// Called by: producer, importer, engine (genesis).

import type { StoreOp } from '../../store/store.js'
import { AppError } from '../../errors.js'
import type { BlockFact } from '../protocol.js'
import type { BlockEntry } from './chain/chain-store.js'
import { factAfter } from './facts/block-fact.js'
import type { LaneParts } from './lane-parts.js'
import type { Sealed } from './state/lane-state.js'

type Parts = Omit<LaneParts, 'genesisHash'>

/** A block on the head with all that its batch makes durable. */
export type WrittenBlock = { fact: BlockFact; ops: StoreOp[] }

/** Everything of one block in one batch: state, chain, facts (L4). */
export function blockOps(
  { facts, chain, peers, spec }: Pick<Parts, 'facts' | 'chain' | 'peers' | 'spec'>,
  entry: BlockEntry,
  sealed: Sealed,
): WrittenBlock {
  const fact = factAfter(facts.head, entry, sealed, spec.chainId)
  const reach = entry.peers === undefined ? [] : peers.ops(fact.number, entry.peers)
  return { fact, ops: [...sealed.ops, ...chain.ops(entry), ...facts.ops(fact), ...reach] }
}

/** `extra`: beside the block in its batch. `written`: what blockOps has said of it before, on the same head. */
export type CommitOptions = { extra?: StoreOp[]; written?: WrittenBlock }

/** @throws AppError 'store-failed' when the batch could not be written; the lane must then stop, because its store may be broken. */
export function commitBlock(parts: Parts, entry: BlockEntry, sealed: Sealed, options: CommitOptions = {}): Promise<void> {
  const done = writeBlock(parts, entry, sealed, options)
  parts.commits.last = done.catch(() => undefined)
  return done
}

async function writeBlock(parts: Parts, entry: BlockEntry, sealed: Sealed, { extra = [], written }: CommitOptions): Promise<void> {
  const { fact, ops } = written ?? blockOps(parts, entry, sealed)
  // The state moves first: reads of the old head come from its undo layers while the store already has the new values.
  parts.state.advance(sealed)
  try {
    await parts.store.batch(extra.length === 0 ? ops : [...ops, ...extra], { sync: parts.spec.syncWrites })
  } catch (error) {
    throw new AppError('store-failed', `block ${entry.block.header.number} could not be written: ${(error as Error).message}`)
  }
  parts.state.flushed(sealed.blockNumber)
  parts.facts.publish(fact)
  if (entry.peers !== undefined) parts.peers.publish(entry.peers)
  parts.chain.publish(entry)
}
