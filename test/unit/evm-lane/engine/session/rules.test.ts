// Single lines of the rules of sessions, each by its number: hand-over, gas and who pays, inbound transactions, supply.

import test from 'node:test'
import assert from 'node:assert/strict'
import { GATE, PORTAL } from '../../../../../src/evm-lane/engine/portal/addresses.js'
import type { LocatedTx } from '../../../../../src/evm-lane/chain-data.js'
import type { SessionWanted } from '../../../../../src/evm-lane/session-protocol.js'
import { bareHex, toHex, type Hash32 } from '../../../../../src/primitives.js'
import { laneIds } from '../../../../fixtures/session-lanes.js'
import { data, openBoard, pawn, succeeded, user, type Board } from '../../../../fixtures/session-pawns.js'

const hitThere = (board: Board, of: number): Uint8Array => data('pass', [toHex(board.proxy(of)), toHex(data('hit'))])

async function legOf(board: Board, at: number, hash: Hash32): Promise<LocatedTx> {
  const found = await board.lane(at).client.call('transaction', { hash })
  assert.ok(found !== null)
  return found
}

function wanted(board: Board, at: number): SessionWanted[] {
  const told: SessionWanted[] = []
  board.lane(at).client.on('sessionWanted', (value) => void told.push(value))
  return told
}

test('S1: what stays on its lane is no session, what leaves is handed over once, under the one nonce the user signed', async (t) => {
  const board = await openBoard(t)
  const told = wanted(board, 0)
  const nonce = await board.lane(0).nonce(user.address)
  const local = await board.play(0, data('hit'))
  assert.equal(local.hyper, undefined)
  assert.equal(told.length, 0)
  const away = await board.play(0, hitThere(board, 1))
  assert.equal(told.length, 1)
  assert.deepEqual(told[0]?.lanes, [laneIds[1]])
  assert.equal(bareHex(told[0].hash), bareHex(away.hash))
  assert.equal(await board.lane(0).nonce(user.address), nonce + 2n)
  assert.equal(await board.read(0, 'n'), 1n, 'the attempt on the lane itself was undone')
})

test('S1 S10: one fee pays for one local attempt and at most one execution for each lane that turns out to be needed', async (t) => {
  const board = await openBoard(t)
  const { handlers } = board.lane(0).engine()
  const execute = handlers.sessionTx
  let executions = 0
  handlers.sessionTx = (req) => {
    executions++
    return execute(req)
  }
  // Lane 2 is needed only after lane 1 was entered, which the first attempt could not see.
  const onward = data('pass', [toHex(board.proxy(2)), toHex(data('hit'))])
  const input = data('pass', [toHex(board.proxy(1)), toHex(onward)])
  assert.equal(succeeded(await board.play(0, input)), true)
  assert.ok(executions <= 2, `${executions} executions for two other lanes`)
  executions = 0
  assert.equal(succeeded(await board.play(0, input)), true)
  assert.equal(executions, 1, 'what was learnt about the target is remembered')
})

test('S2: value is burnt on one lane and minted on the other; the callee has it, nothing is left on the way', async (t) => {
  const board = await openBoard(t)
  const before = await board.lane(1).balance(pawn)
  await board.play(0, hitThere(board, 1), { value: 77n })
  assert.equal(await board.lane(1).balance(pawn), before + 77n)
  for (const at of [0, 1])
    for (const address of [PORTAL, GATE, board.proxy(0), board.proxy(1)]) assert.equal(await board.lane(at).balance(address), 0n)
})

test('S5: the payer pays at home for gas used there; the inbound transaction is free and counts in its own block', async (t) => {
  const board = await openBoard(t)
  const before = await board.lane(0).balance(user.address)
  const abroad = await board.lane(1).balance(user.address)
  const sent = await board.play(0, hitThere(board, 1))
  const leg = await board.lane(1).receipt((sent.hyper?.legs[0] as { transactionHash: Hash32 }).transactionHash)
  assert.ok(sent.receipt.gasUsed > 21_000n + leg.receipt.gasUsed)
  assert.equal(await board.lane(0).balance(user.address), before - sent.receipt.gasUsed * sent.receipt.effectiveGasPrice)
  assert.equal(await board.lane(1).balance(user.address), abroad)
  assert.equal(leg.receipt.effectiveGasPrice, 0n)
  const block = await board.lane(1).client.call('block', { at: { kind: 'number', number: leg.blockNumber }, full: false })
  assert.equal(block?.header.gasUsed, leg.receipt.gasUsed)
})

test('S6: a transaction that pays nothing is no measure of fees: rewards are never below zero', async (t) => {
  const board = await openBoard(t)
  await board.play(0, hitThere(board, 1))
  for (const at of [0, 1]) {
    const { client } = board.lane(at)
    const history = await client.call('feeHistory', { blockCount: 10, newest: { kind: 'tag', tag: 'latest' }, percentiles: [0, 50, 100] })
    assert.ok(history.reward?.flat().every((reward) => reward >= 0n))
    assert.ok((await client.call('fees', {})).maxPriorityFeePerGas > 0n)
  }
})

test('S5: each frame on the way keeps its 64th', async (t) => {
  const board = await openBoard(t)
  const gas = 6_400_000n
  const sent = await board.play(0, hitThere(board, 1), { gas })
  const { tx } = await legOf(board, 1, (sent.hyper?.legs[0] as { transactionHash: Hash32 }).transactionHash)
  // Contract, proxy and portal each call on.
  assert.ok(tx.gas < (gas * 63n ** 3n) / 64n ** 3n, `${tx.gas} of ${gas}`)
  assert.ok(tx.gas > (gas * 63n ** 3n) / 64n ** 3n - 100_000n, `${tx.gas} of ${gas}`)
})

test('S6: an inbound call is a 0x7e transaction of the target lane with receipt, logs and links both ways', async (t) => {
  const board = await openBoard(t)
  const sent = await board.play(0, hitThere(board, 1), { value: 5n })
  assert.equal(sent.hyper?.legs.length, 1)
  const link = sent.hyper.legs[0] as { chainId: number; transactionHash: Hash32 }
  assert.equal(link.chainId, laneIds[1])
  const leg = await board.lane(1).receipt(link.transactionHash)
  assert.equal(leg.receipt.type, 0x7e)
  assert.equal(succeeded(leg), true)
  assert.equal(toHex(leg.from), toHex(board.proxy(0)))
  assert.equal(toHex(leg.to as Uint8Array), toHex(pawn))
  assert.equal(leg.receipt.logs.length, 1)
  assert.equal(bareHex(leg.hyper?.session as Hash32), bareHex(sent.hyper.session))
  assert.deepEqual(
    leg.hyper?.legs.map(({ chainId, transactionHash }) => [chainId, bareHex(transactionHash)]),
    [[laneIds[0], bareHex(sent.hash)]],
  )
  const { tx, position } = await legOf(board, 1, link.transactionHash)
  assert.equal(tx.value, 5n)
  assert.equal(position?.blockNumber, leg.blockNumber)
  const found = await board.lane(1).client.call('logs', { range: { kind: 'block', hash: leg.blockHash }, addresses: [pawn], topics: [] })
  assert.deepEqual(
    found.map(({ transactionHash }) => bareHex(transactionHash)),
    [bareHex(link.transactionHash)],
  )
})

test('S6: two calls into one lane are two transactions there, in the order they were made', async (t) => {
  const board = await openBoard(t)
  const sent = await board.play(0, data('hitBoth', [toHex(board.proxy(1)), toHex(board.proxy(1))]))
  const legs = sent.hyper?.legs ?? []
  assert.deepEqual(
    legs.map(({ chainId }) => chainId),
    [laneIds[1], laneIds[1]],
  )
  const receipts = await Promise.all(legs.map(({ transactionHash }) => board.lane(1).receipt(transactionHash)))
  assert.deepEqual(
    receipts.map(({ index }) => index),
    [0, 1],
  )
  assert.deepEqual(
    receipts.map(({ receipt }) => BigInt(toHex(receipt.logs[0]?.data.subarray(32) as Uint8Array))),
    [1n, 2n],
  )
})

test('S11: value moves between lanes, the sum over lanes changes by the burnt base fee alone', async (t) => {
  const board = await openBoard(t)
  const coinbase = board.lane(0).client.spec.coinbase
  const sum = async (): Promise<bigint> => {
    let total = 0n
    for (const at of [0, 1, 2])
      for (const address of [user.address, pawn, coinbase, PORTAL, GATE, board.proxy(0), board.proxy(1), board.proxy(2)]) {
        total += await board.lane(at).balance(address)
      }
    return total
  }
  const before = await sum()
  const onward = data('pass', [toHex(board.proxy(2)), toHex(data('hit'))])
  const sent = await board.play(0, data('pass', [toHex(board.proxy(1)), toHex(onward)]), { value: 1_000n })
  assert.equal(succeeded(sent), true)
  const block = await board.lane(0).client.call('block', { at: { kind: 'number', number: sent.blockNumber }, full: false })
  assert.equal(await sum(), before - sent.receipt.gasUsed * (block?.header.baseFeePerGas as bigint))
})
