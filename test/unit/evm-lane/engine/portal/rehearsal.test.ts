// The portal in an EVM that has a lane's state and is none: for forge's rehearsal of a script it answers, for any other it says so.

import test from 'node:test'
import assert from 'node:assert/strict'
import { createCustomCommon, Mainnet } from '@ethereumjs/common'
import { createEVM, type EVM } from '@ethereumjs/evm'
import { Account, Address } from '@ethereumjs/util'
import { decodeFunctionResult, encodeFunctionData, encodeErrorResult, hexToBytes, parseAbi, toHex, type Hex } from 'viem'
import { deliveryFee } from '../../../../../src/evm-lane/engine/portal/messages.js'
import { portalAccounts } from '../../../../../src/evm-lane/engine/portal/portal-accounts.js'
import { proxyAddress } from '../../../../../src/evm-lane/engine/portal/proxy-address.js'
import { encode, portalAbi } from './portal-abi.js'
import { gate, portal } from './portal-rig.js'

const here = 77_001
const there = 77_002n
const user: Hex = `0x${'aa'.repeat(20)}`
const far: Hex = `0x${'dd'.repeat(20)}`
const cheatcodes: Hex = '0x7109709ecfa91a80626ff3989d68f67f5b1dd12d'
const baseFee = 11n
const anything = parseAbi([
  'function transfer(address, uint256) returns (bool)',
  'function state() returns ((uint256 size, string name, address[] who, (bytes data, bool open)[] parts) all, bytes32 root)',
  'function isOpen() returns (bool)',
])

const at = (hex: Hex): Address => new Address(hexToBytes(hex))

async function plainEvm(forge: boolean): Promise<EVM> {
  const evm = await createEVM({ common: createCustomCommon({ chainId: here }, Mainnet, { hardfork: 'cancun' }) })
  for (const { address, nonce, code } of portalAccounts()) {
    await evm.stateManager.putAccount(new Address(address as Uint8Array<ArrayBuffer>), new Account(nonce))
    await evm.stateManager.putCode(new Address(address as Uint8Array<ArrayBuffer>), code)
  }
  await evm.stateManager.putAccount(at(user), new Account(0n, 10n ** 24n))
  if (forge) await evm.stateManager.putCode(at(cheatcodes), Uint8Array.of(0))
  return evm
}

type Answer = { success: boolean; data: Hex; gasUsed: bigint; error: string | undefined }

async function call(evm: EVM, to: Hex, data: Hex, { value = 0n, gas = 30_000_000n, from = user } = {}): Promise<Answer> {
  const block = {
    header: { getBlobGasPrice: () => 1n, baseFeePerGas: baseFee, number: 1n, timestamp: 1n, coinbase: at(user), difficulty: 0n, gasLimit: 1n },
  }
  const { execResult } = await evm.runCall({
    caller: at(from),
    to: at(to),
    data: hexToBytes(data),
    value,
    gasLimit: gas,
    skipNonceIncrement: true,
    block: block as unknown as NonNullable<Parameters<EVM['runCall']>[0]['block']>,
  })
  const { exceptionError, returnValue, executionGasUsed } = execResult
  return { success: exceptionError === undefined, data: toHex(returnValue), gasUsed: executionGasUsed, error: exceptionError?.error }
}

/** A proxy made as a script makes it. */
async function proxyIn(evm: EVM): Promise<Hex> {
  assert.equal((await call(evm, portal, encode('createCrossChainProxy', [far, there]))).success, true)
  return toHex(proxyAddress(hexToBytes(far), there))
}

test('S4: forge rehearses a script: a call to another lane answers what every type can be decoded from', async () => {
  const evm = await plainEvm(true)
  const proxy = await proxyIn(evm)
  const ask = async (functionName: 'transfer' | 'state' | 'isOpen', args: readonly unknown[] = []): Promise<unknown> => {
    const { success, data } = await call(
      evm,
      proxy,
      encodeFunctionData({ abi: anything, functionName, args } as Parameters<typeof encodeFunctionData>[0]),
      { value: 3n },
    )
    assert.equal(success, true)
    return decodeFunctionResult({ abi: anything, functionName, data })
  }
  assert.deepEqual(await ask('state'), [{ size: 0n, name: '', who: [], parts: [] }, `0x${'00'.repeat(32)}`])
  assert.equal(await ask('isOpen'), false)
  assert.equal(await ask('transfer', [far, 1n]), true, 'what tells by a bool whether it was done was done')
  const direct = await call(evm, portal, encode('call', [there, far, '0x12345678']))
  assert.match(decodeFunctionResult({ abi: portalAbi, functionName: 'call', data: direct.data }), /^0x(00)*$/)
  const caller = await call(evm, portal, encode('caller', []))
  assert.deepEqual(decodeFunctionResult({ abi: portalAbi, functionName: 'caller', data: caller.data }), [BigInt(here), `0x${'00'.repeat(20)}`])
})

test('S9: forge rehearses a message: its price is that of the lane', async () => {
  const evm = await plainEvm(true)
  const { data } = await call(evm, portal, encode('quote', [there, 100n, 200_000n]))
  const fee = decodeFunctionResult({ abi: portalAbi, functionName: 'quote', data })
  assert.equal(fee, deliveryFee({ dataLength: 100n, gasLimit: 200_000n, baseFee }))
  const sent = await call(evm, portal, encode('send', [there, far, `0x${'11'.repeat(100)}`, 200_000n]), { value: fee })
  assert.equal(sent.success, true)
})

test('S4: the rehearsal takes gas as a crossing may, but not from a call that has little', async () => {
  const evm = await plainEvm(true)
  const proxy = await proxyIn(evm)
  assert.ok((await call(evm, proxy, '0x12345678')).gasUsed > 1_000_000n)
  const little = await call(evm, proxy, '0x12345678', { gas: 100_000n })
  assert.deepEqual([little.success, little.gasUsed < 60_000n], [true, true])
})

test('S5: any other EVM with the state of a lane is told that it is no lane', async () => {
  const evm = await plainEvm(false)
  const proxy = await proxyIn(evm)
  const said = encodeErrorResult({ abi: portalAbi, errorName: 'NotALane' })
  for (const to of [proxy, portal]) {
    const { success, data } = await call(evm, to, to === portal ? encode('call', [there, far, '0x12345678']) : '0x12345678')
    assert.deepEqual([success, data], [false, said])
  }
  assert.equal((await call(evm, portal, encode('quote', [there, 1n, 1n]))).data, said)
})

test('S4: whoever is not the portal meets an invalid opcode at the gate, rehearsal or not', async () => {
  for (const forge of [true, false]) {
    const { success, data, error, gasUsed } = await call(await plainEvm(forge), gate, '0x12345678', { gas: 50_000n })
    assert.deepEqual([success, data, error, gasUsed], [false, '0x', 'invalid opcode', 50_000n])
  }
})
