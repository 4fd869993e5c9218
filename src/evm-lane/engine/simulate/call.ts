// Owns: eth_call.
// Does not own: running the message (run-message.ts).
// Called by: simulator.

import { AppError } from '../../../errors.js'
import type { Bytes } from '../../../primitives.js'
import type { CallMessage } from '../../chain-data.js'
import { gasOf, runMessage } from './run-message.js'
import type { SimulationParts } from './run-message.js'
import { failureError } from './vm-failure.js'

/** @throws AppError 'reverted' with {data: Bytes}, 'out-of-gas', 'vm-error', 'tx-*', 'timeout'. */
export async function call(parts: SimulationParts, message: CallMessage): Promise<{ returnData: Bytes; gasUsed: bigint }> {
  const { failure, returnData, gasUsed } = await runMessage(parts, message).catch((error: unknown) => {
    throw explained(error, (text) => `err: ${text} (supplied gas ${gasOf(message, parts.limits)})`)
  })
  if (failure !== null) throw failureError(failure, returnData)
  return { returnData, gasUsed }
}

/** geth wraps what its state transition refuses in words of the method. */
export function explained(error: unknown, words: (text: string) => string): unknown {
  if (!(error instanceof AppError) || !error.code.startsWith('tx-')) return error
  return new AppError(error.code, words(error.message), error.data)
}
