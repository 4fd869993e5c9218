// Following real lanes: what they did is reproduced, what they did not do is refused, and a lane that was refused goes on when it is repaired.

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { openLocalLane } from '../../../../src/evm-lane/client-local.js'
import type { LaneClient } from '../../../../src/evm-lane/client.js'
import { openEngine } from '../../../../src/evm-lane/engine/engine.js'
import { keccak256 } from '../../../../src/evm-lane/engine/keccak.js'
import type { TranscriptOfSession } from '../../../../src/evm-lane/session-protocol.js'
import { AppError } from '../../../../src/errors.js'
import { createBatchBook, type BatchBook } from '../../../../src/hyper/follower/batch-book.js'
import { createFollower, type Follower } from '../../../../src/hyper/follower/follower.js'
import type { LaneFollowerDeps } from '../../../../src/hyper/follower/lane-follower.js'
import { followerLimits } from '../../../../src/hyper/follower/limits.js'
import { Refusals } from '../../../../src/hyper/follower/refusals.js'
import { feedLimits, type FeedBlock, type LaneFeed } from '../../../../src/hyper/feed/feed.js'
import { createLaneFeed } from '../../../../src/hyper/feed/lane-feed.js'
import { equalBytes, toHex } from '../../../../src/primitives.js'
import { MemoryStore } from '../../../../src/store/memory-store.js'
import { hyperHashOf, laneIds, sealHyper } from '../../../fixtures/session-lanes.js'
import { data, openBoard, type Board } from '../../../fixtures/session-pawns.js'

type Spoil = (chainId: number, block: FeedBlock) => FeedBlock
type Stage = { lanes: LaneClient[]; follower: Follower; refusals: Refusals; batches: BatchBook; logged: (pattern: RegExp) => Promise<void> }

/** Short waits: nothing here rests on their length. */
const limits = { ...followerLimits, pollMs: 10, retryMs: 10, refusedAgainMs: 10, laneAgainMs: 10 }

async function play(board: Board): Promise<void> {
  await board.play(0, data('hit'))
  await board.play(0, data('pass', [toHex(board.proxy(1)), toHex(data('hit'))]))
  await board.play(1, data('catchAndGoOn', [toHex(board.proxy(2))]))
  await board.play(0, data('attempt', [toHex(board.proxy(2)), 0n, 0n, toHex(data('fail'))]))
  await board.play(2, data('hit'))
}

function feedOf(board: Board, spoil: { by: Spoil }): LaneFeed {
  const feed = createLaneFeed({
    lanes: () => board.lanes.map(({ client }) => client),
    batchOf: (chainId, number) => board.coordinator.reader.batchOfBlock(chainId, number),
    limits: { ...feedLimits, blocksMax: 3 },
  })
  return { ...feed, blocks: async (chainId, from, count) => (await feed.blocks(chainId, from, count)).map((block) => spoil.by(chainId, block)) }
}

async function follow(t: TestContext, board: Board, feed: LaneFeed, more: Partial<LaneFollowerDeps> = {}, told = 0): Promise<Stage> {
  const waiting: { pattern: RegExp; resolve: () => void }[] = []
  const log = (_: string, message: string): void => waiting.filter(({ pattern }) => pattern.test(message)).forEach(({ resolve }) => resolve())
  const refusals = new Refusals(log, Date.now)
  const batches = createBatchBook(new MemoryStore(), () => undefined)
  const follower = createFollower({ feed, batches, refusals, keccak256, sealedNumber: async () => 0n, limits, log, ...more }, null)
  const lanes = board.lanes.map(({ client: { spec } }) => openLocalLane({ ...spec, dir: null, coordinated: false, following: true }, openEngine))
  t.after(async () => {
    await follower.stop()
    await Promise.all(lanes.map((lane) => lane.stop()))
  })
  for (const lane of lanes) {
    await lane.ready
    if (told > 0) await lane.call('sealed', { hyperNumber: BigInt(told), hyperHash: hyperHashOf(told), finalized: 3n })
    follower.add(lane)
  }
  return { lanes, follower, refusals, batches, logged: (pattern) => new Promise((resolve) => waiting.push({ pattern, resolve })) }
}

/** Settles when the lane that follows has every block of the other. */
function caughtUp(own: LaneClient, source: LaneClient): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (own.head()?.header.number === source.head()?.header.number) resolve()
    }
    own.on('head', look)
    void own.ready.then(look)
  })
}

async function sameHeads(board: Board, { lanes }: Stage): Promise<void> {
  const pairs = lanes.map((own, i) => ({ own, source: board.lane(i).client }))
  await Promise.all(pairs.map(({ own, source }) => caughtUp(own, source)))
  for (const { own, source } of pairs) assert.deepEqual(own.head()?.header.hash, source.head()?.header.hash)
}

test('local blocks, sessions, caught and failed calls: all lanes come out the same', async (t) => {
  const board = await openBoard(t)
  await play(board)
  const stage = await follow(t, board, feedOf(board, { by: (_, block) => block }))
  await sameHeads(board, stage)
  await play(board)
  await sameHeads(board, stage)
  assert.equal(stage.refusals.total, 0)
  const known = await stage.batches.ofBlock(laneIds[0], 1n)
  assert.equal(known, null)
})

test('a lane that was told of the newest Hyper Block alone learns of those that its blocks build on', async (t) => {
  const board = await openBoard(t, { spec: { sealed: true } })
  await play(board)
  for (const number of [1, 2]) {
    await sealHyper(board.lanes, number)
    await play(board)
  }
  const sealedNumber = async (hash: Uint8Array): Promise<bigint | null> => {
    const number = [0, 1, 2].find((candidate) => equalBytes(hyperHashOf(candidate), hash))
    return number === undefined ? null : BigInt(number)
  }
  const stage = await follow(t, board, feedOf(board, { by: (_, block) => block }), { sealedNumber }, 2)
  await sameHeads(board, stage)
  assert.equal(stage.refusals.total, 0)
  // What it is told of before does not take back what is final.
  for (const lane of stage.lanes) assert.equal(lane.head()?.finalized, 3n)
})

const lie = (change: (transcript: TranscriptOfSession) => TranscriptOfSession): Spoil => {
  return (chainId, block) =>
    chainId !== laneIds[0] || block.batch === null ? block : { ...block, batch: { ...block.batch, sessions: block.batch.sessions.map(change) } }
}

const lies: [desc: string, spoil: Spoil, reason: RegExp][] = [
  [
    'another gas in an answer',
    lie(({ id, events }) => ({
      id,
      events: events.map((event) =>
        event.kind === 'return' && event.result.kind === 'done'
          ? { ...event, result: { ...event.result, gasUsed: event.result.gasUsed + 1n } }
          : event,
      ),
    })),
    /transcript|receipts|gas/,
  ],
  ['a transcript that ends early', lie(({ id, events }) => ({ id, events: events.slice(0, 2) })), /transcript|no block of lane/],
  ['a batch without the lane that answered', (_, block) => (block.batch === null ? block : { ...block, batch: { ...block.batch, blocks: block.batch.blocks.filter(({ chainId }) => chainId !== laneIds[1]) } }), /no block of lane|does not name/], // prettier-ignore
  ['sessions withheld', (chainId, block) => (chainId === laneIds[0] ? { ...block, batch: null } : block), /./],
  ['another time', (chainId, block) => (chainId === laneIds[0] ? { ...block, timestampMs: block.timestampMs + 5_000 } : block), /timestamp/],
  ['no block', (chainId, block) => (chainId === laneIds[0] ? { ...block, rlp: Uint8Array.of(0x80) } : block), /no block|RLP/],
  [
    'a spoiled block',
    (chainId, block) => (chainId === laneIds[0] ? { ...block, rlp: block.rlp.with(60, (block.rlp[60] as number) ^ 1) } : block),
    /./,
  ],
]

for (const [desc, spoil, reason] of lies) {
  test(`${desc}: refused by name, and the lane goes on when the gateway is repaired`, async (t) => {
    const board = await openBoard(t)
    await play(board)
    const source = { by: spoil }
    const stage = await follow(t, board, feedOf(board, source))
    await stage.logged(/is refused/)
    const [refusal] = stage.refusals.list()
    assert.match(refusal?.reason ?? '', reason)
    assert.equal(stage.follower.status().lanes.find(({ chainId }) => chainId === refusal?.chainId)?.standing, 'refused')
    source.by = (_, block) => block
    await sameHeads(board, stage)
    assert.deepEqual(stage.refusals.list(), [])
  })
}

test('a gateway that is away, and one that answers nonsense, are asked again', async (t) => {
  const board = await openBoard(t)
  await play(board)
  const feed = feedOf(board, { by: (_, block) => block })
  let failures = 0
  const flaky: LaneFeed = {
    ...feed,
    blocks: async (chainId, from, count) => {
      if (++failures <= 7) throw new AppError(failures % 2 === 0 ? 'gateway-unavailable' : 'gateway-invalid', 'not now')
      return feed.blocks(chainId, from, count)
    },
  }
  const stage = await follow(t, board, flaky)
  await sameHeads(board, stage)
  assert.equal(stage.refusals.total, 0)
})

test('two lanes of a batch that tell different transcripts: the second is refused', async (t) => {
  const board = await openBoard(t)
  const book = createBatchBook(new MemoryStore(), () => undefined)
  await play(board)
  const feed = feedOf(board, { by: (_, block) => block })
  const [block] = (await feed.blocks(laneIds[0], 1n, 100)).filter(({ batch }) => batch !== null)
  const blocks = (await Promise.all([1n, 2n, 3n, 4n, 5n, 6n, 7n].map((from) => feed.blocks(laneIds[0], from, 1)))).flat()
  const batch = (block ?? blocks.find((each) => each.batch !== null))?.batch
  assert.ok(batch !== null && batch !== undefined)
  const [first, second] = batch.blocks
  assert.ok(first !== undefined && second !== undefined)
  assert.equal(await book.take(batch, first), null)
  assert.equal(await book.take(batch, first), null)
  const other = { ...batch, sessions: batch.sessions.map(({ id, events }) => ({ id, events: [...events, ...events] })) }
  assert.match((await book.take(other, second)) ?? '', /another transcript/)
  assert.match((await book.take(batch, { ...second, number: second.number + 1n })) ?? '', /does not name/)
  assert.deepEqual(await book.ofBlock(second.chainId, second.number), batch)
})
