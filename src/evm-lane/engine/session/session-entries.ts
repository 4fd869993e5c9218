// Owns: what a session leaves in its lane's block: its own transactions, and inbound calls as 0x7e transactions (S6).
// Called by: session-block.ts, session-rerun.ts.

import type { Hash32 } from '../../../primitives.js'
import type { Leg } from '../../session-protocol.js'
import type { BlockExecution } from '../block-execution.js'
import { legReceipt, legTx } from './leg-tx.js'
import type { RunEntry } from './lane-run.js'

/** Answers the transactions in block order. */
export function keepEntries(entries: readonly RunEntry[], execution: BlockExecution, place: { session: Hash32; chainId: number }): Leg[] {
  const before = execution.txs.length
  return entries.map((entry, index) => {
    const tx = entry.kind === 'tx' ? entry.tx : legTx(entry.leg, { ...place, index: before + index })
    const gasBefore = execution.gasUsed
    const receipt =
      entry.kind === 'tx' ? { ...entry.receipt, cumulativeGasUsed: gasBefore + entry.receipt.gasUsed } : legReceipt(entry.leg, gasBefore)
    execution.append(tx, receipt)
    return { chainId: place.chainId, transactionHash: tx.hash }
  })
}
