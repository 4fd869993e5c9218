// A lane that follows takes what another node made and nothing else (L3, H4, S12): every kind of change to a block, or to what comes with it, is refused,
// and leaves the lane as it was.

import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeBlock, encodeBlock, sealHeader, type Block } from '../../../../src/evm-lane/engine/header.js'
import type { HeaderData } from '../../../../src/evm-lane/chain-data.js'
import type { OwnBlock } from '../../../../src/evm-lane/protocol.js'
import type { TranscriptEvent } from '../../../../src/evm-lane/session-protocol.js'
import { AppError } from '../../../../src/errors.js'
import { bareHex, concatBytes, toHex } from '../../../../src/primitives.js'
import { testEngine } from '../../../fixtures/engine-lane.js'
import { exportAll, openFollower, SessionLog, type FedBlock, type Follower } from '../../../fixtures/followed-lanes.js'
import { hyperHashOf, sealHyper } from '../../../fixtures/session-lanes.js'
import { data, openBoard, pawn, user, type Board } from '../../../fixtures/session-pawns.js'

const hypers = 2

/** Local blocks, a session out and back, one whose frame fails and is caught, in the end one of a plain transfer. */
async function played(t: test.TestContext): Promise<{ board: Board; fed: FedBlock[][] }> {
  const board = await openBoard(t, { spec: { sealed: true } })
  const log = new SessionLog(board.coordinator.reader)
  await sealHyper(board.lanes, 1)
  const back = data('pass', [toHex(board.proxy(0)), toHex(data('hit'))])
  await board.play(0, data('pass', [toHex(board.proxy(1)), toHex(back)]), { value: 7n })
  await sealHyper(board.lanes, hypers)
  await board.play(0, data('catchAndGoOn', [toHex(board.proxy(1))]))
  await board.lane(0).send({ from: user, to: pawn, value: 3n })
  await board.coordinator.stop()
  return { board, fed: await Promise.all([0, 1].map((at) => exportAll(board.lane(at), log))) }
}

async function follow(board: Board, at: number): Promise<Follower> {
  const follower = await openFollower({ ...board.lane(at).client.spec, coordinated: false })
  for (let number = 0; number <= hypers; number++) {
    await follower.parts.hyper.sealed({ hyperNumber: BigInt(number), hyperHash: hyperHashOf(number), finalized: 0n })
  }
  return follower
}

/** Takes every block; before each one, `spoil` may give versions of it that must be refused, with a word of the reason. */
async function takeAll(follower: Follower, fed: FedBlock[], spoil: (block: FedBlock) => [reason: RegExp, spoilt: FedBlock][]): Promise<number> {
  let refused = 0
  const { parts } = follower
  for (const block of fed) {
    for (const [reason, spoilt] of spoil(block)) {
      const before = { head: parts.chain.head, root: bareHex(parts.state.stateRoot), fact: parts.facts.head }
      await assert.rejects(follower.take(spoilt), (error: unknown) => {
        assert.ok(error instanceof AppError, String(error))
        assert.equal(error.code, 'block-invalid')
        assert.equal(error.data?.['number'], String(parts.chain.head.block.header.number + 1n))
        assert.match(error.message, reason)
        return true
      })
      assert.deepEqual({ head: parts.chain.head, root: bareHex(parts.state.stateRoot), fact: parts.facts.head }, before)
      refused++
    }
    await follower.take(block)
  }
  return refused
}

const flipped = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes, (byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))
const withBlock = ({ rlp, own }: FedBlock, change: (block: Block) => Partial<Block>): FedBlock => {
  const block = decodeBlock(rlp)
  return { rlp: encodeBlock({ ...block, ...change(block) }), own }
}
const withHeader = (fed: FedBlock, change: (header: HeaderData) => Partial<HeaderData>): FedBlock =>
  withBlock(fed, ({ header }) => ({ header: sealHeader({ ...header, ...change(header) }) }))
const withOwn = ({ rlp, own }: FedBlock, change: Partial<OwnBlock>): FedBlock => ({ rlp, own: { ...own, ...change } })

test('L3 H4: a block with another header, body, time or reach is refused', async (t) => {
  const { board, fed } = await played(t)
  const follower = await follow(board, 0)
  t.after(() => follower.close())
  const refused = await takeAll(follower, fed[0] as FedBlock[], (block) => [
    [/state root/, withHeader(block, ({ stateRoot }) => ({ stateRoot: flipped(stateRoot) }))],
    [/receipts root/, withHeader(block, ({ receiptsRoot }) => ({ receiptsRoot: flipped(receiptsRoot) }))],
    [/transactions root/, withHeader(block, ({ transactionsRoot }) => ({ transactionsRoot: flipped(transactionsRoot) }))],
    [/bloom/, withHeader(block, ({ logsBloom }) => ({ logsBloom: flipped(logsBloom) }))],
    [/gas used/, withHeader(block, ({ gasUsed }) => ({ gasUsed: gasUsed + 1n }))],
    [/base fee/, withHeader(block, ({ baseFeePerGas }) => ({ baseFeePerGas: (baseFeePerGas ?? 0n) + 1n }))],
    [/parent hash/, withHeader(block, ({ parentHash }) => ({ parentHash: flipped(parentHash) }))],
    [/prevRandao/, withHeader(block, ({ mixHash }) => ({ mixHash: flipped(mixHash) }))],
    [/Hyper Block 0x.*not known/, withHeader(block, () => ({ parentBeaconBlockRoot: hyperHashOf(99) }))],
    [/timestamp/, withHeader(block, ({ timestamp }) => ({ timestamp: timestamp + 1n }))],
    [/timestamp/, withOwn(block, { timestampMs: block.own.timestampMs + 2_000 })],
    [/no time/, withOwn(block, { timestampMs: -1 })],
    [/transactions root|links/, withBlock(block, ({ transactions }) => ({ transactions: [...transactions, ...transactions] }))],
    [/transactions root|links/, withBlock(block, () => ({ transactions: [] }))],
    [/withdrawals/, withBlock(block, () => ({ withdrawals: [{ index: 0n, validatorIndex: 0n, address: pawn, amount: 1n }] }))],
    [/could reach lane 5/, withOwn(block, { peers: [...block.own.peers, 5] })],
    [/links/, withOwn(block, { links: [...block.own.links, null] })],
    [/not the RLP/, { ...block, rlp: concatBytes(block.rlp, Uint8Array.of(0)) }],
  ])
  assert.ok(refused > 60, `${refused} spoilt blocks`)
})

test('S12: a block with other sessions than it was made from is refused', async (t) => {
  const { board, fed } = await played(t)
  const follower = await follow(board, 0)
  t.after(() => follower.close())
  let withSessions = 0
  await takeAll(follower, fed[0] as FedBlock[], (block) => {
    const [session] = block.own.sessions ?? []
    const link = { session: hyperHashOf(5), legs: [] }
    if (session === undefined) {
      return [[/linked/, withOwn(block, { links: block.own.links.map(() => link) })]]
    }
    withSessions++
    const events = (change: (event: TranscriptEvent) => TranscriptEvent[]): FedBlock =>
      withOwn(block, { sessions: [{ id: session.id, events: session.events.flatMap(change) }] })
    const done = (change: Partial<{ gasUsed: bigint; success: boolean; returnData: Uint8Array; gasRefund: bigint }>): FedBlock =>
      events((event) => (event.kind === 'return' && event.result.kind === 'done' ? [{ ...event, result: { ...event.result, ...change } }] : [event]))
    const called = (change: Partial<Extract<TranscriptEvent, { kind: 'call' }>['call']>): FedBlock =>
      events((event) => (event.kind === 'call' ? [{ ...event, call: { ...event.call, ...change } }] : [event]))
    return [
      [/one of a session|linked/, withOwn(block, { sessions: null })],
      [/linked|transactions/, withOwn(block, { sessions: [] })],
      [/linked/, withOwn(block, { links: block.own.links.map(() => link) })],
      [/linked/, withOwn(block, { sessions: [{ ...session, id: hyperHashOf(6) }] })],
      [/./, done({ gasUsed: 1n })],
      [/./, done({ success: false })],
      [/otherwise/, called({ value: 1n << 70n })],
      [/otherwise/, called({ origin: pawn })],
      [/otherwise/, called({ gasPrice: 1n })],
      [/otherwise/, called({ data: new Uint8Array(4) })],
      [/./, events((event) => (event.kind === 'transaction' ? [] : [event]))],
      [/./, events((event) => (event.kind === 'call' || event.kind === 'return' ? [] : [event]))],
    ]
  })
  assert.equal(withSessions, 2)
})

test('S12: whatever is left out of a transcript, a lane of the session finds it', async (t) => {
  const { board, fed } = await played(t)
  const followers = await Promise.all([0, 1].map((at) => follow(board, at)))
  t.after(() => Promise.all(followers.map((follower) => follower.close())))
  const found = new Map<string, boolean>()
  for (const at of [0, 1]) {
    const follower = followers[at] as Follower
    for (const block of fed[at] as FedBlock[]) {
      const [session] = block.own.sessions ?? []
      for (const [i, event] of session?.events.entries() ?? []) {
        if (session === undefined || event.kind === 'end') continue
        const events = session.events.filter((_, j) => j !== i)
        const key = `${bareHex(session.id)}/${i} ${event.kind}`
        // An event of other lanes only is passed over, and the block is as it was: try it on a lane of its own.
        const trial = await follow(board, at)
        for (const earlier of fed[at] as FedBlock[]) {
          if (earlier === block) break
          await trial.take(earlier)
        }
        const refused = await trial.take(withOwn(block, { sessions: [{ ...session, events }] })).then(
          () => false,
          (error: unknown) => error instanceof AppError && error.code === 'block-invalid',
        )
        await trial.close()
        found.set(key, (found.get(key) ?? false) || refused)
      }
      await follower.take(block)
    }
  }
  assert.deepEqual(
    [...found].filter(([, refused]) => !refused).map(([key]) => key),
    [],
  )
  assert.ok(found.size >= 10, `${found.size} events`)
})

test('a lane that follows makes nothing and takes no transactions; one that does not takes no block of its own network', async (t) => {
  const { board, fed } = await played(t)
  const spec = { ...board.lane(0).client.spec, coordinated: false }
  const follower = await testEngine({ ...spec, following: true })
  t.after(() => follower.stop())
  await assert.rejects(follower.handlers.submit({ raw: new Uint8Array(1), sender: null, waitMs: 0 }) as Promise<never>, { code: 'not-allowed' })
  await assert.rejects(async () => follower.handlers.sessionOpen({ batch: 1 }), { code: 'not-allowed' })
  const first = fed[0]?.[0] as FedBlock
  await assert.rejects(async () => follower.handlers.importBlock({ rlp: first.rlp }), { code: 'not-allowed' })
  await assert.rejects(async () => follower.handlers.importBlock(first), { code: 'block-invalid' }, 'it was told of no Hyper Block')
  await follower.handlers.sealed({ hyperNumber: 0n, hyperHash: hyperHashOf(0), finalized: 0n })
  assert.equal((await follower.handlers.importBlock(first)).known, false)
  assert.equal((await follower.handlers.importBlock(first)).known, true)
  assert.deepEqual(
    follower.heads.map(({ header }) => header.number),
    [1n],
  )
  const maker = await testEngine(spec)
  t.after(() => maker.stop())
  await assert.rejects(async () => maker.handlers.importBlock(first), { code: 'not-allowed' })
})
