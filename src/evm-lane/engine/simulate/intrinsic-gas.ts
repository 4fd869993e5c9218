// Owns: gas that a message costs before any code runs (EIP-2028, 2930, 3860, 7702) and the least it costs at all (EIP-7623).
// Does not own: gas of execution.
// Called by: apply-message. Pure over the fork's parameters.

import type { Common } from '@ethereumjs/common'
import type { Message } from './message.js'

export function intrinsicGas(message: Message, common: Common): bigint {
  const { input, accessList, authorizations } = message
  const zeros = countZeros(input)
  let gas = common.param('txGas') + BigInt(zeros) * common.param('txDataZeroGas') + BigInt(input.length - zeros) * common.param('txDataNonZeroGas')
  if (message.to === null) {
    if (common.gteHardfork('homestead')) gas += common.param('txCreationGas')
    if (common.isActivatedEIP(3860)) gas += common.param('initCodeWordGas') * BigInt(Math.ceil(input.length / 32))
  }
  for (const { storageKeys } of accessList) {
    gas += common.param('accessListAddressGas') + BigInt(storageKeys.length) * common.param('accessListStorageKeyGas')
  }
  if (authorizations !== null) gas += BigInt(authorizations.length) * common.param('perEmptyAccountCost')
  return gas
}

/** 0 before Prague. */
export function floorGas(message: Message, common: Common): bigint {
  if (!common.isActivatedEIP(7623)) return 0n
  const zeros = countZeros(message.input)
  const tokens = BigInt(zeros + 4 * (message.input.length - zeros))
  return common.param('txGas') + tokens * common.param('totalCostFloorPerToken')
}

function countZeros(bytes: Uint8Array): number {
  let count = 0
  for (const byte of bytes) if (byte === 0) count++
  return count
}
