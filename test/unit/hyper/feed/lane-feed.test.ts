// The feed: what one end writes the other reads as it was, cut where it would become too large.

import assert from 'node:assert/strict'
import test from 'node:test'
import { keccak256 } from '../../../../src/evm-lane/engine/keccak.js'
import { blockFromJson, blockToJson } from '../../../../src/hyper/feed/feed-json.js'
import { feedLimits, type FeedBlock, type LaneFeed } from '../../../../src/hyper/feed/feed.js'
import { laneFromJson, laneToJson } from '../../../../src/hyper/feed/genesis-json.js'
import { createLaneFeed } from '../../../../src/hyper/feed/lane-feed.js'
import { executedLanes } from '../../../../src/hyper/follower/executed-lanes.js'
import { readHeaderLinks } from '../../../../src/hyper/follower/block-links.js'
import { toHex } from '../../../../src/primitives.js'
import { laneIds } from '../../../fixtures/session-lanes.js'
import { data, openBoard, type Board } from '../../../fixtures/session-pawns.js'

const overTheWire = <T>(json: T): unknown => JSON.parse(JSON.stringify(json))

function feedOf(board: Board, limits = feedLimits): LaneFeed {
  return createLaneFeed({
    lanes: () => board.lanes.map(({ client }) => client),
    batchOf: (...block) => board.coordinator.reader.batchOfBlock(...block),
    limits,
  })
}

test('blocks of sessions and of the lane itself arrive as they were, each session block with the transcripts of its batch', async (t) => {
  const board = await openBoard(t)
  await board.play(0, data('hit'))
  await board.play(0, data('pass', [toHex(board.proxy(1)), toHex(data('hit'))]))
  await board.play(0, data('attempt', [toHex(board.proxy(2)), 0n, 0n, toHex(data('fail'))]))
  const feed = feedOf(board)
  for (const lane of await feed.lanes()) assert.deepEqual(laneFromJson(overTheWire(laneToJson(lane))), lane)

  const all = new Map<number, FeedBlock[]>()
  for (const chainId of laneIds) all.set(chainId, await feed.blocks(chainId, 1n, 1_000))
  for (const { client, chainId } of board.lanes) {
    const blocks = all.get(chainId) ?? []
    assert.equal(BigInt(blocks.length), client.head()?.header.number)
    for (const [i, block] of blocks.entries()) {
      const arrived = blockFromJson(overTheWire(blockToJson(block)))
      assert.deepEqual(arrived, block)
      const own = await client.call('block', { at: { kind: 'number', number: BigInt(i + 1) }, full: false })
      const links = readHeaderLinks(block.rlp)
      assert.ok(links !== null && own !== null)
      assert.deepEqual(keccak256(links.header), own.header.hash)
      assert.deepEqual(links.hyperHash, own.header.parentBeaconBlockRoot ?? null)
    }
  }
  const batches = (all.get(laneIds[0]) ?? []).flatMap(({ batch }) => batch ?? [])
  assert.ok(batches.length >= 2)
  for (const { sessions, blocks } of batches) {
    const named = new Set(blocks.map(({ chainId }) => chainId))
    for (const session of sessions) for (const lane of executedLanes(session)) assert.ok(named.has(lane), `lane ${lane} answered and has a block`)
  }
})

test('an answer is cut before it becomes too large, but holds one block; what is not there yet is missing', async (t) => {
  const board = await openBoard(t)
  for (let i = 0; i < 3; i++) await board.play(0, data('hit'))
  const height = Number(board.lane(0).client.head()?.header.number)
  const [chainId] = laneIds
  assert.equal((await feedOf(board, { ...feedLimits, bytesMax: 1 }).blocks(chainId, 1n, 10)).length, 1)
  assert.equal((await feedOf(board, { ...feedLimits, blocksMax: 2 }).blocks(chainId, 1n, 10)).length, 2)
  assert.equal((await feedOf(board).blocks(chainId, BigInt(height), 10)).length, 1)
  assert.deepEqual(await feedOf(board).blocks(chainId, BigInt(height + 1), 10), [])
  await assert.rejects(feedOf(board).blocks(1, 1n, 1), { code: 'unknown-lane' })
})
