import test from 'node:test'
import assert from 'node:assert/strict'
import { AppError } from '../../../../src/errors.js'
import { TxPool } from '../../../../src/evm-lane/engine/txpool.js'
import type { LaneTx } from '../../../../src/evm-lane/engine/tx.js'
import type { SenderAccount } from '../../../../src/evm-lane/engine/tx-rules.js'
import { poolLimits, poolTx, senderOf } from './pool-tx.js'
import type { TxFields } from './pool-tx.js'
import { bareHex } from '../../../../src/primitives.js'

const rich: SenderAccount = { nonce: 0n, balance: 10n ** 18n, hasCode: false, delegated: false }

function poolWith({ limits = {}, accounts = {} }: { limits?: Partial<typeof poolLimits>; accounts?: Record<number, Partial<SenderAccount>> } = {}) {
  const state = new Map(Object.entries(accounts).map(([n, account]) => [bareHex(senderOf(Number(n))), { ...rich, ...account }]))
  const all = { ...poolLimits, ...limits }
  const promoted: string[] = []
  const inItsPlace: string[] = []
  const view = {
    account: (sender: Uint8Array) => state.get(bareHex(sender)) ?? rich,
    admission: () => ({ limits: all, blockGasLimit: 30_000_000n, maxBlobsPerTx: 6 }),
  }
  const pool = new TxPool(
    all,
    view,
    (txs) => promoted.push(...txs.map(name)),
    (tx) => inItsPlace.push(tx.hashKey),
  )
  const setNonce = (n: number, nonce: bigint): void => void state.set(bareHex(senderOf(n)), { ...view.account(senderOf(n)), nonce })
  return {
    pool,
    promoted,
    inItsPlace,
    setNonce,
    add: (fields: TxFields): LaneTx => {
      const tx = poolTx(fields)
      pool.add(tx)
      return tx
    },
  }
}

const name = (tx: LaneTx): string => `${(tx.sender[19] as number) - 1}:${tx.nonce}`
const names = (lists: LaneTx[][]): string[] => lists.flat().map(name)

test("each rule refuses in geth's words", () => {
  const refused: [Partial<TxFields>, Partial<SenderAccount>, string, RegExp][] = [
    [{ gas: 16_000_000n, data: new Uint8Array(140_000) }, {}, 'tx-oversized', /^oversized data: transaction size \d+, limit 131072$/],
    [{ tip: 0n }, {}, 'tx-underpriced', /^transaction underpriced: gas tip cap 0, minimum needed 1$/],
    [{ gas: 20_999n }, {}, 'tx-intrinsic-gas', /^intrinsic gas too low: gas 20999, minimum needed 21000$/],
    [{ gas: 21_017n, data: Uint8Array.of(1) }, {}, 'tx-intrinsic-gas', /^insufficient gas for floor data gas cost: gas 21017, minimum needed 21040$/],
    [{ nonce: 3 }, { nonce: 4n }, 'tx-nonce-low', /^nonce too low: next nonce 4, tx nonce 3$/],
    [{}, { hasCode: true }, 'tx-sender-code', /^sender not an eoa: address 0x0{39}1$/],
    [
      { value: 5n },
      { balance: 21_000_004n },
      'tx-funds',
      /^insufficient funds for gas \* price \+ value: balance 21000004, tx cost 21000005, overshot 1$/,
    ],
  ]
  for (const [fields, account, code, text] of refused) {
    const { pool, add } = poolWith({ accounts: { 0: account } })
    assert.throws(
      () => add({ sender: 0, nonce: 0, ...fields }),
      (error) => {
        assert.ok(error instanceof AppError)
        assert.equal(error.code, code)
        assert.match(error.message, text)
        return true
      },
    )
    assert.deepEqual([pool.pendingCount, pool.queuedCount], [0, 0])
  }
  const { add } = poolWith({ accounts: { 0: { hasCode: true, delegated: true } } })
  assert.doesNotThrow(() => add({ sender: 0, nonce: 0 }))
})

test('a gap holds back what follows it until it is filled', () => {
  const { pool, add, promoted } = poolWith()
  add({ sender: 0, nonce: 2 })
  add({ sender: 0, nonce: 1 })
  assert.deepEqual([pool.pendingCount, pool.queuedCount, promoted], [0, 2, []])
  assert.equal(pool.nextNonce(bareHex(senderOf(0))), 0n)
  add({ sender: 0, nonce: 0 })
  assert.deepEqual([pool.pendingCount, pool.queuedCount, promoted], [3, 0, ['0:0', '0:1', '0:2']])
  assert.equal(pool.nextNonce(bareHex(senderOf(0))), 3n)
  assert.deepEqual(names(pool.executable()), ['0:0', '0:1', '0:2'])
})

test('a replacement raises both fees by the bump; the same transaction again is known', () => {
  const { pool, add } = poolWith()
  const old = add({ sender: 0, nonce: 0, tip: 100n, cap: 1_000n })
  assert.throws(() => pool.add(old), /^AppError: already known$/)
  assert.throws(() => add({ sender: 0, nonce: 0, tip: 110n, cap: 1_099n }), /replacement transaction underpriced/)
  assert.throws(() => add({ sender: 0, nonce: 0, tip: 109n, cap: 1_100n }), /replacement transaction underpriced/)
  const next = add({ sender: 0, nonce: 0, tip: 110n, cap: 1_100n })
  assert.equal(pool.get(old.hashKey), undefined)
  assert.equal(pool.get(next.hashKey), next)
  assert.deepEqual([pool.pendingCount, pool.queuedCount], [1, 0])
})

test('what a sender has pooled must be affordable together', () => {
  const { add } = poolWith({ accounts: { 0: { balance: 42_000_000n } } })
  add({ sender: 0, nonce: 0 })
  add({ sender: 0, nonce: 1 })
  assert.throws(() => add({ sender: 0, nonce: 2 }), /insufficient funds .* queued cost 42000000, tx cost 21000000, overshot 21000000$/)
})

test('a full pool lets in only who pays more, at the cost of who pays least', () => {
  const { pool, add } = poolWith({ limits: { pendingMax: 2, queuedMax: 1, perSenderMax: 2 } })
  const cheap = add({ sender: 0, nonce: 0, tip: 5n })
  add({ sender: 1, nonce: 0, tip: 50n })
  assert.throws(() => add({ sender: 2, nonce: 0, tip: 5n }), /txpool is full/)
  add({ sender: 2, nonce: 0, tip: 6n })
  assert.equal(pool.get(cheap.hashKey), undefined)
  assert.equal(pool.pendingCount, 2)
  const gapped = add({ sender: 3, nonce: 5, tip: 5n })
  assert.throws(() => add({ sender: 4, nonce: 5, tip: 5n }), /txpool is full/)
  add({ sender: 4, nonce: 5, tip: 6n })
  assert.equal(pool.get(gapped.hashKey), undefined)
  assert.throws(() => {
    add({ sender: 1, nonce: 1, tip: 60n })
    add({ sender: 1, nonce: 2, tip: 60n })
  }, /account limit exceeded: 2 transactions of one sender are pooled/)
})

test('after a block its transactions are gone and nonces follow', () => {
  const { pool, add, setNonce, promoted } = poolWith()
  const first = add({ sender: 0, nonce: 0 })
  add({ sender: 0, nonce: 1 })
  add({ sender: 0, nonce: 3 })
  setNonce(0, 1n)
  pool.blockApplied([first])
  assert.deepEqual([pool.pendingCount, pool.queuedCount], [1, 1])
  assert.equal(pool.get(first.hashKey), undefined)
  // Another node's block may use nonces that this pool never saw: what was gapped becomes executable.
  promoted.length = 0
  setNonce(0, 3n)
  pool.blockApplied([poolTx({ sender: 0, nonce: 2 })])
  assert.deepEqual([names(pool.executable()), promoted, pool.queuedCount], [['0:3'], ['0:3'], 0])
})

test('a dropped transaction leaves a gap', () => {
  const { pool, add } = poolWith()
  const first = add({ sender: 0, nonce: 0 })
  add({ sender: 0, nonce: 1 })
  pool.drop(first)
  assert.deepEqual([pool.pendingCount, pool.queuedCount], [0, 1])
  assert.equal(pool.nextNonce(bareHex(senderOf(0))), 0n)
  const content = pool.content()
  assert.deepEqual([content.pending.map(name), content.queued.map(name)], [[], ['0:1']])
})

test('a nonce that moved without a transaction of its owner is noticed', () => {
  const { pool, add, setNonce } = poolWith()
  const stale = add({ sender: 0, nonce: 0 })
  add({ sender: 0, nonce: 1 })
  setNonce(0, 1n)
  pool.drop(stale)
  assert.deepEqual([names(pool.executable()), pool.queuedCount], [['0:1'], 0])
  setNonce(0, 2n)
  add({ sender: 0, nonce: 2 })
  assert.deepEqual([names(pool.executable()), pool.queuedCount], [['0:2'], 0])
})

test('S1: a transaction handed over blocks what follows it, and who replaces it waits in its place', () => {
  const { pool, add, inItsPlace } = poolWith()
  const first = add({ sender: 0, nonce: 0 })
  add({ sender: 0, nonce: 1 })
  pool.handOver(first)
  assert.deepEqual(names(pool.executable()), [])
  assert.equal(pool.hasExecutable(), false)
  const second = add({ sender: 0, nonce: 0, cap: 2_000n, tip: 20n })
  assert.deepEqual(inItsPlace, [second.hashKey])
  assert.equal(pool.get(first.hashKey), undefined)
  assert.deepEqual(names(pool.executable()), [])
  pool.drop(second)
  assert.equal(pool.hasExecutable(), false)
  add({ sender: 0, nonce: 0 })
  assert.deepEqual(names(pool.executable()), ['0:0', '0:1'])
})
