// Owns: checking that both sides of a cross-lane transaction name each other (S6).
// Does not own: sending it. Called by: the cross-lane tests.

import assert from 'node:assert/strict'
import type { Gateway } from '../gateway.js'
import type { Json } from '../rpc.js'
import { receiptOf } from '../until.js'

export type HyperField = { session: string; legs: { chainId: string; transactionHash: string }[] }

/**
 * The receipts of a session's legs on the lanes `far`. The transaction's receipt names them all, and each of them the transaction; on the far lanes they
 * are system transactions.
 */
export async function linkedReceipts(gateway: Gateway, start: { chainId: number; hash: string }, far: number[]): Promise<Json[]> {
  const own = await receiptOf(gateway.laneUrl(start.chainId), start.hash)
  const { session, legs } = own.hyper as HyperField
  assert.match(session, /^0x[0-9a-f]{64}$/)
  assert.deepEqual([...new Set(legs.map(({ chainId }) => Number(chainId)))].sort(), [...far].sort())
  const back: HyperField = { session, legs: [{ chainId: `0x${start.chainId.toString(16)}`, transactionHash: start.hash }] }
  const receipts: Json[] = []
  for (const { chainId, transactionHash } of legs) {
    const receipt = await receiptOf(gateway.laneUrl(Number(chainId)), transactionHash)
    assert.deepEqual([receipt.type, receipt.hyper], ['0x7e', back])
    receipts.push(receipt)
  }
  return receipts
}
