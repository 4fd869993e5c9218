import test from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { TxOrder } from '../../../../src/evm-lane/engine/tx-order.js'
import type { LaneTx } from '../../../../src/evm-lane/engine/tx.js'
import { poolTx } from './pool-tx.js'

const name = (tx: LaneTx): string => `${(tx.sender[19] as number) - 1}:${tx.nonce}`

function takeAll(order: TxOrder, left: string[] = []): string[] {
  const out: string[] = []
  for (let tx = order.peek(); tx !== undefined; tx = order.peek()) {
    if (left.includes(name(tx))) order.leaveOut()
    else {
      out.push(name(tx))
      order.take()
    }
  }
  return out
}

test("best effective tip first, a sender's own by nonce, equal tips by arrival", () => {
  const lists = [
    [poolTx({ sender: 0, nonce: 0, tip: 5n }), poolTx({ sender: 0, nonce: 1, tip: 100n })],
    [poolTx({ sender: 1, nonce: 7, tip: 50n })],
    [poolTx({ sender: 2, nonce: 0, tip: 50n })],
  ]
  assert.deepEqual(takeAll(new TxOrder(lists, 100n)), ['1:7', '2:0', '0:0', '0:1'])
})

test('the fee cap bounds the tip, and what cannot pay the base fee waits with all that follows it', () => {
  const lists = [
    [poolTx({ sender: 0, nonce: 0, tip: 90n, cap: 103n })], // pays 3
    [poolTx({ sender: 1, nonce: 0, gasPrice: 110n })], // pays 10
    [poolTx({ sender: 2, nonce: 0, tip: 90n, cap: 99n }), poolTx({ sender: 2, nonce: 1, tip: 90n, cap: 900n })],
    [poolTx({ sender: 3, nonce: 0, tip: 1n, cap: 101n }), poolTx({ sender: 3, nonce: 1, tip: 1n, cap: 50n })],
  ]
  assert.deepEqual(takeAll(new TxOrder(lists, 100n)), ['1:0', '0:0', '3:0'])
})

test('a transaction that is left out takes its sender out of the block', () => {
  const lists = [[poolTx({ sender: 0, nonce: 0, tip: 9n }), poolTx({ sender: 0, nonce: 1 })], [poolTx({ sender: 1, nonce: 0, tip: 5n })]]
  assert.deepEqual(takeAll(new TxOrder(lists, 0n), ['0:0']), ['1:0'])
  assert.deepEqual(takeAll(new TxOrder([], 0n)), [])
})

test('any order is what a search for the best head would give', () => {
  const tips = fc.array(fc.array(fc.bigInt(1n, 20n), { minLength: 1, maxLength: 5 }), { maxLength: 12 })
  fc.assert(
    fc.property(tips, fc.bigInt(0n, 12n), (senders, baseFee) => {
      const lists = senders.map((list, sender) => list.map((tip, nonce) => poolTx({ sender, nonce, tip, cap: 15n + tip })))
      const heads = lists.map((txs) => [...txs])
      const expected: string[] = []
      for (;;) {
        let best: LaneTx[] | undefined
        for (const txs of heads) {
          const [head] = txs
          if (head !== undefined && head.feeCap >= baseFee && (best === undefined || head.tipCap > (best[0] as LaneTx).tipCap)) best = txs
        }
        if (best === undefined) break
        expected.push(name(best.shift() as LaneTx))
      }
      assert.deepEqual(takeAll(new TxOrder(lists, baseFee)), expected)
    }),
  )
})
