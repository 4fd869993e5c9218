// Owns: an inbound call as a 0x7e transaction with its receipt (S6).
// Called by: session-block.ts.

import type { Hash32 } from '../../../primitives.js'
import type { ReceiptData } from '../../chain-data.js'
import { bloomOf } from '../chain/bloom.js'
import { sourceHash, systemTx, systemTxType } from '../system-tx.js'
import type { LaneTx } from '../tx.js'
import type { InboundLeg } from './lane-run.js'

/** `index`: place in the lane's block, so that no two legs of one session are the same transaction. */
export function legTx(leg: InboundLeg, place: { session: Hash32; chainId: number; index: number }): LaneTx {
  const { from, to, value, gas, data } = leg
  return systemTx({ sourceHash: sourceHash(place.session, place.chainId, place.index), from, to, mint: value, value, gas, data })
}

/** The fee is paid where the session began (S5). */
export function legReceipt(leg: InboundLeg, gasBefore: bigint): ReceiptData {
  return {
    type: systemTxType,
    outcome: { kind: 'status', success: leg.success },
    gasUsed: leg.gasUsed,
    cumulativeGasUsed: gasBefore + leg.gasUsed,
    effectiveGasPrice: 0n,
    logsBloom: bloomOf(leg.logs),
    logs: leg.logs,
    contractAddress: null,
  }
}
