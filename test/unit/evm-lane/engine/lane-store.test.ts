// Owns: what a lane keeps: old states with proofs, what `historyBlocks` lets go, and everything over a restart on the same folder.
// Does not own: the state's own files (state/*.test.ts), what survives a kill (e2e/crash.test.ts). Called by: node --test.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { verifyMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import type { BlockData } from '../../../../src/evm-lane/chain-data.js'
import { keccak256 } from '../../../../src/evm-lane/engine/keccak.js'
import { bareHex, bigintToBytes, bigintToFixed, fromHex } from '../../../../src/primitives.js'
import { laneSpec, testEngine } from '../../../fixtures/engine-lane.js'
import { ada, at, bea, laneAlloc, laneUser, latest, pending, word, writer, type LaneUser } from '../../../fixtures/lane-user.js'

const slot = (n: bigint): Uint8Array => bigintToFixed(n, 32)

/** Blocks 1 to `count`: block n sets slot 1 to n and sends one wei less of Ada's. */
async function writeBlocks(lane: LaneUser, count: bigint): Promise<void> {
  for (let n = 1n; n <= count; n++) {
    await lane.write(n - 1n, 1n, n)
    await lane.mine()
  }
  assert.equal(lane.head().header.number, count)
}

async function folder(t: test.TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'paralane-lane-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  return dir
}

const value = async (lane: Pick<LaneUser, 'handlers'>, n: bigint): Promise<bigint> =>
  BigInt(`0x${bareHex(await lane.handlers.storage({ address: writer, slot: slot(1n), at: at(n) }))}`)

test('every old state can be read and proven', async (t) => {
  const lane = await laneUser(t)
  await writeBlocks(lane, 150n)
  for (const n of [0n, 1n, 2n, 20n, 75n, 149n, 150n]) {
    assert.equal(await value(lane, n), n)
    assert.equal(await lane.handlers.nonce({ address: ada.address, at: at(n) }), n)
    const block = await lane.handlers.block({ at: at(n), full: false })
    const proof = await lane.handlers.proof({ address: writer, slots: [slot(1n), slot(9n)], at: at(n) })
    const account = await verifyMerkleProof(keccak256(writer), proof.accountProof, { root: block?.header.stateRoot as Uint8Array })
    assert.deepEqual(
      account,
      RLP.encode([bigintToBytes(proof.nonce), bigintToBytes(proof.balance), proof.storageHash, proof.codeHash]),
      `account at ${n}`,
    )
    assert.deepEqual(
      proof.storageProof.map((one) => one.value),
      [n, 0n],
    )
    if (n === 0n) continue
    for (const one of proof.storageProof) {
      const proven = await verifyMerkleProof(keccak256(one.slot), one.proof, { root: proof.storageHash })
      assert.deepEqual(proven, one.value === 0n ? null : RLP.encode(bigintToBytes(one.value)))
    }
  }
  await assert.rejects(value(lane, 151n), { code: 'block-not-found' })
})

test('a call runs on any old block as it was, with the hashes of its ancestors', async (t) => {
  const lane = await laneUser(t)
  await writeBlocks(lane, 300n)
  // Returns slot 1 and the hash of the block before.
  const code = fromHex('600154600052600143034060205260406000f3')
  for (const n of [300n, 200n, 20n, 1n]) {
    const stateOverrides = [{ address: writer, code }]
    const { returnData } = await lane.handlers.call({ message: { to: writer }, at: at(n), stateOverrides, blockOverrides: null })
    const parent = await lane.handlers.block({ at: at(n - 1n), full: false })
    assert.equal(bareHex(returnData), word(n) + bareHex(parent?.header.hash as Uint8Array), `at block ${n}`)
  }
})

test('history beyond historyBlocks is let go, blocks and receipts stay', async (t) => {
  const lane = await laneUser(t, { historyBlocks: 10 })
  await writeBlocks(lane, 200n)
  assert.equal(await value(lane, 200n), 200n)
  assert.equal(await value(lane, 190n), 190n)
  await assert.rejects(value(lane, 189n), { code: 'history-pruned' })
  const block = await lane.handlers.block({ at: at(5n), full: true })
  assert.equal(block?.header.number, 5n)
  assert.equal((await lane.handlers.blockReceipts({ at: at(5n) }))?.length, 1)
})

test('a lane opened again is the lane that was closed', async (t) => {
  const dir = await folder(t)
  const first = await laneUser(t, { dir })
  const hashes: Uint8Array[] = []
  for (let n = 0n; n < 300n; n++) {
    hashes.push(await first.write(n, n, n + 1n))
    if (n % 3n !== 2n) continue
    await first.mine()
    await first.reached(n / 3n + 1n)
  }
  const facts = async ({ handlers, head, genesisHash }: LaneUser): Promise<unknown> =>
    // As they cross threads: a store hands out buffers of its own kind.
    structuredClone([
      head(),
      genesisHash,
      await handlers.receipt({ hash: hashes[7] as Uint8Array }),
      await handlers.block({ at: at(50n), full: true }),
    ])
  const want = await facts(first)
  await first.stop()

  const second = await laneUser(t, { dir })
  assert.deepEqual(await facts(second), want)
  assert.equal(await second.handlers.nonce({ address: ada.address, at: at(50n) }), 150n)
  assert.equal(await second.handlers.nonce({ address: ada.address, at: latest }), 300n)
  await second.write(300n, 5n, 77n)
  await second.mine()
  await second.reached(101n)
  assert.equal(bareHex(second.head().header.parentHash), bareHex(first.head().header.hash))
  const found = await second.handlers.logs({ range: { kind: 'numbers', from: at(0n), to: latest }, addresses: [], topics: [[fromHex(word(5n))]] })
  assert.deepEqual(
    found.map(({ blockNumber }) => blockNumber),
    [2n, 101n],
  )
})

test('another genesis on the same folder is refused, and the lane is as it was', async (t) => {
  const dir = await folder(t)
  const first = await laneUser(t, { dir })
  await first.write(0n, 1n, 1n)
  await first.mine()
  await first.reached(1n)
  const { genesis } = laneSpec()
  assert.equal(genesis.kind, 'default')
  await first.stop()

  const others = [laneAlloc().slice(1), laneAlloc().map((account, i) => (i === 0 ? { ...account, balance: 1n } : account))]
  for (const alloc of others) {
    await assert.rejects(testEngine({ dir, genesis: { ...(genesis as Extract<typeof genesis, { kind: 'default' }>), alloc } }), {
      code: 'genesis-mismatch',
    })
  }
  await assert.rejects(
    testEngine({ dir, chainId: 77_901, genesis: { ...(genesis as Extract<typeof genesis, { kind: 'default' }>), alloc: laneAlloc() } }),
    { code: 'genesis-mismatch' },
  )
  const again = await laneUser(t, { dir })
  assert.equal(bareHex(again.head().header.hash), bareHex(first.head().header.hash))
})

test('who asks for the pending block while a block is being written gets one on top of it', async (t) => {
  const lane = await laneUser(t, { dir: await folder(t) })
  const asked: Promise<BlockData | null>[] = []
  for (let n = 0n; n < 20n; n++) {
    await lane.write(n, n, n + 1n)
    const mining = lane.mine()
    while (lane.head().header.number === n) {
      // Another pool each time, so that the answer is not the one of the last asking.
      await lane.submit(lane.raw(bea, { nonce: BigInt(asked.length) + 10n }))
      asked.push(Promise.resolve(lane.handlers.block({ at: pending, full: false })))
      await new Promise(setImmediate)
    }
    await mining
  }
  for (const block of await Promise.all(asked)) assert.equal(block?.pending, true)
})
