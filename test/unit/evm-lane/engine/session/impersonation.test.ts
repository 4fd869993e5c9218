// Nobody but the engine speaks for the portal, a proxy, the gate or the system (L6, S4, S6).

import test from 'node:test'
import assert from 'node:assert/strict'
import { decodeFunctionResult, parseAbi, type Abi } from 'viem'
import { AppError } from '../../../../../src/errors.js'
import { systemTx } from '../../../../../src/evm-lane/engine/system-tx.js'
import { GATE, PORTAL, SYSTEM } from '../../../../../src/evm-lane/engine/portal/addresses.js'
import { keccak256 } from '../../../../../src/evm-lane/engine/keccak.js'
import { equalBytes, toHex } from '../../../../../src/primitives.js'
import { data, ether, openBoard, pawn, pawnAbi, user } from '../../../../fixtures/session-pawns.js'
import { laneIds } from '../../../../fixtures/session-lanes.js'

const portal = parseAbi([
  'function executeCrossChainCall(address, bytes) payable returns (bytes)',
  'function call(uint256, address, bytes) payable returns (bytes)',
  'function deliver((uint256,uint256,address,uint256,address,uint256,uint256,address,bytes)) payable',
]) as Abi
const gate = parseAbi([
  'function crossCall(uint256, address, address, bytes) payable',
  'function callAs(address, uint256, address, address, bytes) payable',
]) as Abi
const other = BigInt(laneIds[1])
const here = toHex(pawn)
const errorOf = (text: string): Uint8Array => keccak256(Buffer.from(text)).subarray(0, 4)

test('L6 S6: the bytes of a 0x7e transaction are refused from users', async (t) => {
  const board = await openBoard(t)
  const { raw } = systemTx({ sourceHash: new Uint8Array(32), from: SYSTEM, to: pawn, mint: ether, value: ether, gas: 100_000n, data: data('hit') })
  const submitted = board.lane(0).client.call('submit', { raw, sender: null, waitMs: 0 })
  await assert.rejects(submitted, (error: unknown) => error instanceof AppError && error.code !== 'internal')
  assert.equal(await board.read(0, 'n'), 0n)
  assert.equal(await board.lane(0).balance(pawn), ether)
})

test('S4: the gate answers nobody but the portal', async (t) => {
  const board = await openBoard(t)
  for (const input of [
    data('crossCall', [other, here, here, toHex(data('hit'))], gate),
    data('callAs', [here, other, here, here, toHex(data('hit'))], gate),
  ]) {
    const direct = await board.simulate(0, input, { to: GATE })
    assert.equal(direct.success, false)
    assert.equal(direct.returnData.length, 0)
    const { returnData } = await board.simulate(0, data('borrow', [toHex(GATE), toHex(input)]))
    const [ok] = decodeFunctionResult({ abi: pawnAbi, functionName: 'borrow', data: toHex(returnData) })
    assert.equal(ok, false, 'borrowed')
    assert.equal((await board.simulate(0, data('pass', [toHex(GATE), toHex(input)]))).success, false, 'called by a contract')
  }
  assert.equal(await board.read(1, 'n'), 0n)
})

test('S4: the portal refuses to be borrowed', async (t) => {
  const board = await openBoard(t)
  const { returnData } = await board.simulate(0, data('borrow', [toHex(PORTAL), toHex(data('call', [other, here, toHex(data('hit'))], portal))]))
  const [ok, out] = decodeFunctionResult({ abi: pawnAbi, functionName: 'borrow', data: toHex(returnData) })
  assert.equal(ok, false)
  assert.equal(out, toHex(errorOf('Delegated()')))
})

test('S4: only a proxy may name whom it calls for', async (t) => {
  const board = await openBoard(t)
  const forged = data('executeCrossChainCall', [`0x${'99'.repeat(20)}`, toHex(data('hit'))], portal)
  const direct = await board.simulate(0, forged, { to: PORTAL })
  assert.ok(equalBytes(direct.returnData, errorOf('OnlyProxy()')))
  // Arriving from another lane the caller is a proxy, which the portal there would believe.
  const across = await board.simulate(0, data('call', [other, toHex(PORTAL), toHex(forged)], portal), { to: PORTAL })
  assert.equal(across.success, false)
  assert.ok(equalBytes(across.returnData, errorOf('Forged()')))
})

test('S9: nobody but the system delivers', async (t) => {
  const board = await openBoard(t)
  const message = [other, BigInt(laneIds[0]), toHex(user.address), 0n, here, 0n, 100_000n, `0x${'00'.repeat(20)}`, toHex(data('hit'))]
  const delivered = await board.simulate(0, data('deliver', [message], portal), { to: PORTAL })
  assert.ok(equalBytes(delivered.returnData, errorOf('OnlySystem()')))
  const across = await board.simulate(1, data('call', [BigInt(laneIds[0]), toHex(PORTAL), toHex(data('deliver', [message], portal))], portal), {
    to: PORTAL,
  })
  assert.ok(equalBytes(across.returnData, errorOf('OnlySystem()')))
})
