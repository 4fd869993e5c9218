// Owns: the JSON of eth_feeHistory.
// Called by: handlers/fees.ts.

import type { FeeHistory } from '../../evm-lane/protocol.js'
import { quantity } from './quantity.js'
import type { Json } from './quantity.js'

export function formatFeeHistory(history: FeeHistory): Json {
  const out: Json = {
    oldestBlock: quantity(history.oldestBlock),
    baseFeePerGas: history.baseFeePerGas.map(quantity),
    gasUsedRatio: history.gasUsedRatio,
    baseFeePerBlobGas: history.baseFeePerBlobGas.map(quantity),
    blobGasUsedRatio: history.blobGasUsedRatio,
  }
  if (history.reward !== null) out.reward = history.reward.map((block) => block.map(quantity))
  return out
}
