// Proxies and synchronous calls of the portal, in the EVM, with a stand-in behind the gate. On the oldest fork that has what the code needs, and on the newest.

import test from 'node:test'
import assert from 'node:assert/strict'
import { decodeErrorResult, decodeFunctionResult, encodeFunctionData, keccak256, type Hex } from 'viem'
import { fromHex, toHex } from '../../../../../src/primitives.js'
import { proxyAddress } from '../../../../../src/evm-lane/engine/portal/proxy-address.js'
import { proxyCodeHash } from '../../../../../src/evm-lane/engine/portal/portal-code.js'
import { encodeRefusal } from '../../../../../src/evm-lane/engine/portal/refusal.js'
import { encode, portalAbi } from './portal-abi.js'
import { far, gate, HERE, portal, portalRig, probe, probe2, THERE, user, type PortalRig } from './portal-rig.js'
import { probeAbi } from './probe.js'

const errorOf = (data: Hex): string => decodeErrorResult({ abi: portalAbi, data }).errorName
const farProxy = toHex(proxyAddress(fromHex(far), THERE))
const bytesResult = (data: Hex): Hex => decodeFunctionResult({ abi: portalAbi, functionName: 'call', data })
const forwarded = (to: Hex, data: Hex, value = 0n): Hex => encodeFunctionData({ abi: probeAbi, functionName: 'forward', args: [to, value, data] })
const looked = (to: Hex, data: Hex): Hex => encodeFunctionData({ abi: probeAbi, functionName: 'look', args: [to, data] })
const borrowed = (to: Hex, data: Hex): Hex => encodeFunctionData({ abi: probeAbi, functionName: 'borrow', args: [to, data] })

async function withProxy(hardfork: 'istanbul' | 'osaka'): Promise<PortalRig> {
  const rig = await portalRig(hardfork)
  assert.ok((await rig.send({ from: user, to: portal, data: encode('createCrossChainProxy', [far, THERE]) })).success)
  return rig
}

for (const hardfork of ['istanbul', 'osaka'] as const) {
  test(`${hardfork}: a proxy is where CREATE2 says, made once, the same for all (S4)`, async () => {
    const rig = await portalRig(hardfork)
    for (const [original, chainId] of [
      [far, THERE],
      [user, 1n],
      [far, 2n ** 53n - 1n],
    ] as const) {
      const expected = toHex(proxyAddress(fromHex(original), chainId))
      const computed = await rig.send({ from: user, to: portal, data: encode('computeCrossChainProxyAddress', [original, chainId]), isStatic: true })
      assert.equal(
        decodeFunctionResult({ abi: portalAbi, functionName: 'computeCrossChainProxyAddress', data: computed.data }).toLowerCase(),
        expected,
      )
      assert.equal(await rig.codeAt(expected), '0x')
      const before = await rig.send({ from: user, to: portal, data: encode('originOf', [expected]) })
      assert.deepEqual(decodeFunctionResult({ abi: portalAbi, functionName: 'originOf', data: before.data }), [HERE, `0x${'00'.repeat(20)}`])
      for (const from of [user, probe]) {
        const made = await rig.send({ from, to: portal, data: encode('createCrossChainProxy', [original, chainId]) })
        assert.equal(decodeFunctionResult({ abi: portalAbi, functionName: 'createCrossChainProxy', data: made.data }).toLowerCase(), expected)
        assert.equal(keccak256(await rig.codeAt(expected)), proxyCodeHash)
      }
      const after = await rig.send({ from: user, to: portal, data: encode('originOf', [expected]) })
      const [chain, account] = decodeFunctionResult({ abi: portalAbi, functionName: 'originOf', data: after.data })
      assert.deepEqual([chain, account.toLowerCase()], [chainId, original])
    }
  })

  test(`${hardfork}: a static call is told of a proxy that is there, and makes none (S4)`, async () => {
    const rig = await portalRig(hardfork)
    const ask = { from: user, to: portal, data: encode('createCrossChainProxy', [far, THERE]) }
    assert.equal((await rig.send({ ...ask, isStatic: true })).success, false)
    assert.equal(await rig.codeAt(farProxy), '0x')
    assert.ok((await rig.send(ask)).success)
    const { success, data } = await rig.send({ ...ask, isStatic: true })
    assert.ok(success)
    assert.equal(decodeFunctionResult({ abi: portalAbi, functionName: 'createCrossChainProxy', data }).toLowerCase(), farProxy)
  })

  test(`${hardfork}: a proxy carries any calldata and value over and answers raw (S2, S4)`, async () => {
    const rig = await withProxy(hardfork)
    for (const length of [0, 1, 4, 32, 33, 5000]) {
      const data: Hex = `0x${'5a'.repeat(length)}`
      rig.answer = (call) => ({ success: true, data: call.data.slice().reverse() })
      const result = await rig.send({ from: user, to: probe, data: forwarded(farProxy, data, 3n) })
      assert.deepEqual([result.success, result.data], [true, data])
      const asked = rig.asked.at(-1)
      assert.deepEqual(asked?.call, { kind: 'crossCall', chainId: THERE, target: fromHex(far), source: fromHex(probe), data: fromHex(data) })
      assert.deepEqual([asked?.value, asked?.isStatic], [3n, false])
    }
    assert.equal(rig.burnt, 18n)
    assert.equal(await rig.balance(portal), 0n)
  })

  test(`${hardfork}: the callee's revert data comes back unchanged, and the value with it`, async () => {
    const rig = await withProxy(hardfork)
    for (const data of ['0x', '0x01', `0x08c379a0${'7e'.repeat(61)}`] as Hex[]) {
      rig.answer = () => ({ success: false, data: fromHex(data) })
      for (const inner of [forwarded(farProxy, '0x', 5n), forwarded(portal, encode('call', [THERE, far, '0x']), 5n)]) {
        const result = await rig.send({ from: user, to: probe, data: inner })
        assert.deepEqual([result.success, result.error, result.data], [false, 'revert', data])
      }
    }
    assert.equal(rig.burnt, 0n)
    assert.equal(await rig.balance(probe), 10n ** 24n)
  })

  test(`${hardfork}: refusals of the system reach the caller as its custom errors (S5)`, async () => {
    const rig = await withProxy(hardfork)
    const refusals = [
      { error: 'LaneUnknown', chainId: 77002 },
      { error: 'LaneUnavailable', chainId: 77002 },
      { error: 'SessionConflict' },
      { error: 'SessionLimit', which: 'lanes' },
    ] as const
    for (const refusal of refusals) {
      rig.answer = () => ({ success: false, data: encodeRefusal(refusal) })
      assert.equal(errorOf((await rig.send({ from: user, to: probe, data: forwarded(farProxy, '0x') })).data), refusal.error)
    }
  })

  test(`${hardfork}: under STATICCALL proxy, call, staticcall and staticCallLookup all work, and the gate knows (S2, S4)`, async () => {
    const rig = await withProxy(hardfork)
    rig.answer = () => ({ success: true, data: fromHex('0x1234') })
    const raw = await rig.send({ from: user, to: probe, data: looked(farProxy, '0xabcd') })
    assert.deepEqual([raw.success, raw.data], [true, '0x1234'])
    for (const name of ['call', 'staticcall']) {
      const result = await rig.send({ from: user, to: probe, data: looked(portal, encode(name, [THERE, far, '0xabcd'])) })
      assert.deepEqual([result.success, bytesResult(result.data)], [true, '0x1234'])
    }
    // staticcall is static also where its caller is not.
    const plain = await rig.send({ from: user, to: probe, data: forwarded(portal, encode('staticcall', [THERE, far, '0xabcd'])) })
    assert.equal(bytesResult(plain.data), '0x1234')
    const lookup = await rig.send({ from: farProxy, to: portal, data: encode('staticCallLookup', [user, '0xabcd']) })
    assert.equal(bytesResult(lookup.data), '0x1234')
    assert.deepEqual(
      rig.asked.map(({ call, isStatic }) => [call.kind === 'crossCall' && toHex(call.source), isStatic]),
      [...Array<[string, boolean]>(4).fill([probe, true]), [user, true]],
    )
  })

  test(`${hardfork}: call takes value; the source is the caller, the answer is ABI bytes`, async () => {
    const rig = await portalRig(hardfork)
    for (const length of [0, 1, 31, 32, 33, 100]) {
      const answer: Hex = `0x${'c7'.repeat(length)}`
      rig.answer = () => ({ success: true, data: fromHex(answer) })
      const result = await rig.send({ from: user, to: portal, data: encode('call', [THERE, far, '0x0102']), value: 9n })
      assert.equal(bytesResult(result.data), answer)
      // Canonical: offset, length, whole words.
      assert.equal((result.data.length - 2) / 2, 64 + Math.ceil(length / 32) * 32)
      assert.equal(result.logs.length, 0)
    }
    assert.deepEqual(rig.asked[0]?.call, { kind: 'crossCall', chainId: THERE, target: fromHex(far), source: fromHex(user), data: fromHex('0x0102') })
    assert.equal(rig.burnt, 54n)
  })

  test(`${hardfork}: caller() asks for the contract that asks (S4)`, async () => {
    const rig = await portalRig(hardfork)
    const ask = async (through: Hex): Promise<readonly [bigint, string]> => {
      const { data } = await rig.send({ from: user, to: through, data: looked(portal, encode('caller', [])) })
      const [chainId, account] = decodeFunctionResult({ abi: portalAbi, functionName: 'caller', data })
      return [chainId, account.toLowerCase()]
    }
    rig.inbound = { callee: probe, chainId: THERE, account: far }
    assert.deepEqual(await ask(probe), [THERE, far])
    assert.deepEqual(await ask(probe2), [HERE, `0x${'00'.repeat(20)}`])
  })

  test(`${hardfork}: who may not`, async () => {
    const rig = await withProxy(hardfork)
    const refused = async (sent: { from: Hex; to: Hex; data: Hex; value?: bigint }, error: string): Promise<void> => {
      const result = await rig.send(sent)
      assert.deepEqual([result.success, errorOf(result.data)], [false, error])
    }
    const execute = encode('executeCrossChainCall', [probe2, '0x01'])
    const lookup = encode('staticCallLookup', [probe2, '0x01'])
    // Not a proxy: an account, a contract, the address of a proxy that was never made.
    for (const from of [user, probe, toHex(proxyAddress(fromHex(user), THERE))])
      for (const data of [execute, lookup]) await refused({ from, to: portal, data }, 'OnlyProxy')
    await refused({ from: user, to: probe, data: forwarded(portal, execute) }, 'OnlyProxy')
    // Borrowed code of the portal, where the borrower's storage could say anything.
    for (const data of [
      encode('call', [THERE, far, '0x']),
      encode('createCrossChainProxy', [far, THERE]),
      encode('quote', [THERE, 0n, 0n]),
      encode('caller', []),
    ]) {
      await refused({ from: user, to: probe, data: borrowed(portal, data) }, 'Delegated')
    }
    // Borrowed code of a proxy calls the portal as the borrower, which is no proxy.
    await refused({ from: user, to: probe, data: borrowed(farProxy, '0x0102') }, 'OnlyProxy')
    // A call that would reach the far portal as if a proxy there had been called.
    for (const data of [execute, lookup]) await refused({ from: user, to: portal, data: encode('call', [THERE, portal, data]) }, 'Forged')
    const portalProxy = toHex(proxyAddress(fromHex(portal), THERE))
    assert.ok((await rig.send({ from: user, to: portal, data: encode('createCrossChainProxy', [portal, THERE]) })).success)
    await refused({ from: user, to: portalProxy, data: execute }, 'Forged')
    // Harmless functions of the far portal stay within reach.
    assert.ok((await rig.send({ from: user, to: portalProxy, data: encode('messageStatus', [`0x${'11'.repeat(32)}`]) })).success)
    // Its own lane is none of the others; a chain id of 0 or beyond 96 bits is no lane's.
    for (const chainId of [HERE, 0n, 2n ** 96n])
      await refused({ from: user, to: portal, data: encode('createCrossChainProxy', [far, chainId]) }, 'LaneUnknown')
    for (const name of ['call', 'staticcall']) await refused({ from: user, to: portal, data: encode(name, [HERE, far, '0x']) }, 'LaneUnknown')
    // The gate answers nobody but the portal.
    for (const data of [forwarded(gate, '0x'), borrowed(gate, '0x'), looked(gate, '0x')])
      assert.equal((await rig.send({ from: user, to: probe, data })).success, false)
    assert.equal((await rig.send({ from: user, to: gate, data: '0x' })).error, 'invalid opcode')
    // Plain value for the portal belongs to nobody.
    assert.equal((await rig.send({ from: user, to: portal, value: 1n })).success, false)
  })
}

test('gas of the portal itself, the far side costing nothing', async (t) => {
  const rig = await portalRig('osaka')
  const cost = async (what: string, atMost: bigint, sent: Parameters<PortalRig['send']>[0]): Promise<void> => {
    const { success, gasUsed } = await rig.send(sent)
    t.diagnostic(`${what}: ${gasUsed} gas`)
    assert.ok(success && gasUsed <= atMost, `${what}: ${gasUsed} gas, at most ${atMost} expected`)
  }
  const call = encode('call', [THERE, far, `0x${'01'.repeat(68)}`])
  await cost('createCrossChainProxy, first', 90_000n, { from: user, to: portal, data: encode('createCrossChainProxy', [far, THERE]) })
  await cost('createCrossChainProxy, again', 5_000n, { from: user, to: portal, data: encode('createCrossChainProxy', [far, THERE]) })
  await cost('call, 68 bytes', 4_000n, { from: user, to: portal, data: call })
  await cost('call, 68 bytes and value', 11_000n, { from: user, to: portal, data: call, value: 1n })
  await cost('staticcall, 68 bytes', 4_000n, { from: user, to: portal, data: encode('staticcall', [THERE, far, `0x${'01'.repeat(68)}`]) })
  await cost('proxy, 68 bytes', 9_000n, { from: user, to: farProxy, data: `0x${'01'.repeat(68)}` })
  await cost('proxy, 68 bytes and value', 23_000n, { from: user, to: farProxy, data: `0x${'01'.repeat(68)}`, value: 1n })
  await cost('caller', 4_000n, { from: user, to: portal, data: encode('caller', []) })
  rig.answer = () => ({ success: true, data: new Uint8Array(1_000_000) })
  await cost('proxy answering 1 MB', 5_000_000n, { from: user, to: farProxy, data: '0x01' })
})
