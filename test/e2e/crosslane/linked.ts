// Owns: checking that both sides of a cross-lane transaction name each other (S6).
// Does not own: sending it. Called by: the cross-lane tests.

import assert from 'node:assert/strict'
import type { Gateway } from '../gateway.js'
import { rpc, type Json } from '../rpc.js'

export type HyperField = { session: string; legs: { chainId: string; transactionHash: string }[] }

/**
 * The receipts of a session's legs: every one exists on its lane and carries the same `hyper`; those on other lanes are system transactions.
 * `lanes`: where the transaction has legs, in any order.
 */
export async function linkedReceipts(gateway: Gateway, start: { chainId: number; hash: string }, lanes: number[]): Promise<Json[]> {
  const own = await rpc(gateway.laneUrl(start.chainId), 'eth_getTransactionReceipt', [start.hash])
  const hyper = own.hyper as HyperField
  assert.match(hyper.session, /^0x[0-9a-f]{64}$/)
  assert.deepEqual([...new Set(hyper.legs.map(({ chainId }) => Number(chainId)))].sort(), [...lanes].sort())
  assert.ok(hyper.legs.some(({ chainId, transactionHash }) => Number(chainId) === start.chainId && transactionHash === start.hash))
  const receipts: Json[] = []
  for (const { chainId, transactionHash } of hyper.legs) {
    const receipt = await rpc(gateway.laneUrl(Number(chainId)), 'eth_getTransactionReceipt', [transactionHash])
    assert.deepEqual(receipt.hyper, hyper)
    assert.equal(receipt.type === '0x7e', transactionHash !== start.hash)
    receipts.push(receipt)
  }
  return receipts
}
