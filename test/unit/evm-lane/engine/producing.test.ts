// Owns: when a lane makes blocks (L3), in virtual time.
// Does not own: what is in them. Called by: node --test.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Production } from '../../../../src/evm-lane/lane-spec.js'
import { chainId, testEngine, type TestEngine } from '../../../fixtures/engine-lane.js'
import { signedTx, signer } from '../../../fixtures/signed-tx.js'
import { VirtualClock } from '../../../fixtures/virtual-clock.js'

const ada = signer('ada')
const bea = signer('bea')
const instant: Production = { kind: 'instant', minBlockIntervalMs: 0, heartbeatMs: 500 }
const startMs = 1_700_000_100_000

type Lane = TestEngine & {
  clock: VirtualClock
  send: (nonce: bigint, from?: typeof ada) => Promise<void>
  blocks: () => [afterMs: number, txs: number][]
}

async function lane(t: test.TestContext, production: Production): Promise<Lane> {
  const clock = new VirtualClock(startMs)
  const alloc = [ada, bea].map(({ address }) => ({ address, balance: 10n ** 20n, nonce: 0n, code: new Uint8Array(0), storage: [] }))
  const engine = await testEngine(
    { production, genesis: { kind: 'default', hardfork: null, timestamp: 1_700_000_000n, alloc, baseFeePerGas: 1_000_000n } },
    clock,
  )
  t.after(() => engine.stop())
  return {
    ...engine,
    clock,
    send: async (nonce, from = ada) => {
      await engine.handlers.submit({
        raw: signedTx(chainId, 2, from, { nonce, gasLimit: 21_000n, to: bea.address, value: 1n }),
        sender: from.address,
        waitMs: 0,
      })
    },
    blocks: () => engine.heads.map((head) => [(head.timestampMs ?? 0) - startMs, head.txCount]),
  }
}

test('an instant lane puts what arrives together into one block, at once', async (t) => {
  const { clock, send, blocks } = await lane(t, instant)
  await clock.advance(10_000)
  assert.deepEqual(blocks(), [], 'an idle lane is quiet')
  await Promise.all([send(0n), send(1n), send(0n, bea)])
  await clock.advance(0)
  assert.deepEqual(blocks(), [[10_000, 3]])
})

test('an instant lane keeps its heartbeat after activity, then falls quiet', async (t) => {
  const { clock, send, blocks } = await lane(t, instant)
  await send(0n)
  await clock.advance(0)
  await clock.advance(1_200)
  await send(1n)
  await clock.advance(10_000)
  assert.deepEqual(blocks(), [
    [0, 1],
    [500, 0],
    [1_000, 0],
    [1_200, 1],
    [1_700, 0],
    [2_200, 0],
    [2_700, 0],
    [3_200, 0],
  ])
})

test('an instant lane never makes blocks more often than it may', async (t) => {
  const { clock, send, blocks } = await lane(t, { kind: 'instant', minBlockIntervalMs: 200, heartbeatMs: 500 })
  await send(0n)
  await clock.advance(50)
  await send(1n)
  await clock.advance(50)
  await send(2n)
  await clock.advance(99)
  assert.deepEqual(blocks(), [[0, 1]])
  await clock.advance(1)
  assert.deepEqual(blocks(), [
    [0, 1],
    [200, 2],
  ])
})

test('an interval lane keeps its rhythm, falls quiet without work and wakes with it', async (t) => {
  const { clock, send, blocks } = await lane(t, { kind: 'interval', blockTimeMs: 250 })
  await clock.advance(600)
  await send(0n)
  await clock.advance(5_000)
  assert.deepEqual(blocks(), [
    [0, 0],
    [250, 0],
    [500, 0],
    [750, 1],
    [1_000, 0],
    [1_250, 0],
    [1_500, 0],
    [1_750, 0],
  ])
  await send(1n)
  await clock.advance(260)
  assert.deepEqual(blocks().slice(-2), [
    [5_600, 1],
    [5_850, 0],
  ])
})

test('a lane that imports makes no blocks', async (t) => {
  const { clock, blocks, handlers } = await lane(t, { kind: 'none' })
  const raw = signedTx(chainId, 2, ada, { nonce: 0n, gasLimit: 21_000n, to: bea.address })
  await handlers.submit({ raw, sender: null, waitMs: 0 })
  await clock.advance(60_000)
  assert.deepEqual(blocks(), [])
  assert.deepEqual(await handlers.poolStatus({}), { pending: 1, queued: 0 })
})

test('a stopped lane makes no more blocks, and answers who waits', async (t) => {
  const { clock, send, blocks, handlers, stop } = await lane(t, { kind: 'interval', blockTimeMs: 250 })
  await clock.advance(0)
  await send(0n)
  const waiting = handlers.submit({ raw: signedTx(chainId, 2, ada, { nonce: 1n, gasLimit: 21_000n, to: bea.address }), sender: null, waitMs: 60_000 })
  await stop()
  assert.equal((await waiting).mined, false)
  await clock.advance(1_000)
  assert.deepEqual(blocks(), [[0, 0]])
})
