// Messages between lanes (S9), in the EVM with a stand-in behind the gate: sent, delivered exactly once and in order, kept, retried, refunded.

import test from 'node:test'
import assert from 'node:assert/strict'
import { decodeErrorResult, encodeAbiParameters, encodeFunctionData, keccak256, type Hex } from 'viem'
import { fromHex, toHex } from '../../../../../src/primitives.js'
import { deliverCalldata, deliveryFee, messageId } from '../../../../../src/evm-lane/engine/portal/messages.js'
import { proxyAddress } from '../../../../../src/evm-lane/engine/portal/proxy-address.js'
import { closed, deliver, deliveredBy, errorOf, incoming, nobody, read, sentBy, status, take } from './message-steps.js'
import { encode } from './portal-abi.js'
import { baseFee, far, HERE, portal, portalRig, probe, probe2, system, THERE, user, type Outcome } from './portal-rig.js'
import { probeAbi } from './probe.js'

test('id and delivery calldata are those of the interface', () => {
  const m = incoming(3n, { value: 5n, refundTo: fromHex(user), data: fromHex('0x010203') })
  const asViem = { ...m, sender: far, target: probe, refundTo: user, data: '0x010203' as Hex }
  assert.equal(toHex(deliverCalldata(m)), encode('deliver', [asViem]))
  const types = ['uint256', 'uint256', 'address', 'uint256', 'address', 'uint256', 'uint256', 'address', 'bytes32'].map((type) => ({ type }))
  const packed = encodeAbiParameters(types, [THERE, HERE, far, 3n, probe, 5n, 200_000n, user, keccak256('0x010203')])
  assert.equal(toHex(messageId(m)), keccak256(packed))
})

test('send: what is beyond the fee is carried, both leave the lane, nonces count per sender and target lane', async () => {
  const rig = await portalRig('osaka')
  const fee = deliveryFee({ dataLength: 3n, gasLimit: 50_000n, baseFee })
  const send = (from: Hex, chainId: bigint, value: bigint): Promise<Outcome> =>
    rig.send({ from, to: portal, data: encode('send', [chainId, far, '0x010203', 50_000n]), value })
  const first = await send(user, THERE, fee + 11n)
  const message = sentBy(first)
  assert.deepEqual(message, {
    fromChainId: HERE,
    toChainId: THERE,
    sender: fromHex(user),
    nonce: 0n,
    target: fromHex(far),
    value: 11n,
    gasLimit: 50_000n,
    refundTo: fromHex(nobody),
    data: fromHex('0x010203'),
  })
  assert.equal(first.data, toHex(messageId(message)))
  assert.deepEqual([rig.burnt, await rig.balance(portal)], [fee + 11n, 0n])
  assert.deepEqual(rig.asked.at(-1)?.call, { kind: 'burn', fee })
  const nonces = [await send(user, THERE, fee), await send(probe, THERE, fee), await send(user, 5n, fee), await send(user, THERE, fee)].map(
    (outcome) => sentBy(outcome).nonce,
  )
  assert.deepEqual(nonces, [1n, 0n, 0n, 2n])
  assert.equal(errorOf(await send(user, THERE, fee - 1n)), 'FeeTooLow')
  assert.equal(errorOf(await send(user, HERE, fee)), 'LaneUnknown')
})

test('send refuses what could not be delivered or would deceive the far portal', async () => {
  const rig = await portalRig('osaka')
  const send = (args: unknown[]): Promise<Outcome> => rig.send({ from: user, to: portal, data: encode('send', args), value: 10n ** 18n })
  assert.equal(errorOf(await send([THERE, far, `0x${'01'.repeat(24_001)}`, 1n])), 'MessageTooLong')
  assert.equal(errorOf(await send([THERE, far, '0x', 2n ** 64n])), 'SessionLimit')
  assert.equal(errorOf(await send([THERE, portal, encode('executeCrossChainCall', [user, '0x']), 1n])), 'Forged')
  assert.equal(errorOf(await send([THERE, portal, encode('staticCallLookup', [user, '0x']), 1n])), 'Forged')
  assert.ok((await send([THERE, far, `0x${'01'.repeat(24_000)}`, 1n])).success)
})

test('sendWithRefund: exact value, the surplus comes back or all is undone', async () => {
  const rig = await portalRig('osaka')
  const before = await rig.balance(user)
  const args = [THERE, far, '0x', 50_000n, 77n, user]
  const fee = deliveryFee({ dataLength: 0n, gasLimit: 50_000n, baseFee }) + deliveryFee({ dataLength: 0n, gasLimit: 100_000n, baseFee })
  const quoted = await rig.send({ from: user, to: portal, data: encode('quoteWithRefund', [THERE, 0n, 50_000n]) })
  assert.equal(BigInt(quoted.data), fee)
  const sent = await rig.send({ from: user, to: portal, data: encode('sendWithRefund', args), value: fee + 77n + 1_000n })
  assert.deepEqual([sentBy(sent).value, toHex(sentBy(sent).refundTo), before - (await rig.balance(user))], [77n, user, fee + 77n])
  assert.equal(errorOf(await rig.send({ from: user, to: portal, data: encode('sendWithRefund', args), value: fee + 76n })), 'FeeTooLow')
  // Code that takes no value: PUSH0 PUSH0 REVERT.
  await rig.place(probe2, '0x5f5ffd')
  const burnt = rig.burnt
  const refusing = await rig.send({ from: probe2, to: portal, data: encode('sendWithRefund', args), value: fee + 78n })
  assert.equal(refusing.success, false)
  assert.equal((await rig.send({ from: probe2, to: portal, data: encode('sendWithRefund', args), value: fee + 77n })).success, true)
  assert.ok(rig.burnt > burnt)
})

test('S9: a delivery calls the target as the sender, with its value and exactly its gas, once and in order', async () => {
  const rig = await portalRig('osaka')
  const second = incoming(1n, { data: fromHex(take('0x02')) })
  const first = incoming(0n, { value: 9n, data: fromHex(take('0x01')) })
  assert.equal(errorOf(await deliver(rig, second)), 'OutOfOrder')
  assert.equal(await status(rig, toHex(messageId(first))), 'Unknown')
  const outcome = await deliver(rig, first)
  assert.ok(outcome.success)
  assert.deepEqual(deliveredBy(outcome), { id: messageId(first), fromChainId: THERE, success: true, returnData: new Uint8Array(0) })
  const farProxy = toHex(proxyAddress(fromHex(far), THERE))
  assert.equal(String(await read(rig, 'lastCaller')).toLowerCase(), farProxy)
  assert.notEqual(await rig.codeAt(farProxy), '0x')
  assert.deepEqual([await read(rig, 'lastValue'), await read(rig, 'lastData')], [9n, '0x01'])
  assert.deepEqual([await status(rig, toHex(messageId(first))), await rig.balance(portal)], ['Delivered', 0n])
  for (const again of [first, incoming(0n)]) assert.equal(errorOf(await deliver(rig, again)), 'OutOfOrder')
  assert.ok((await deliver(rig, second)).success)
  const gas = (await read(rig, 'lastGas')) as bigint
  assert.ok(gas < 200_000n && gas > 199_000n, `target had ${gas}`)
  // Another sender, and the same sender of another lane, count for themselves.
  assert.ok((await deliver(rig, incoming(0n, { sender: fromHex(user) }))).success)
  assert.ok((await deliver(rig, incoming(0n, { fromChainId: 5n }))).success)
  assert.equal(await read(rig, 'count'), 4n)
})

test('only the system delivers, and only what is meant for this lane', async () => {
  const rig = await portalRig('osaka')
  const data = toHex(deliverCalldata(incoming(0n)))
  const farProxy = toHex(proxyAddress(fromHex(far), THERE))
  for (const from of [user, probe, farProxy, portal]) assert.equal(errorOf(await rig.send({ from, to: portal, data })), 'OnlySystem')
  const borrowed = encodeFunctionData({ abi: probeAbi, functionName: 'borrow', args: [portal, data] })
  assert.equal(errorOf(await rig.send({ from: system, to: probe, data: borrowed })), 'Delegated')
  assert.equal(errorOf(await deliver(rig, incoming(0n, { toChainId: 5n }))), 'WrongMessage')
  assert.equal(
    errorOf(await rig.send({ from: system, to: portal, data: toHex(deliverCalldata(incoming(0n, { value: 1n }))), value: 2n })),
    'WrongMessage',
  )
  assert.equal(errorOf(await deliver(rig, incoming(0n), 200_000n)), 'GasTooLow')
  assert.ok((await deliver(rig, incoming(0n))).success)
})

test('S9: a failed message keeps its value and can be retried by anyone until it succeeds, once', async () => {
  const rig = await portalRig('osaka')
  const toggle = (fail: boolean): Promise<Outcome> =>
    rig.send({ from: user, to: probe, data: encodeFunctionData({ abi: probeAbi, functionName: 'toggled', args: [fail] }) })
  await toggle(true)
  const failing = incoming(0n, { value: 9n, data: fromHex(closed) })
  const id = toHex(messageId(failing))
  const retry = (gas?: bigint): Promise<Outcome> =>
    rig.send({ from: user, to: portal, data: encode('retry', [id]), ...(gas === undefined ? {} : { gas }) })
  assert.equal(errorOf(await retry()), 'NotFailed')
  const outcome = await deliver(rig, failing)
  assert.ok(outcome.success)
  assert.equal(deliveredBy(outcome)?.success, false)
  assert.deepEqual([await status(rig, id), await rig.balance(portal)], ['Failed', 9n])
  // The next one is not held up.
  assert.ok((await deliver(rig, incoming(1n))).success)
  const still = await retry()
  assert.equal(decodeErrorResult({ abi: [], data: still.data }).args?.[0], 'closed')
  assert.equal(await status(rig, id), 'Failed')
  await toggle(false)
  assert.equal(errorOf(await retry(220_000n)), 'GasTooLow')
  const done = await retry()
  assert.deepEqual(deliveredBy(done), { id: messageId(failing), fromChainId: THERE, success: true, returnData: new Uint8Array(0) })
  assert.deepEqual(
    [await status(rig, id), await rig.balance(portal), await read(rig, 'lastValue'), await read(rig, 'count')],
    ['Delivered', 0n, 9n, 2n],
  )
  assert.equal(String(await read(rig, 'lastCaller')).toLowerCase(), toHex(proxyAddress(fromHex(far), THERE)))
  assert.equal(errorOf(await retry()), 'NotFailed')
})

test('a target that calls retry for its own message from within gets nothing', async () => {
  const rig = await portalRig('osaka')
  const door = (fail: boolean): Promise<Outcome> =>
    rig.send({ from: user, to: probe, data: encodeFunctionData({ abi: probeAbi, functionName: 'toggled', args: [fail] }) })
  const message = incoming(0n, { value: 9n, data: fromHex(closed) })
  const id = toHex(messageId(message))
  await rig.send({ from: user, to: probe, data: encodeFunctionData({ abi: probeAbi, functionName: 'arm', args: [encode('retry', [id])] }) })
  await door(true)
  await deliver(rig, message)
  await rig.give(portal, 9n)
  await door(false)
  assert.ok((await rig.send({ from: user, to: portal, data: encode('retry', [id]) })).success)
  const answer = encodeAbiParameters([{ type: 'bool' }, { type: 'bytes' }], [false, `0x${encode('retry', [id]).slice(10)}`])
  assert.equal(await read(rig, 'count'), 1n)
  // It ran, and failed with NotFailed(id).
  assert.notEqual(await read(rig, 'armedAnswer'), '0x')
  assert.equal(String(await read(rig, 'armedAnswer')).slice(0, 66), answer.slice(0, 66))
  assert.equal(await rig.balance(portal), 9n)
})

test('S9: with refundTo the value of a failed message goes home as a message of its own', async () => {
  const here = await portalRig('osaka')
  const there = await portalRig('osaka', THERE)
  const fee = deliveryFee({ dataLength: 4n, gasLimit: 60_000n, baseFee }) + deliveryFee({ dataLength: 0n, gasLimit: 100_000n, baseFee })
  await there.send({ from: user, to: probe, data: encodeFunctionData({ abi: probeAbi, functionName: 'toggled', args: [true] }) })
  const sent = sentBy(
    await here.send({ from: user, to: portal, data: encode('sendWithRefund', [THERE, probe, closed, 60_000n, 500n, probe2]), value: fee + 500n }),
  )
  const outcome = await deliver(there, sent)
  assert.equal(deliveredBy(outcome)?.success, false)
  const id = toHex(messageId(sent))
  assert.equal(await status(there, id), 'Refunded')
  assert.equal(errorOf(await there.send({ from: user, to: portal, data: encode('retry', [id]) })), 'NotFailed')
  assert.equal(await there.balance(portal), 0n)
  const home = sentBy(outcome, THERE)
  assert.deepEqual([toHex(home.sender), home.toChainId, toHex(home.target), home.value, home.data.length], [portal, HERE, probe2, 500n, 0])
  const before = await here.balance(probe2)
  assert.equal(deliveredBy(await deliver(here, home))?.success, true)
  assert.equal((await here.balance(probe2)) - before, 500n)
})
