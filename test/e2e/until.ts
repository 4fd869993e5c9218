// Owns: waiting for what no event tells from outside of a process.
// Does not own: what is waited for.
// Called by: end-to-end tests and measurements.

import { rpc, type Json } from './rpc.js'

/** Nothing takes so long, on however slow a machine; what takes longer never comes, and is reported instead of hanging the run. */
export const waitMsMax = 240_000
const lookAgainMs = 25

/** Asks again and again. */
export async function until(holds: () => Promise<boolean>, why: () => string): Promise<void> {
  const end = performance.now() + waitMsMax
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(why())
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
  }
}

/** The receipt of a transaction, once there is one: no send waits for its block longer than two seconds, and a slow machine takes longer. */
export async function receiptOf(url: string, hash: string): Promise<Json> {
  let receipt: Json = null
  await until(
    async () => (receipt = await rpc(url, 'eth_getTransactionReceipt', [hash])) !== null,
    () => `${hash} is in no block of ${url}`,
  )
  return receipt
}
