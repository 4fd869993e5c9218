// What goes to the coordinator the moment it comes (S1), and what has to wait for its lane's next block.

import test from 'node:test'
import assert from 'node:assert/strict'
import { initKeccak } from '../../../../../src/evm-lane/engine/keccak.js'
import { openLane } from '../../../../../src/evm-lane/engine/open-lane.js'
import { handOverKnown, leavingPerSenderMax } from '../../../../../src/evm-lane/engine/session/hand-over.js'
import type { LaneTx } from '../../../../../src/evm-lane/engine/tx.js'
import { TxPool } from '../../../../../src/evm-lane/engine/txpool.js'
import type { Production } from '../../../../../src/evm-lane/lane-spec.js'
import { fromHex } from '../../../../../src/primitives.js'
import { laneSpec } from '../../../../fixtures/engine-lane.js'
import { poolLimits, poolTx, type TxFields } from '../pool-tx.js'

const target = fromHex('aa'.repeat(20))
const crossing = { to: target, data: fromHex('0x11111111'), gas: 100_000n, cap: 10n ** 12n }
const instant: Production = { kind: 'instant', minBlockIntervalMs: 0, heartbeatMs: 0 }

/** A pool whose newcomers are handed over as the engine does it. */
async function desk(production: Production) {
  await initKeccak()
  const parts = await openLane(laneSpec({ production }))
  const told: { tx: LaneTx; lanes: number[] }[] = []
  const stayed: LaneTx[] = []
  const rich = { nonce: 0n, balance: 10n ** 30n, hasCode: false, delegated: false }
  const view = { account: () => rich, admission: () => ({ limits: poolLimits, blockGasLimit: 30_000_000n, maxBlobsPerTx: 6 }) }
  const pool: TxPool = new TxPool(poolLimits, view, (txs) => {
    stayed.push(...handOverKnown(parts, pool, txs, (tx, lanes) => told.push({ tx, lanes })))
  })
  const add = (fields: TxFields, options = {}): LaneTx => {
    const tx = poolTx(fields)
    pool.add(tx, options)
    return tx
  }
  parts.crossers.learn(poolTx({ sender: 50, nonce: 0, ...crossing }), 7)
  return { pool, told, stayed, add }
}

test('S1: a transaction like one that left its lane is handed over when it comes, and nothing else is', async () => {
  const { pool, told, stayed, add } = await desk(instant)
  const known = add({ sender: 0, nonce: 0, ...crossing })
  assert.deepEqual(told, [{ tx: known, lanes: [7] }])
  assert.deepEqual(pool.executable(), [], 'no block of the lane takes it')
  const other = add({ sender: 1, nonce: 0, ...crossing, data: fromHex('0x22222222') })
  const cheap = add({ sender: 2, nonce: 0, ...crossing, cap: 100n })
  assert.deepEqual(stayed, [other, cheap])
  assert.equal(told.length, 1)
})

test('S1: a sender keeps his order: what follows a transaction of the lane waits for it, and no more than some wait for sessions', async () => {
  const { told, stayed, add } = await desk(instant)
  const local = add({ sender: 0, nonce: 0, cap: 10n ** 12n })
  const behind = add({ sender: 0, nonce: 1, ...crossing })
  assert.deepEqual(stayed, [local, behind])
  add({ sender: 1, nonce: 1, ...crossing })
  assert.equal(told.length, 0, 'its predecessor is not here')
  add({ sender: 1, nonce: 0, ...crossing })
  assert.deepEqual(
    told.map(({ tx }) => tx.nonce),
    [0n, 1n],
  )
  for (let nonce = 2; nonce < leavingPerSenderMax + 3; nonce++) add({ sender: 1, nonce, ...crossing })
  assert.equal(told.length, leavingPerSenderMax)
})

test('a transaction that waits for the coordinator already is not handed over twice', async () => {
  const { told, stayed, add } = await desk(instant)
  const ofBundle = add({ sender: 0, nonce: 0, ...crossing }, { handedOver: true })
  assert.deepEqual(stayed, [ofBundle])
  assert.equal(told.length, 0)
})

test('L3: a lane with a rhythm of its own hands over when a block is due', async () => {
  for (const production of [
    { kind: 'interval', blockTimeMs: 1_000 },
    { ...instant, minBlockIntervalMs: 10 },
  ] as const) {
    const { told, add } = await desk(production)
    add({ sender: 0, nonce: 0, ...crossing })
    assert.equal(told.length, 0)
  }
})
