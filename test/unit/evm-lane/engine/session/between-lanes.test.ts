// What users do between real lanes under the real coordinator: simulate, bundle, send messages, replay, and get in each other's way.

import test from 'node:test'
import assert from 'node:assert/strict'
import { encodeFunctionData, parseAbi } from 'viem'
import { PORTAL } from '../../../../../src/evm-lane/engine/portal/addresses.js'
import type { BlockRef, CallMessage, LocatedReceipt } from '../../../../../src/evm-lane/chain-data.js'
import type { TranscriptOfSession } from '../../../../../src/evm-lane/session-protocol.js'
import type { StoredSession } from '../../../../../src/hyper/journal.js'
import { fromHex, toHex, type Hash32 } from '../../../../../src/primitives.js'
import { baseFee, laneIds } from '../../../../fixtures/session-lanes.js'
import { data, ether, openBoard, pawn, succeeded, user, type Board } from '../../../../fixtures/session-pawns.js'
import { signedTx } from '../../../../fixtures/signed-tx.js'

const latest: BlockRef = { kind: 'tag', tag: 'latest' }
const portal = parseAbi([
  'function call(uint256 chainId, address target, bytes data) payable returns (bytes)',
  'function quote(uint256 chainId, uint256 dataLength, uint256 gasLimit) view returns (uint256)',
  'function send(uint256 chainId, address target, bytes data, uint256 gasLimit) payable returns (bytes32)',
])

function asked(input: Uint8Array): { message: CallMessage; at: BlockRef; stateOverrides: []; blockOverrides: null } {
  return { message: { from: user.address, to: pawn, input }, at: latest, stateOverrides: [], blockOverrides: null }
}

async function sessionOf(board: Board, sent: LocatedReceipt): Promise<StoredSession> {
  const view = await board.coordinator.reader.getSession(sent.hyper?.session as Hash32)
  assert.equal(view?.kind, 'committed')
  return view.session
}

const hitOn = (board: Board, of: number): Uint8Array => data('pass', [toHex(board.proxy(of)), toHex(data('hit'))])

test('S4: the portal calls by chain id and address, and the callee sees the proxy of the caller', async (t) => {
  const board = await openBoard(t)
  const input = fromHex(encodeFunctionData({ abi: portal, functionName: 'call', args: [BigInt(laneIds[1]), toHex(pawn), toHex(data('hit'))] }))
  assert.equal(succeeded(await board.lane(0).send({ from: user, to: PORTAL, data: input })), true)
  assert.equal(await board.read(1, 'n'), 1n)
})

test('S7: call, estimate and access list follow into the other lane and leave nothing there', async (t) => {
  const board = await openBoard(t)
  const { client } = board.lane(0)
  const input = hitOn(board, 1)
  const heights = async (): Promise<bigint[]> =>
    Promise.all([0, 1].map(async (at) => (await board.lane(at).client.call('status', {})).head.header.number))
  const before = await heights()
  await client.call('call', asked(input))
  const gas = await client.call('estimateGas', asked(input))
  const { error } = await client.call('createAccessList', asked(input))
  assert.equal(error, null)
  assert.deepEqual(await heights(), before)
  assert.equal(await board.read(1, 'n'), 0n)
  const sent = await board.lane(0).send({ from: user, to: pawn, data: input, gas })
  assert.equal(succeeded(sent), true, 'the estimate is enough')
  await assert.rejects(client.call('estimateGas', asked(data('pass', [toHex(board.proxy(1)), toHex(data('fail'))]))), { code: 'reverted' })
})

test('S8: signed transactions of two lanes are included together, or none is', async (t) => {
  const board = await openBoard(t)
  const raw = async (at: number, input: Uint8Array): Promise<{ chainId: number; raw: Uint8Array }> => {
    const nonce = await board.lane(at).nonce(user.address)
    const fields = { nonce, gasLimit: 300_000n, value: 0n, data: input, feeCap: 100n * baseFee, tipCap: 1n, to: pawn }
    return { chainId: laneIds[at] as number, raw: signedTx(laneIds[at] as number, 2, user, fields) }
  }
  const { reader } = board.coordinator
  const good = await reader.sendBundle([await raw(0, data('hit')), await raw(1, data('hit'))], 60_000)
  assert.equal(good.state.kind, 'committed')
  assert.deepEqual([await board.read(0, 'n'), await board.read(1, 'n')], [1n, 1n])
  const bad = await reader.sendBundle([await raw(0, data('hit')), await raw(1, data('fail'))], 60_000)
  assert.equal(bad.state.kind, 'failed')
  assert.deepEqual([await board.read(0, 'n'), await board.read(1, 'n')], [1n, 1n])
})

test('S9: a message is delivered by nobody in particular, once, with its value, and can be asked about', async (t) => {
  const board = await openBoard(t)
  const { reader } = board.coordinator
  const input = toHex(data('hit'))
  const args = [BigInt(laneIds[1]), BigInt((input.length - 2) / 2), 200_000n] as const
  const quoted = await board.lane(0).call({ from: user, to: PORTAL, data: fromHex(encodeFunctionData({ abi: portal, functionName: 'quote', args })) })
  assert.equal(quoted.success, true)
  const fee = BigInt(toHex(quoted.returnData))
  const call = encodeFunctionData({ abi: portal, functionName: 'send', args: [args[0], toHex(pawn), input, args[2]] })
  const before = await board.lane(1).balance(pawn)
  const delivered = new Promise<StoredSession>((resolve) => {
    const off = reader.onSession((session) => {
      if (session.record.work.kind !== 'delivery') return
      off()
      resolve(session)
    })
  })
  const sent = await board.lane(0).send({ from: user, to: PORTAL, data: fromHex(call), value: fee + 5n })
  await delivered
  assert.equal(await board.read(1, 'n'), 1n)
  const [message] = await reader.getMessagesByTransaction(laneIds[0], sent.hash)
  assert.equal(message?.status.kind, 'delivered')
  // The base fee fell since the quote; what was not needed for the fee is carried too.
  const { value } = (await reader.getMessage(message.id))?.content ?? { value: 0n }
  assert.ok(value >= 5n)
  assert.equal(await board.lane(1).balance(pawn), before + value)
})

test('S10: two users whose sessions want the same lanes in opposite order both finish', async (t) => {
  const board = await openBoard(t)
  const rounds = 5
  const sides = [0, 1].map(async (at) => {
    for (let i = 0; i < rounds; i++) assert.equal(succeeded(await board.play(at, hitOn(board, 1 - at))), true)
  })
  await Promise.all(sides)
  assert.deepEqual([await board.read(0, 'n'), await board.read(1, 'n')], [BigInt(rounds), BigInt(rounds)])
})

test('S12: each lane reproduces its block alone from the transcript, and a transcript that lies is found', async (t) => {
  const board = await openBoard(t)
  const { reader } = board.coordinator
  // Out and back and on: lane 0 waits while it is called again; a frame that fails is undone on the way.
  const back = data('pass', [toHex(board.proxy(0)), toHex(data('hit'))])
  await board.play(0, data('pass', [toHex(board.proxy(1)), toHex(back)]))
  const sent = await board.play(0, data('catchAndGoOn', [toHex(board.proxy(1))]))
  const session = await sessionOf(board, sent)
  const lanes = await reader.replaySession(session.record.id)
  assert.deepEqual(
    lanes?.map(({ chainId, reproduced, reason }) => ({ chainId, reproduced, reason })),
    [
      { chainId: laneIds[0], reproduced: true, reason: null },
      { chainId: laneIds[1], reproduced: true, reason: null },
    ],
  )
  const lie: TranscriptOfSession = {
    id: session.record.id,
    events: session.record.transcript.map((event) =>
      event.kind === 'return' && event.result.kind === 'done' ? { ...event, result: { ...event.result, gasUsed: event.result.gasUsed + 1n } } : event,
    ),
  }
  for (const { chainId, number } of session.blocks) {
    const lane = board.lanes.find((each) => each.chainId === chainId)
    const replayed = await lane?.client.call('sessionReplay', { number, sessions: [lie] })
    assert.equal(replayed?.reproduced, false)
  }
})

test('S12: a lane that answered a call that left nothing there makes an empty block, so that the answer can be checked', async (t) => {
  const board = await openBoard(t)
  const { reader } = board.coordinator
  const sent = await board.play(0, data('attempt', [toHex(board.proxy(1)), 0n, 0n, toHex(data('fail'))]))
  assert.equal(succeeded(sent), true)
  const session = await sessionOf(board, sent)
  assert.deepEqual(
    session.blocks.map(({ chainId, txCount }) => [chainId, txCount]),
    [
      [laneIds[0], 1],
      [laneIds[1], 0],
    ],
  )
  const lanes = await reader.replaySession(session.record.id)
  assert.deepEqual(lanes?.map(({ reproduced }) => reproduced), [true, true]) // prettier-ignore
  const lie: TranscriptOfSession = {
    id: session.record.id,
    events: session.record.transcript.map((event) =>
      event.kind === 'return' && event.result.kind === 'done' ? { ...event, result: { ...event.result, success: true } } : event,
    ),
  }
  const number = session.blocks[1]?.number as bigint
  const replayed = await board.lane(1).client.call('sessionReplay', { number, sessions: [lie] })
  assert.equal(replayed.reproduced, false)
})

test('S11: supply over the lanes changes by nothing but burnt fees, whatever crosses and fails', async (t) => {
  const board = await openBoard(t)
  const holders = [user.address, pawn, PORTAL, ...[0, 1, 2].map((of) => board.proxy(of)), new Uint8Array(20)]
  const supply = async (): Promise<bigint> => {
    const balances = await Promise.all(board.lanes.flatMap((lane) => holders.map((address) => lane.balance(address))))
    return balances.reduce((sum, balance) => sum + balance, 0n)
  }
  const before = await supply()
  let burnt = 0n
  const plays: [number, Uint8Array, bigint][] = [
    [0, hitOn(board, 1), ether],
    [1, hitOn(board, 2), 5n],
    [2, data('pass', [toHex(board.proxy(0)), toHex(data('fail'))]), 7n],
  ]
  for (const [at, input, value] of plays) {
    const { receipt, blockHash } = await board.play(at, input, { value })
    const block = await board.lane(at).client.call('block', { at: { kind: 'hash', hash: blockHash as Hash32 }, full: false })
    burnt += receipt.gasUsed * (block?.header.baseFeePerGas ?? 0n)
    // The tip goes to the coinbase, which is not among the holders here.
    burnt += receipt.gasUsed * (receipt.effectiveGasPrice - (block?.header.baseFeePerGas ?? 0n))
  }
  assert.equal(await supply(), before - burnt)
})
