// Waits for receipts outside the clock: after funding and deployments, and for the check of a run's end state.
import { setTimeout as delay } from 'node:timers/promises'
import { hex } from './accounts.js'
import { batch, type Lane, type Receipt } from './lane.js'

const POLL_MS = 20
const DEADLINE_MS = 30_000

/** Receipts in the order of the hashes, once all of them exist. */
export async function waitForReceipts(lane: Lane, hashes: Uint8Array[]): Promise<Receipt[]> {
  const deadlineAtMs = performance.now() + DEADLINE_MS
  const found = new Map<number, Receipt>()
  for (;;) {
    const missing = hashes.map((_, index) => index).filter((index) => !found.has(index))
    const answers = await batch<Receipt | null>(
      lane,
      missing.map((index) => ({ method: 'eth_getTransactionReceipt', params: [hex(hashes[index]!)] })),
    )
    answers.forEach((receipt, position) => {
      if (receipt) found.set(missing[position]!, receipt)
    })
    if (found.size === hashes.length) return hashes.map((_, index) => found.get(index)!)
    if (performance.now() > deadlineAtMs) {
      const left = hashes.length - found.size
      throw new Error(`${lane.url}: ${left} of ${hashes.length} transactions have no receipt after ${DEADLINE_MS} ms`)
    }
    await delay(POLL_MS)
  }
}

/** As waitForReceipts. @throws Error when one has a status other than 1. */
export async function waitForSuccess(lane: Lane, hashes: Uint8Array[]): Promise<Receipt[]> {
  const receipts = await waitForReceipts(lane, hashes)
  const failed = receipts.filter(({ status }) => status !== '0x1').length
  if (failed > 0) throw new Error(`${lane.url}: ${failed} of ${receipts.length} receipts have a status other than 1`)
  return receipts
}
