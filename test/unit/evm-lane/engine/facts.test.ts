// Owns: facts of blocks on one lane: what a message makes of them, a store from before they were kept, which lanes a block could reach (H3), and a stored
// block that was tampered with. Does not own: the sums over lanes (property/evm-lane/engine/supply.test.ts). Called by: node --test.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { encodeFunctionData, parseAbi } from 'viem'
import { openLane } from '../../../../src/evm-lane/engine/open-lane.js'
import { PORTAL } from '../../../../src/evm-lane/engine/portal/addresses.js'
import { recoverBlocks } from '../../../../src/evm-lane/engine/session/recover.js'
import { SessionBlock } from '../../../../src/evm-lane/engine/session/session-block.js'
import { decodeTx } from '../../../../src/evm-lane/engine/tx.js'
import type { LaneSpec } from '../../../../src/evm-lane/lane-spec.js'
import { bigintToBytes, bigintToFixed, fromHex, toHex, type Address, type Bytes } from '../../../../src/primitives.js'
import { lane as tables, tableRange } from '../../../../src/schema.js'
import { openLevelStore } from '../../../../src/store/level-store.js'
import type { StoreOp } from '../../../../src/store/store.js'
import { chainId, laneSpec, testEngine, type TestEngine } from '../../../fixtures/engine-lane.js'
import { signedTx, signer } from '../../../fixtures/signed-tx.js'
import { VirtualClock } from '../../../fixtures/virtual-clock.js'

const ada = signer('ada')
const peer = 77_901
const keeper = fromHex('5e'.repeat(20))
/** Keeps the word it is called with in slot 0. */
const keeperCode = fromHex('5f355f5500')
const portal = parseAbi(['function send(uint256 chainId, address target, bytes data, uint256 gasLimit) payable returns (bytes32)'])
const ether = 10n ** 18n

type Lane = TestEngine & { clock: VirtualClock; mine: (to: Address, data?: Bytes, value?: bigint) => Promise<bigint> }

async function lane(t: test.TestContext, changes: Partial<LaneSpec> = {}, firstNonce = 0n): Promise<Lane> {
  const clock = new VirtualClock(1_700_000_100_000)
  const alloc = [
    { address: ada.address, balance: 100n * ether, nonce: 0n, code: new Uint8Array(0), storage: [] },
    { address: keeper, balance: 0n, nonce: 1n, code: keeperCode, storage: [] },
  ]
  const engine = await testEngine(
    {
      production: { kind: 'instant', minBlockIntervalMs: 0, heartbeatMs: 100 },
      quietAfterBlocks: 0,
      peers: [peer],
      genesis: { kind: 'default', hardfork: null, timestamp: 1_700_000_000n, alloc, baseFeePerGas: 1_000_000n },
      ...changes,
    },
    clock,
  )
  t.after(() => engine.stop())
  let nonce = firstNonce
  const mine = async (to: Address, data: Bytes = new Uint8Array(0), value = 0n): Promise<bigint> => {
    const next = engine.head().header.number + 1n
    const raw = signedTx(chainId, 2, ada, { nonce: nonce++, gasLimit: 1_000_000n, to, data, value })
    await engine.handlers.submit({ raw, sender: ada.address, waitMs: 0 })
    await clock.advance(0)
    await engine.reached(next)
    return next
  }
  return { ...engine, clock, mine }
}

function folder(t: test.TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'paralane-facts-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const message = (to: number): Bytes =>
  fromHex(encodeFunctionData({ abi: portal, functionName: 'send', args: [BigInt(to), toHex(keeper), '0x', 100_000n] }))

test('S11: what a message carries is on its way, its fee is gone for good, and the base fee is burnt', async (t) => {
  const one = await lane(t)
  const number = await one.mine(PORTAL, message(peer), ether)
  const [genesis, fact] = await one.handlers.blockFacts({ from: 0n, max: 2 })
  assert.ok(genesis !== undefined && fact !== undefined)
  assert.equal(genesis.supply, 100n * ether)
  assert.deepEqual(
    fact.messages.map(({ kind, peer: to, success }) => ({ kind, to, success })),
    [{ kind: 'sent', to: peer, success: true }],
  )
  const { header } = one.head()
  assert.equal(header.number, number)
  assert.equal(fact.burned, header.gasUsed * (header.baseFeePerGas ?? 0n))
  assert.equal(fact.bridgedIn, 0n)
  const fee = ether - fact.bridgedOut
  assert.ok(fee > 0n && fee < ether / 100n, `a fee of ${fee}`)
  assert.equal(fact.supply, genesis.supply - fact.burned - ether)
})

test('a lane of before proof of stake has no miners: its own blocks mint nothing', async (t) => {
  const config = {
    chainId,
    homesteadBlock: 0,
    eip150Block: 0,
    eip155Block: 0,
    eip158Block: 0,
    byzantiumBlock: 0,
    petersburgBlock: 0,
    berlinBlock: 0,
    londonBlock: 0,
  }
  const alloc = { [toHex(ada.address)]: { balance: toHex(bigintToBytes(ether)) } }
  const json = JSON.stringify({ config, alloc, difficulty: '0x1', gasLimit: '0x1c9c380', timestamp: '0x6553f100', baseFeePerGas: '0xf4240' })
  const one = await lane(t, { genesis: { kind: 'geth', json } })
  const number = await one.mine(ada.address, new Uint8Array(0), 5n)
  const [fact] = await one.handlers.blockFacts({ from: number, max: 1 })
  assert.equal(fact?.supply, ether - (fact?.burned ?? 0n))
  assert.deepEqual(await one.handlers.replayBlock({ number, sessions: null }), { reproduced: true, reason: null })
})

test('a block of another chain is taken by a lane that makes none', async (t) => {
  const one = await lane(t)
  const number = await one.mine(keeper, bigintToFixed(7n, 32))
  const { rlp, ...own } = (await one.handlers.exportBlock({ number })) ?? assert.fail('the block is there')
  const taker = await lane(t, { production: { kind: 'none' } })
  await assert.rejects(async () => taker.handlers.importBlock({ rlp, own: { ...own, sessions: null } }), { code: 'not-allowed' })
  assert.equal((await taker.handlers.importBlock({ rlp })).number, number)
  assert.deepEqual(await taker.handlers.replayBlock({ number, sessions: null }), { reproduced: true, reason: null })
})

test('blockFacts ends at the head, and answers nothing beyond it', async (t) => {
  const one = await lane(t)
  await one.mine(keeper)
  await one.mine(keeper)
  const numbers = async (from: bigint, max: number): Promise<bigint[]> => (await one.handlers.blockFacts({ from, max })).map(({ number }) => number)
  assert.deepEqual(await numbers(1n, 100), [1n, 2n])
  assert.deepEqual(await numbers(1n, 1), [1n])
  assert.deepEqual(await numbers(3n, 5), [])
  assert.deepEqual(await numbers(0n, 0), [])
})

test('a store from before facts were kept gets them once, as they would have been', async (t) => {
  const dir = folder(t)
  const one = await lane(t, { dir })
  await one.mine(PORTAL, message(peer), ether)
  await one.mine(ada.address, new Uint8Array(0), 5n)
  await one.mine(keeper, bigintToFixed(7n, 32))
  await one.mine(bigintToFixed(0xabcdef01n, 20), new Uint8Array(0), 9n)
  const facts = structuredClone(await one.handlers.blockFacts({ from: 0n, max: 10 }))
  await one.stop()
  await forgetFacts(dir)
  const again = await lane(t, { dir }, 4n)
  assert.deepEqual(structuredClone(await again.handlers.blockFacts({ from: 0n, max: 10 })), facts)
  await again.mine(keeper)
  assert.equal((await again.handlers.blockFacts({ from: 5n, max: 1 }))[0]?.burned, (facts[4]?.burned ?? 0n) + burnt(again))
})

test('a store from before facts were kept, whose history is pruned, has them from where its history begins', async (t) => {
  const dir = folder(t)
  const one = await lane(t, { dir, historyBlocks: 2 })
  for (let i = 1n; i <= 70n; i++) await one.mine(keeper, bigintToFixed(i, 32))
  const facts = structuredClone(await one.handlers.blockFacts({ from: 0n, max: 100 }))
  await one.stop()
  await forgetFacts(dir)
  const again = await lane(t, { dir, historyBlocks: 2 })
  assert.deepEqual(structuredClone(await again.handlers.blockFacts({ from: 68n, max: 10 })), facts.slice(68))
  await assert.rejects(again.handlers.blockFacts({ from: 10n, max: 10 }) as Promise<unknown>, { code: 'history-pruned' })
})

function burnt(one: Lane): bigint {
  const { header } = one.head()
  return header.gasUsed * (header.baseFeePerGas ?? 0n)
}

async function forgetFacts(dir: string): Promise<void> {
  const store = await openLevelStore(join(dir, 'db'))
  const ops: StoreOp[] = []
  for await (const [key] of store.iterate(tableRange(tables.facts))) ops.push({ type: 'del', key })
  assert.ok(ops.length > 0)
  await store.batch(ops)
  await store.close()
}

test('H3: a lane that is added is reached from the next block on, and old blocks are still replayed as they were', async (t) => {
  const one = await lane(t, { peers: [] })
  const before = await one.mine(PORTAL, message(peer), ether)
  await one.handlers.setPeers({ peers: [peer] })
  const after = await one.mine(PORTAL, message(peer), ether)
  const facts = await one.handlers.blockFacts({ from: before, max: 2 })
  assert.deepEqual(
    facts.map(({ messages }) => messages.length),
    [0, 1],
  )
  assert.deepEqual((await one.handlers.exportBlock({ number: before }))?.peers, [])
  assert.deepEqual((await one.handlers.exportBlock({ number: after }))?.peers, [peer])
  for (const number of [before, after]) {
    assert.deepEqual(await one.handlers.replayBlock({ number, sessions: null }), { reproduced: true, reason: null })
  }
})

test('S11: a block that comes from the journal after a crash brings its fact, as if the lane had committed it', async () => {
  const alloc = [{ address: ada.address, balance: ether, nonce: 0n, code: new Uint8Array(0), storage: [] }]
  const genesis = { kind: 'default' as const, hardfork: null, timestamp: 1_700_000_000n, alloc, baseFeePerGas: 1_000_000n }
  const [maker, crashed] = await Promise.all([1, 2].map(() => openLane(laneSpec({ genesis, peers: [peer] }))))
  assert.ok(maker !== undefined && crashed !== undefined)
  const block = new SessionBlock(maker, () => Promise.reject(new Error('nobody is called')), { batch: 1, nowMs: 1_700_000_100_000 })
  const raw = signedTx(chainId, 2, ada, { nonce: 0n, gasLimit: 1_000_000n, to: PORTAL, data: message(peer), value: ether / 10n })
  await block.begin(new Uint8Array(32))
  const outcome = await block.tx(decodeTx(raw, block.env.common, null), null, 0)
  assert.equal(outcome.kind === 'executed' && outcome.success, true)
  await block.end(true)
  const sealed = (await block.seal([{ session: new Uint8Array(32), legs: [] }])) ?? assert.fail('it has a transaction')
  await recoverBlocks(crashed, [sealed])
  await block.commit()
  block.close()
  assert.equal(maker.facts.head?.messages.length, 1)
  assert.deepEqual(crashed.facts.head, maker.facts.head)
  assert.deepEqual(await crashed.peers.at(1n), new Set([peer]))
  await Promise.all([maker.store.close(), crashed.store.close()])
})

test('a slot that was changed in the store is named by the replay of the block that wrote it', async (t) => {
  const dir = folder(t)
  const one = await lane(t, { dir })
  const number = await one.mine(keeper, bigintToFixed(7n, 32))
  // Past a trie checkpoint: what was changed since the last one is checked when a lane opens.
  for (let i = 0; i < 70; i++) await one.mine(ada.address)
  assert.deepEqual(await one.handlers.replayBlock({ number, sessions: null }), { reproduced: true, reason: null })
  await one.stop()
  const store = await openLevelStore(join(dir, 'db'))
  const tampered: StoreOp[] = []
  for await (const [key, value] of store.iterate(tableRange(tables.slots, keeper))) {
    assert.deepEqual([...value], [7])
    tampered.push({ type: 'put', key, value: Uint8Array.of(8) })
  }
  assert.equal(tampered.length, 1)
  await store.batch(tampered)
  await store.close()
  const again = await lane(t, { dir })
  const replayed = await again.handlers.replayBlock({ number, sessions: null })
  const slot = toHex(bigintToFixed(0n, 32))
  assert.deepEqual(replayed, { reproduced: false, reason: `another value in slot ${slot} of account ${toHex(keeper)}` })
})
