// Owns: what becomes of a transaction between its admission and its block: waiting, replacing, the pending nonce and block, what has no room or cannot pay.
// Does not own: the pool alone (txpool.test.ts), when blocks are made (producing.test.ts). Called by: node --test.

import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, at, bea, laneUser, looper, pending, latest, writer } from '../../../fixtures/lane-user.js'
import { withBlobs } from '../../../fixtures/signed-tx.js'

test('who waits is told of the block, or that the time is up', async (t) => {
  const lane = await laneUser(t)
  const mined = lane.handlers.submit({ raw: lane.raw(ada, { nonce: 0n }), sender: null, waitMs: 1_000 })
  await lane.clock.advance(0)
  assert.equal((await mined).mined, true)

  const gapped = lane.handlers.submit({ raw: lane.raw(ada, { nonce: 2n }), sender: null, waitMs: 1_000 })
  const sync = lane.handlers.submitSync({ raw: lane.raw(ada, { nonce: 3n }), sender: null, timeoutMs: 2_000 })
  const refused = assert.rejects(async () => sync, { code: 'tx-not-mined' })
  await lane.clock.advance(1_000)
  assert.equal((await gapped).mined, false)
  await lane.clock.advance(1_000)
  await refused

  const receipt = lane.handlers.submitSync({ raw: lane.raw(ada, { nonce: 1n }), sender: null, timeoutMs: 2_000 })
  await lane.clock.advance(0)
  assert.equal((await receipt).blockNumber, lane.head().header.number)
  assert.equal(lane.head().txCount, 3, 'what the gap held back comes with it')
})

test('the pending nonce counts what is pooled without a gap', async (t) => {
  const lane = await laneUser(t)
  const nonce = async (): Promise<bigint> => lane.handlers.nonce({ address: ada.address, at: pending })
  assert.equal(await nonce(), 0n)
  for (const n of [0n, 1n, 3n]) await lane.submit(lane.raw(ada, { nonce: n }))
  assert.equal(await nonce(), 2n)
  assert.equal(await lane.handlers.nonce({ address: ada.address, at: latest }), 0n)
  await lane.mine()
  assert.equal(await nonce(), 2n)
  await lane.submit(lane.raw(ada, { nonce: 2n }))
  assert.equal(await nonce(), 4n)
  await lane.mine()
  assert.equal(await nonce(), 4n)
  assert.equal(await lane.handlers.nonce({ address: ada.address, at: latest }), 4n)
})

test('a replacement takes the place of what it replaces', async (t) => {
  const lane = await laneUser(t, { production: { kind: 'interval', blockTimeMs: 250 } })
  await lane.clock.advance(0)
  const first = await lane.submit(lane.raw(ada, { nonce: 0n, feeCap: 2n * 10n ** 9n, tipCap: 10n ** 8n }))
  await assert.rejects(lane.submit(lane.raw(ada, { nonce: 0n, feeCap: 21n * 10n ** 8n, tipCap: 11n * 10n ** 7n })), { code: 'tx-replacement' })
  const second = await lane.submit(lane.raw(ada, { nonce: 0n, feeCap: 22n * 10n ** 8n, tipCap: 11n * 10n ** 7n }))
  assert.equal(await lane.handlers.transaction({ hash: first }), null)
  await lane.clock.advance(250)
  assert.equal(await lane.handlers.receipt({ hash: first }), null)
  assert.equal((await lane.handlers.receipt({ hash: second }))?.blockNumber, lane.head().header.number)
})

test('the pending block shows what the next one would hold', async (t) => {
  const lane = await laneUser(t, { production: { kind: 'interval', blockTimeMs: 250 } })
  await lane.clock.advance(0)
  const hash = await lane.submit(lane.raw(ada, { nonce: 0n, to: bea.address, value: 5n }))
  const before = await lane.handlers.balance({ address: bea.address, at: latest })
  assert.equal(await lane.handlers.balance({ address: bea.address, at: pending }), before + 5n)
  const block = await lane.handlers.block({ at: pending, full: false })
  assert.deepEqual([block?.header.number, block?.transactions], [2n, { kind: 'hashes', hashes: [hash] }])
  await lane.clock.advance(250)
  const made = await lane.handlers.block({ at: at(2n), full: false })
  assert.deepEqual(made?.transactions, block?.transactions)
  assert.deepEqual(made?.header.stateRoot, block?.header.stateRoot)
  assert.equal(await lane.handlers.balance({ address: bea.address, at: latest }), before + 5n)
})

test('who asks for the pending block while the head moves under it gets one on the new head', async (t) => {
  const lane = await laneUser(t)
  // Long enough that building yields between them, so that the asking falls into the making of the block.
  for (let nonce = 0n; nonce < 8n; nonce++) await lane.submit(lane.raw(ada, { nonce, gasLimit: 80_000n, to: looper }))
  const mining = lane.clock.advance(0)
  const asked = []
  while (lane.head().header.number === 0n) {
    // Another pool, so that the answer is not the one that was built for the last asking.
    await lane.submit(lane.raw(bea, { nonce: BigInt(asked.length) + 10n }))
    asked.push(Promise.resolve(lane.handlers.block({ at: pending, full: false })))
    await new Promise(setImmediate)
  }
  await mining
  const blocks = await Promise.all(asked)
  assert(blocks.every((block) => block?.pending === true))
  assert.equal((await lane.handlers.block({ at: pending, full: false }))?.header.number, lane.head().header.number + 1n)
  assert.deepEqual(lane.fatal, [])
})

test('a transaction below the base fee waits until the base fee has fallen', async (t) => {
  const lane = await laneUser(t, { production: { kind: 'interval', blockTimeMs: 250 }, quietAfterBlocks: 100 })
  await lane.clock.advance(0)
  const cheap = await lane.submit(lane.raw(ada, { nonce: 0n, feeCap: 6n * 10n ** 8n, tipCap: 0n }))
  await lane.clock.advance(500)
  assert.equal(await lane.handlers.receipt({ hash: cheap }), null)
  assert.deepEqual(await lane.handlers.poolStatus({}), { pending: 1, queued: 0 })
  await lane.clock.advance(1_500)
  const receipt = await lane.handlers.receipt({ hash: cheap })
  assert(receipt !== null && receipt.receipt.effectiveGasPrice <= 6n * 10n ** 8n)
  const parent = await lane.handlers.block({ at: at(receipt.blockNumber - 1n), full: false })
  assert((parent?.header.baseFeePerGas ?? 0n) > 6n * 10n ** 8n, 'it came as soon as it could')
})

test('what a full block leaves out comes with the next ones', async (t) => {
  const lane = await laneUser(t, { gasLimit: 100_000n })
  const hashes = []
  for (let nonce = 0n; nonce < 10n; nonce++) hashes.push(await lane.submit(lane.raw(ada, { nonce })))
  await assert.rejects(lane.submit(lane.raw(ada, { nonce: 10n, gasLimit: 200_000n })), { code: 'tx-gas-limit' })
  await lane.clock.advance(400)
  assert.deepEqual(
    lane.heads.map(({ txCount }) => txCount),
    [4, 4, 2],
  )
  for (const hash of hashes) assert.notEqual(await lane.handlers.receipt({ hash }), null)
})

test('a transaction that can no longer be executed leaves the pool, and its successors wait for another', async (t) => {
  const lane = await laneUser(t, { production: { kind: 'interval', blockTimeMs: 250 } })
  await lane.clock.advance(0)
  // Each is affordable alone; together with gas they are not, and a gap hides that from the pool.
  const half = 600n * 10n ** 18n
  await lane.submit(lane.raw(ada, { nonce: 1n, value: half }))
  await lane.submit(lane.raw(ada, { nonce: 2n, value: 1n }))
  await lane.submit(lane.raw(ada, { nonce: 0n, value: half }))
  await lane.clock.advance(250)
  assert.equal(lane.head().txCount, 1)
  assert.deepEqual(await lane.handlers.poolStatus({}), { pending: 0, queued: 1 })
  assert.equal(await lane.handlers.nonce({ address: ada.address, at: pending }), 1n)
  await lane.submit(lane.raw(ada, { nonce: 1n }))
  await lane.clock.advance(250)
  assert.equal(lane.head().txCount, 2)
})

test('a nonce used up by an authorization of another sender is followed (EIP-7702)', async (t) => {
  const lane = await laneUser(t, { production: { kind: 'interval', blockTimeMs: 250 } })
  await lane.clock.advance(0)
  const authorizations = [{ signer: bea, code: writer, nonce: 0n }]
  await lane.submit(lane.raw(ada, { nonce: 0n, gasLimit: 100_000n, authorizations, tipCap: 5n * 10n ** 9n }, 4))
  for (const nonce of [0n, 1n, 2n]) await lane.submit(lane.raw(bea, { nonce, gasLimit: 100_000n, to: ada.address }))
  await lane.clock.advance(500)
  assert.equal(await lane.handlers.nonce({ address: bea.address, at: latest }), 3n, 'the one of nonce 0 is void, the others are mined')
  assert.deepEqual(await lane.handlers.poolStatus({}), { pending: 0, queued: 0 })
})

test('a contract that loops for ever uses up its gas and the lane goes on', async (t) => {
  const lane = await laneUser(t)
  const endless = await lane.submit(lane.raw(ada, { nonce: 0n, gasLimit: 500_000n, to: looper }))
  const after = await lane.submit(lane.raw(bea, { nonce: 0n, to: ada.address }))
  await lane.clock.advance(0)
  await lane.reached(1n)
  await lane.clock.advance(0)
  const receipt = await lane.handlers.receipt({ hash: endless })
  assert.deepEqual([receipt?.receipt.outcome, receipt?.receipt.gasUsed], [{ kind: 'status', success: false }, 500_000n])
  assert.notEqual(await lane.handlers.receipt({ hash: after }), null)
})

test('a blob transaction comes with its blobs, and waits while it cannot pay for them', { timeout: 60_000 }, async (t) => {
  const lane = await laneUser(t)
  const raw = lane.raw(ada, { nonce: 0n, blobs: 2 }, 3)
  await assert.rejects(lane.submit(raw), { code: 'tx-blob', message: 'missing sidecar in blob transaction' })
  await assert.rejects(lane.submit(withBlobs(raw, 1)), { code: 'tx-blob' })
  const hash = await lane.submit(withBlobs(raw, 2))
  await lane.mine()
  await lane.reached(1n)
  const receipt = await lane.handlers.receipt({ hash })
  assert.deepEqual([receipt?.receipt.blobGasUsed, receipt?.receipt.blobGasPrice], [262_144n, 1n])
  assert.deepEqual(await lane.handlers.rawTransaction({ hash }), raw)
  assert.equal(lane.head().header.blobGasUsed, 262_144n)

  await lane.submit(withBlobs(lane.raw(ada, { nonce: 1n, blobs: 1, blobFeeCap: 0n }, 3), 1))
  await lane.clock.advance(1_000)
  assert.deepEqual(await lane.handlers.poolStatus({}), { pending: 1, queued: 0 })
})

test('what is too large is refused before it is decoded; blobs may be larger', async (t) => {
  const lane = await laneUser(t)
  const bytes = (type: number, length: number): Uint8Array => new Uint8Array(length).fill(type, 0, 1)
  await assert.rejects(lane.submit(bytes(2, 131_073)), { code: 'tx-oversized' })
  await assert.rejects(lane.submit(bytes(2, 131_072)), { code: 'tx-malformed' })
  await assert.rejects(lane.submit(bytes(3, 1_048_577)), { code: 'tx-oversized' })
  await assert.rejects(lane.submit(bytes(3, 1_048_576)), { code: 'tx-malformed' })
})
