// Owns: writing blocks of sessions that the journal says were committed, after a crash between the journal and this lane (S11).
// Called by: handlers-session.ts, once after each start of the lane and before it builds anything.

import { AppError } from '../../../errors.js'
import { bareHex, equalBytes } from '../../../primitives.js'
import type { SealedBlock } from '../../session-protocol.js'
import type { LaneParts } from '../lane-parts.js'
import { decodeOps } from './ops-codec.js'

/** @throws AppError 'store-corrupt' when a block cannot follow the head. */
export async function recoverBlocks(parts: LaneParts, blocks: SealedBlock[]): Promise<void> {
  for (const block of blocks) {
    const head = parts.chain.head.block.header.number
    if (block.number <= head) {
      const own = await parts.chain.entry(block.number)
      if (own !== undefined && equalBytes(own.block.header.hash, block.hash)) continue
      throw new AppError('store-corrupt', `block ${block.number} is not the session block 0x${bareHex(block.hash)} that the journal has`)
    }
    if (block.number !== head + 1n) throw new AppError('store-corrupt', `session block ${block.number} cannot follow block ${head}`)
    await parts.store.batch(decodeOps(block.batch), { sync: parts.spec.syncWrites })
    await parts.state.reload()
    await parts.peers.load()
    await parts.chain.publishStored(block.number)
    // Last: whoever is told the facts of a block may ask for the block.
    await parts.facts.load(block.number)
  }
}
