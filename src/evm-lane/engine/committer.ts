// Owns: making a block durable and visible, in this order: the state's head in memory, one atomic batch, the chain's head that readers see, then whoever is told (L4).
// Called by: producer, importer, engine (genesis).

import type { StoreOp } from '../../store/store.js'
import { AppError } from '../../errors.js'
import type { BlockEntry } from './chain/chain-store.js'
import type { LaneParts } from './lane-parts.js'
import type { Sealed } from './state/lane-state.js'

/** @throws AppError 'store-failed' when the batch could not be written; the lane must then stop, because its store may be broken. */
export function commitBlock(parts: Omit<LaneParts, 'genesisHash'>, entry: BlockEntry, sealed: Sealed, extra: StoreOp[] = []): Promise<void> {
  const written = writeBlock(parts, entry, sealed, extra)
  parts.commits.last = written.catch(() => undefined)
  return written
}

async function writeBlock(parts: Omit<LaneParts, 'genesisHash'>, entry: BlockEntry, sealed: Sealed, extra: StoreOp[]): Promise<void> {
  const ops = [...sealed.ops, ...parts.chain.ops(entry), ...extra]
  // The state moves first: reads of the old head come from its undo layers while the store already has the new values.
  parts.state.advance(sealed)
  try {
    await parts.store.batch(ops, { sync: parts.spec.syncWrites })
  } catch (error) {
    throw new AppError('store-failed', `block ${entry.block.header.number} could not be written: ${(error as Error).message}`)
  }
  parts.state.flushed(sealed.blockNumber)
  parts.chain.publish(entry)
}
