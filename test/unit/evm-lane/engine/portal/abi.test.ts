// The hand-written ABI code against viem's, and what it must refuse.

import test from 'node:test'
import assert from 'node:assert/strict'
import { bytesToHex, decodeErrorResult, encodeErrorResult, encodeFunctionData, hexToBytes, parseAbi, type Hex } from 'viem'
import { concatBytes, fromHex } from '../../../../../src/primitives.js'
import { decodeGateCall } from '../../../../../src/evm-lane/engine/portal/gate-call.js'
import { createProxyCalldata } from '../../../../../src/evm-lane/engine/portal/portal-calls.js'
import { calleeRevert, encodeRefusal } from '../../../../../src/evm-lane/engine/portal/refusal.js'
import { portalAbi } from './portal-abi.js'

const gateAbi = parseAbi([
  'function crossCall(uint256 chainId, address target, address source, bytes data)',
  'function inboundCaller(address callee)',
  'function callAs(address asProxy, uint256 chainId, address account, address target, bytes data)',
  'function quote(uint256 chainId, uint256 gasLimit, uint256 dataLength)',
  'function burn(uint256 fee)',
])
const a: Hex = `0x${'a1'.repeat(20)}`
const b: Hex = `0x${'b2'.repeat(20)}`
const c: Hex = `0x${'c3'.repeat(20)}`

test('gate calls: what viem encodes is read, for data of every length around a word', () => {
  for (const length of [0, 1, 31, 32, 33, 64, 1000]) {
    const data = new Uint8Array(length).fill(0xee)
    const hex = bytesToHex(data)
    assert.deepEqual(decodeGateCall(hexToBytes(encodeFunctionData({ abi: gateAbi, functionName: 'crossCall', args: [7n, a, b, hex] }))), {
      kind: 'crossCall',
      chainId: 7n,
      target: fromHex(a),
      source: fromHex(b),
      data,
    })
    assert.deepEqual(decodeGateCall(hexToBytes(encodeFunctionData({ abi: gateAbi, functionName: 'callAs', args: [a, 7n, b, c, hex] }))), {
      kind: 'callAs',
      asProxy: fromHex(a),
      chainId: 7n,
      account: fromHex(b),
      target: fromHex(c),
      data,
    })
  }
  assert.deepEqual(decodeGateCall(hexToBytes(encodeFunctionData({ abi: gateAbi, functionName: 'inboundCaller', args: [a] }))), {
    kind: 'inboundCaller',
    callee: fromHex(a),
  })
  assert.deepEqual(decodeGateCall(hexToBytes(encodeFunctionData({ abi: gateAbi, functionName: 'quote', args: [7n, 2n ** 256n - 1n, 3n] }))), {
    kind: 'quote',
    chainId: 7n,
    gasLimit: 2n ** 256n - 1n,
    dataLength: 3n,
  })
  assert.deepEqual(decodeGateCall(hexToBytes(encodeFunctionData({ abi: gateAbi, functionName: 'burn', args: [9n] }))), { kind: 'burn', fee: 9n })
})

test('gate calls: every shortening, lengthening and every changed byte of head or padding is refused', () => {
  const good = hexToBytes(encodeFunctionData({ abi: gateAbi, functionName: 'crossCall', args: [7n, a, b, '0x112233'] }))
  for (let length = 0; length < good.length; length++) assert.equal(decodeGateCall(good.subarray(0, length)), null, `cut to ${length}`)
  assert.equal(decodeGateCall(concatBytes(good, Uint8Array.of(0))), null)
  assert.equal(decodeGateCall(concatBytes(good, new Uint8Array(32))), null)
  const offsetAt = 4 + 3 * 32
  const lengthAt = offsetAt + 32
  const free = (i: number): boolean => (i >= 4 && i < 36) || (i >= 48 && i < 68) || (i >= 80 && i < 100) || (i >= lengthAt + 32 && i < lengthAt + 35)
  for (let i = 0; i < good.length; i++) {
    const changed = good.slice()
    changed[i] = (changed[i] as number) ^ 0x80
    if (free(i)) assert.notEqual(decodeGateCall(changed), null, `byte ${i} is a value`)
    else assert.equal(decodeGateCall(changed), null, `byte ${i}`)
  }
})

test('refusals are the custom errors of the interface', () => {
  const cases = [
    [{ error: 'LaneUnknown', chainId: 5 }, encodeErrorResult({ abi: portalAbi, errorName: 'LaneUnknown', args: [5n] })],
    [{ error: 'LaneUnavailable', chainId: 77001 }, encodeErrorResult({ abi: portalAbi, errorName: 'LaneUnavailable', args: [77001n] })],
    [{ error: 'SessionConflict' }, encodeErrorResult({ abi: portalAbi, errorName: 'SessionConflict' })],
    [{ error: 'SessionLimit', which: 'depth' }, encodeErrorResult({ abi: portalAbi, errorName: 'SessionLimit', args: ['depth'] })],
  ] as const
  for (const [refusal, expected] of cases) assert.equal(bytesToHex(encodeRefusal(refusal)), expected)
})

test('S5: a callee cannot pass its revert off as an error of the system', () => {
  for (const plain of ['0x', '0x08c379', '0x08c379a0', '0xdeadbeef00'] as Hex[]) assert.equal(bytesToHex(calleeRevert(hexToBytes(plain))), plain)
  const forged = encodeRefusal({ error: 'LaneUnavailable', chainId: 5 })
  const wrapped = decodeErrorResult({ abi: portalAbi, data: bytesToHex(calleeRevert(forged)) })
  assert.deepEqual([wrapped.errorName, wrapped.args], ['CalleeReverted', [bytesToHex(forged)]])
})

test('calldata of createCrossChainProxy', () => {
  assert.equal(
    bytesToHex(createProxyCalldata(fromHex(a), 77001n)),
    encodeFunctionData({ abi: portalAbi, functionName: 'createCrossChainProxy', args: [a, 77001n] }),
  )
})
