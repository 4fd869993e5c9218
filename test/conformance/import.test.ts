// Owns: a lane that takes a foreign chain block by block, from Homestead to the second blob-parameter fork, and refuses what is not valid.
// Does not own: the command line around it, or what is answered about the chain afterwards (vectors.test.ts). Called by: node --test.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { readBlocks } from '../../src/commands/block-file.js'
import { AppError } from '../../src/errors.js'
import { decodeBlock } from '../../src/evm-lane/engine/header.js'
import { Importer } from '../../src/evm-lane/engine/importer.js'
import { openLane } from '../../src/evm-lane/engine/open-lane.js'
import { replayBlock } from '../../src/evm-lane/engine/session/replay.js'
import { sumOfBalances } from '../../src/evm-lane/engine/state/balances.js'
import { listItems } from '../../src/evm-lane/rlp-items.js'
import { toHex } from '../../src/primitives.js'
import { laneSpec, testEngine, type TestEngine } from '../fixtures/engine-lane.js'
import { seededRandom } from '../fixtures/random.js'
import { spoiledBlocks } from './spoiled-blocks.js'
import { chainFile, conformanceDir, genesisFile, skipWithoutData } from './chain-folder.js'

const flipsPerBlock = 12

async function chainLane(): Promise<TestEngine> {
  const json = readFileSync(genesisFile, 'utf8')
  const { config } = JSON.parse(json) as { config: { chainId: number } }
  return testEngine({ chainId: config.chainId, genesis: { kind: 'geth', json } })
}

async function allBlocks(): Promise<Uint8Array[]> {
  const out: Uint8Array[] = []
  for await (const { rlp } of readBlocks(chainFile)) out.push(rlp)
  return out
}

test('a lane imports the chain of the vectors', { skip: skipWithoutData }, async () => {
  const lane = await chainLane()
  const blocks = await allBlocks()
  for (const [index, rlp] of blocks.entries()) {
    const { number, known } = await lane.handlers.importBlock({ rlp })
    assert.deepEqual([number, known], [BigInt(index + 1), false])
  }
  const { params } = JSON.parse(readFileSync(join(conformanceDir, 'tests', 'headfcu.json'), 'utf8')) as { params: [{ headBlockHash: string }] }
  assert.equal(toHex(lane.head().header.hash), params[0].headBlockHash)

  // Once more: an interrupted import goes on from where it was.
  for (const rlp of blocks) assert.equal((await lane.handlers.importBlock({ rlp })).known, true)
  assert.equal(lane.heads.length, blocks.length, 'a block that is there already is no new head')
  await lane.stop()
})

test('the facts of an imported chain say what is in its state: rewards, withdrawals and all', { skip: skipWithoutData }, async () => {
  const json = readFileSync(genesisFile, 'utf8')
  const { config } = JSON.parse(json) as { config: { chainId: number } }
  const parts = await openLane(laneSpec({ chainId: config.chainId, genesis: { kind: 'geth', json } }))
  const importer = new Importer()
  for (const rlp of await allBlocks()) {
    await importer.take(parts, { rlp })
    assert.equal(parts.facts.head?.supply, await sumOfBalances(parts.store), `block ${parts.chain.head.block.header.number}`)
  }
  let replayed = 0
  for (let number = 1n; number <= parts.chain.head.block.header.number; number++) {
    const result = await replayBlock(parts, number, null).catch((error: unknown) => {
      assert.ok(error instanceof AppError && error.code === 'unsupported', String(error))
      return null
    })
    if (result === null) continue
    assert.deepEqual(result, { reproduced: true, reason: null }, `block ${number}`)
    replayed++
  }
  assert.ok(replayed > 20, `${replayed} blocks replayed`)
  await parts.store.close()
})

test('a block that breaks a rule changes nothing, and the right one is taken after it', { skip: skipWithoutData }, async (t) => {
  const lane = await chainLane()
  let tried = 0
  for (const rlp of await allBlocks()) {
    const before = lane.head()
    const { number } = decodeBlock(rlp).header
    for (const { what, rlp: spoiled } of spoiledBlocks(rlp)) {
      const error = await Promise.resolve(lane.handlers.importBlock({ rlp: spoiled })).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      assert(error instanceof AppError, `block ${number} with another ${what} was taken`)
      assert.equal(error.code, 'block-invalid', `block ${number}, ${what}: ${error.message}`)
      assert.equal(typeof error.data?.['reason'], 'string')
      if (what !== 'number') assert.equal(error.data?.['number'], number.toString(), what)
      assert.deepEqual(lane.head(), before, what)
      tried++
    }
    await lane.handlers.importBlock({ rlp })
  }
  t.diagnostic(`${tried} spoiled blocks refused`)
  assert.equal(lane.head().header.number, 54n)
  await lane.stop()
})

test('a block with any one bit the other way is refused', { skip: skipWithoutData }, async (t) => {
  const random = seededRandom('flipped bits')
  const lane = await chainLane()
  let tried = 0
  for (const rlp of await allBlocks()) {
    for (let i = 0; i < flipsPerBlock; i++) {
      const at = random.below(rlp.length)
      if (free(rlp, at)) continue
      const flipped = rlp.slice()
      flipped[at] = (flipped[at] as number) ^ (1 << random.below(8))
      await assert.rejects(async () => lane.handlers.importBlock({ rlp: flipped }), { code: 'block-invalid' }, `byte ${at} of ${rlp.length}`)
      tried++
    }
    await lane.handlers.importBlock({ rlp })
  }
  t.diagnostic(`${tried} flipped blocks refused`)
  await lane.stop()
})

/** A miner chooses coinbase, gas limit and time within bounds; extra data, mix hash, nonce and beacon root may be anything, as far as a chain alone can tell. */
function free(rlp: Uint8Array, at: number): boolean {
  const header = listItems(rlp, 0)?.[0]
  if (header === undefined) throw new RangeError('a block begins with its header')
  const fields = listItems(rlp.subarray(0, header.end), header.start) ?? []
  return [2, 9, 11, 12, 13, 14, 19].some((index) => {
    const field = fields[index]
    return field !== undefined && at >= field.start && at < field.end
  })
}

test('blocks sent all at once are taken one after another', { skip: skipWithoutData }, async () => {
  const lane = await chainLane()
  const blocks = await allBlocks()
  const results = await Promise.all(blocks.map(async (rlp) => lane.handlers.importBlock({ rlp })))
  assert.deepEqual(
    results.map(({ number }) => number),
    blocks.map((_, i) => BigInt(i + 1)),
  )
  await lane.stop()
})
