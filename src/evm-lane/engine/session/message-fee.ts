// Owns: what an asynchronous message costs its sender: the far side's gas, prepaid at this lane's price (S9).
// Called by: portal-gate.ts. Pure.

import type { BlockEnv } from '../block-env.js'

/** Gas of recording and delivering a message, beside what its target uses. */
const deliveryGas = 100_000n
const gasPerByte = 16n

/** Wei. At least one wei per gas, so that a lane without a base fee cannot be flooded for nothing. */
export function messageFee(message: { gasLimit: bigint; dataLength: bigint }, env: BlockEnv): bigint {
  const price = env.baseFee === null || env.baseFee === 0n ? 1n : env.baseFee
  return (deliveryGas + gasPerByte * message.dataLength + message.gasLimit) * price
}
