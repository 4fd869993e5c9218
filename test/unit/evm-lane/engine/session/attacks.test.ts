// What hostile or careless contracts do with sessions: the list "must hold under attack" of the design, case by case.

import test from 'node:test'
import assert from 'node:assert/strict'
import { decodeFunctionResult } from 'viem'
import { keccak256 } from '../../../../../src/evm-lane/engine/keccak.js'
import { bigintToFixed, bytesToBigint, concatBytes, equalBytes, fromHex, toHex } from '../../../../../src/primitives.js'
import { hyperLimits } from '../../../../../src/hyper/limits.js'
import { baseFee } from '../../../../fixtures/session-lanes.js'
import { data, ether, openBoard, pawn, pawnAbi, succeeded, user } from '../../../../fixtures/session-pawns.js'
import { signedTx, signer } from '../../../../fixtures/signed-tx.js'

test('S3: a revert after a write on another lane leaves nothing but the fee', async (t) => {
  const board = await openBoard(t)
  const before = await board.lane(0).balance(user.address)
  const receipt = await board.play(0, data('hitThenRevert', [toHex(board.proxy(1))]))
  assert.equal(succeeded(receipt), false)
  assert.equal(await board.read(1, 'n'), 0n)
  assert.deepEqual(receipt.receipt.logs, [])
  assert.equal(await board.lane(0).balance(user.address), before - receipt.receipt.gasUsed * receipt.receipt.effectiveGasPrice)
  assert.equal(board.lane(1).client.head()?.txCount, 0, 'the block of the other lane says on which state it answered, and holds nothing')
})

test('S3: a caught revert undoes exactly the write under it, what comes after stands', async (t) => {
  const board = await openBoard(t)
  const receipt = await board.play(0, data('catchAndGoOn', [toHex(board.proxy(1))]))
  assert.equal(succeeded(receipt), true)
  assert.equal(await board.read(1, 'n'), 1n)
  assert.equal(await board.read(0, 'caught'), 1n)
  assert.equal(receipt.hyper?.legs.length, 1, 'the undone call is no transaction')
})

test('S2: a contract calls itself back through two other lanes and sees its own unfinished write', async (t) => {
  const board = await openBoard(t)
  const back = data('pass', [toHex(board.proxy(0)), toHex(data('hit'))])
  const through = data('pass', [toHex(board.proxy(2)), toHex(back)])
  const receipt = await board.play(0, data('pass', [toHex(board.proxy(1)), toHex(through)]))
  assert.equal(succeeded(receipt), true)
  assert.equal(await board.read(0, 'n'), 1n)
  assert.equal(String(await board.read(0, 'last')).toLowerCase(), toHex(board.proxy(2)), 'the caller is the proxy of the last lane')
  assert.equal(receipt.receipt.logs.length, 1, 'what came back is part of the transaction it is nested in')
})

test('S10: recursion between lanes ends by gas or depth, and every frame that stands is counted on its lane', async (t) => {
  const board = await openBoard(t)
  await board.play(0, data('setPeer', [toHex(board.proxy(1))]))
  await board.play(1, data('setPeer', [toHex(board.proxy(0))]))
  const foretold = await board.simulate(0, data('recurse'), { gas: 16_000_000n })
  const receipt = await board.play(0, data('recurse'), { gas: 16_000_000n })
  assert.equal(succeeded(receipt), true)
  const counted = ((await board.read(0, 'n')) as bigint) + ((await board.read(1, 'n')) as bigint)
  assert.ok(counted > 10n, `${counted} frames`)
  assert.equal(bytesToBigint(foretold.returnData), counted, 'the simulation saw the same')
})

test('S2: a callee returns 1 MB', async (t) => {
  const board = await openBoard(t)
  const length = 1 << 20
  const receipt = await board.play(0, data('attempt', [toHex(board.proxy(1)), 0n, 0n, toHex(data('big', [BigInt(length)]))]), { gas: 16_000_000n })
  assert.equal(succeeded(receipt), true)
  assert.equal(await board.read(0, 'size'), BigInt(length))
  const expected = new Uint8Array(length)
  expected.set(bigintToFixed(0xabcdn, 32))
  // The free memory pointer, which Solidity keeps at 0x40.
  expected.set(bigintToFixed(0x80n, 32), 0x40)
  assert.equal(await board.read(0, 'digest'), toHex(keccak256(expected)))
})

test('S2: a callee destroys itself: its value goes to the heir there, its code stays (EIP-6780)', async (t) => {
  const board = await openBoard(t)
  const heir = fromHex('77'.repeat(20))
  const receipt = await board.play(0, data('pass', [toHex(board.proxy(1)), toHex(data('die', [toHex(heir)]))]))
  assert.equal(succeeded(receipt), true)
  assert.equal(await board.lane(1).balance(heir), ether)
  assert.equal(await board.lane(1).balance(pawn), 0n)
  assert.ok((await board.lane(1).code(pawn)).length > 0)
})

test('S2: a callee deploys a contract on its lane', async (t) => {
  const board = await openBoard(t)
  const foretold = await board.simulate(0, data('pass', [toHex(board.proxy(1)), toHex(data('deploy'))]))
  const made = decodeFunctionResult({ abi: pawnAbi, functionName: 'pass', data: toHex(foretold.returnData) })
  assert.equal((await board.lane(1).code(fromHex(made).subarray(12))).length, 0, 'S7: a call leaves no trace')
  await board.play(0, data('pass', [toHex(board.proxy(1)), toHex(data('deploy'))]))
  assert.ok((await board.lane(1).code(fromHex(made).subarray(12))).length > 0)
  assert.equal(await board.lane(1).nonce(pawn), 2n)
})

test('S5: the far lane runs out of gas; the caller keeps its 64th, catches, and what was done there is undone', async (t) => {
  const board = await openBoard(t)
  const receipt = await board.play(0, data('attempt', [toHex(board.proxy(1)), 0n, 0n, toHex(data('burnGas'))]), { gas: 2_000_000n })
  assert.equal(succeeded(receipt), true)
  assert.equal(await board.read(0, 'caught'), 1n)
  assert.equal(await board.read(0, 'size'), 0n, 'running out of gas has no revert data')
  assert.equal(await board.read(1, 'n'), 0n)
  assert.ok(receipt.receipt.gasUsed > 1_500_000n, 'the payer pays for what was burnt there')
})

test('S2: value that the caller does not have crosses nowhere', async (t) => {
  const board = await openBoard(t)
  const receipt = await board.play(0, data('attempt', [toHex(board.proxy(1)), 2n * ether, 0n, toHex(data('hit'))]))
  assert.equal(succeeded(receipt), true)
  assert.equal(await board.read(0, 'caught'), 1n)
  assert.equal(await board.read(1, 'n'), 0n)
  assert.equal(await board.lane(1).balance(pawn), ether)
})

test('S2: a static call into a writer fails and writes nothing', async (t) => {
  const board = await openBoard(t)
  const receipt = await board.play(0, data('attemptStatic', [toHex(board.proxy(1)), toHex(data('hit'))]))
  assert.equal(succeeded(receipt), true)
  assert.equal(await board.read(0, 'caught'), 1n)
  assert.equal(await board.read(1, 'n'), 0n)
})

test('S5: a revert with the bytes of a system error comes out wrapped, never mistaken for one', async (t) => {
  const board = await openBoard(t)
  const selector = (text: string): Uint8Array => keccak256(Buffer.from(text)).subarray(0, 4)
  const honest = await board.simulate(0, data('pass', [toHex(board.proxy(1)), toHex(data('fail'))]))
  assert.deepEqual(honest.returnData, concatBytes(selector('Mine(uint256)'), bigintToFixed(4n, 32)))
  // The far pawn passes on what its own portal says about a lane that does not exist.
  const portal = '0x5041524100000000000000000000000000000001'
  const unknown = concatBytes(
    selector('call(uint256,address,bytes)'),
    bigintToFixed(424_242n, 32),
    bigintToFixed(1n, 32),
    bigintToFixed(0x60n, 32),
    bigintToFixed(0n, 32),
  )
  const direct = await board.simulate(0, data('pass', [portal, toHex(unknown)]))
  assert.deepEqual(direct.returnData, concatBytes(selector('LaneUnknown(uint256)'), bigintToFixed(424_242n, 32)))
  const relayed = await board.simulate(0, data('pass', [toHex(board.proxy(1)), toHex(data('pass', [portal, toHex(unknown)]))]))
  assert.ok(equalBytes(relayed.returnData.subarray(0, 4), selector('CalleeReverted(bytes)')))
})

test('S5: a lane that is stopped answers with the system error of its own, which a contract can catch', async (t) => {
  const board = await openBoard(t)
  await board.lane(1).client.stop()
  const unavailable = concatBytes(keccak256(Buffer.from('LaneUnavailable(uint256)')).subarray(0, 4), bigintToFixed(BigInt(board.lane(1).chainId), 32))
  const foretold = await board.simulate(0, data('pass', [toHex(board.proxy(1)), toHex(data('hit'))]))
  assert.deepEqual(foretold.returnData, unavailable)
  const receipt = await board.play(0, data('attempt', [toHex(board.proxy(1)), 0n, 0n, toHex(data('hit'))]))
  assert.equal(succeeded(receipt), true)
  assert.equal(await board.read(0, 'digest'), toHex(keccak256(unavailable)))
  assert.equal(succeeded(await board.play(0, data('pass', [toHex(board.proxy(2)), toHex(data('hit'))]))), true, 'the other lanes go on')
})

test('S10: a session over a limit fails with a receipt, and the contract can read which limit it was', async (t) => {
  const board = await openBoard(t, { limits: { sessions: { ...hyperLimits.sessions, crossCallsMax: 1 } } })
  const before = await board.lane(0).balance(user.address)
  const receipt = await board.play(0, data('hitBoth', [toHex(board.proxy(1)), toHex(board.proxy(2))]))
  assert.equal(succeeded(receipt), false)
  assert.equal(await board.lane(0).balance(user.address), before - receipt.receipt.gasUsed * receipt.receipt.effectiveGasPrice)
  assert.deepEqual([await board.read(1, 'n'), await board.read(2, 'n')], [0n, 0n])
  const twice = data('pass', [toHex(board.proxy(1)), toHex(data('pass', [toHex(board.proxy(0)), toHex(data('hit'))]))])
  assert.equal(succeeded(await board.play(0, data('attempt', [toHex(pawn), 0n, 0n, toHex(twice)]))), true)
  const text = new Uint8Array(32)
  text.set(Buffer.from('calls'))
  const said = concatBytes(keccak256(Buffer.from('SessionLimit(string)')).subarray(0, 4), bigintToFixed(32n, 32), bigintToFixed(5n, 32), text)
  assert.equal(await board.read(0, 'digest'), toHex(keccak256(said)))
})

test('S1: who works hard and leaves at the last moment pays for the work when the session does it too', async (t) => {
  const board = await openBoard(t)
  const execute = board.lane(0).engine().handlers.sessionTx
  let executions = 0
  board.lane(0).engine().handlers.sessionTx = (req) => {
    executions++
    return execute(req)
  }
  const hard = 1_000_000n
  const before = await board.lane(0).balance(user.address)
  const input = data('workAndPass', [hard, toHex(board.proxy(1)), toHex(data('hit'))])
  const { receipt } = await board.play(0, input, { gas: 16_000_000n })
  assert.equal(await board.read(1, 'n'), 1n)
  assert.ok(receipt.gasUsed > hard, 'done twice, paid once')
  assert.equal(executions, 1)
  assert.equal(before - (await board.lane(0).balance(user.address)), receipt.gasUsed * receipt.effectiveGasPrice)
})

test('S1: a transaction whose session finds that it cannot pay any more leaves the pool, and its sender goes on', async (t) => {
  const board = await openBoard(t)
  const lane = board.lane(0)
  const poor = signer('drained in between')
  await lane.send({ from: user, to: poor.address, value: ether })
  // The poor one lets the pawn's code stand in for its own, so that anybody can move its funds.
  const fields = { nonce: 0n, gasLimit: 200_000n, to: poor.address, feeCap: 100n * baseFee, tipCap: 1n }
  const delegation = signedTx(lane.chainId, 4, poor, { ...fields, authorizations: [{ signer: poor, code: pawn, nonce: 1n }] })
  await lane.client.call('submit', { raw: delegation, sender: null, waitMs: 60_000 })
  // In the pool for the coordinator, as after an attempt, while somebody drains its sender.
  const leaving = {
    nonce: 2n,
    gasLimit: 300_000n,
    to: pawn,
    feeCap: 100n * baseFee,
    tipCap: 1n,
    data: data('pass', [toHex(board.proxy(1)), toHex(data('hit'))]),
  }
  const { hash } = await lane.client.call('sessionAdmit', { raw: signedTx(lane.chainId, 2, poor, leaving), sender: null })
  const drain = data('attempt', [toHex(user.address), (await lane.balance(poor.address)) - 1n, 0n, '0x'])
  assert.equal(succeeded(await lane.send({ from: user, to: poor.address, data: drain })), true)
  await lane.client.call('sessionOpen', { batch: 1_000 })
  await lane.client.call('sessionBegin', { batch: 1_000, session: hash })
  const outcome = await lane.client.call('sessionTx', { batch: 1_000, hash, refuse: null, mark: 0 })
  assert.equal(outcome.kind, 'rejected')
  await lane.client.call('sessionAbort', { batch: 1_000 })
  assert.equal((await lane.client.call('poolStatus', {})).pending, 0)
  await lane.send({ from: user, to: poor.address, value: ether })
  const { mined } = await lane.client.call('submit', {
    raw: signedTx(lane.chainId, 2, poor, { ...fields, nonce: 2n, to: user.address }),
    sender: null,
    waitMs: 60_000,
  })
  assert.equal(mined, true)
})

test('S10: a batch that is dropped while the lane still opens for it leaves the lane free', async (t) => {
  const board = await openBoard(t)
  const { client } = board.lane(0)
  const asked = [client.call('sessionOpen', { batch: 1_000 }), client.call('sessionAbort', { batch: 1_000 })]
  await Promise.all(asked)
  await assert.rejects(client.call('sessionBegin', { batch: 1_000, session: new Uint8Array(32) }), { code: 'internal' })
  await client.call('sessionOpen', { batch: 1_001 })
  await client.call('sessionAbort', { batch: 1_001 })
})

test('S1: a fee cap that the base fee has passed waits in the pool as any other', async (t) => {
  const board = await openBoard(t)
  const lane = board.lane(0)
  const nonce = await lane.nonce(user.address)
  const low = { nonce, gasLimit: 300_000n, to: pawn, feeCap: 1n, tipCap: 0n, data: data('pass', [toHex(board.proxy(1)), toHex(data('hit'))]) }
  const { hash } = await lane.client.call('sessionAdmit', { raw: signedTx(lane.chainId, 2, user, low), sender: null })
  await lane.client.call('sessionOpen', { batch: 1_000 })
  await lane.client.call('sessionBegin', { batch: 1_000, session: hash })
  assert.equal((await lane.client.call('sessionTx', { batch: 1_000, hash, refuse: null, mark: 0 })).kind, 'rejected')
  await lane.client.call('sessionAbort', { batch: 1_000 })
  assert.equal((await lane.client.call('poolStatus', {})).pending, 1)
  // Whoever replaces it is no longer in the coordinator's hands: a block of the lane's own takes it.
  assert.equal(succeeded(await board.play(0, data('hit'))), true)
})
