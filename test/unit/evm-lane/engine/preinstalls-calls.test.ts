// What dApps and tools do with the preinstalls, on a lane's own chain id: the answers must be those of a genuine deployment there.

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type Abi,
  decodeErrorResult,
  decodeFunctionResult,
  domainSeparator,
  encodeAbiParameters,
  encodeFunctionData,
  getAddress,
  getCreate2Address,
  keccak256,
  parseAbi,
  toHex as textToHex,
  zeroAddress,
} from 'viem'
import { toHex } from '../../../../src/primitives.js'
import { preinstalls } from '../../../../src/evm-lane/engine/preinstalls/preinstalls.js'
import { BareChain } from './preinstalls-evm.js'

const laneId = 77_013
const accounts = preinstalls({ chainId: laneId })
const salt = keccak256(textToHex('a salt'))
/** Deploys the single byte 01. */
const tinyInitCode = '0x600160005360016000f3'

function addressOf(name: string): `0x${string}` {
  const found = accounts.find((account) => account.name === name)
  assert.ok(found, `no preinstall is called ${name}`)
  return toHex(found.address)
}

async function lane(): Promise<BareChain> {
  const chain = await BareChain.create(laneId)
  await chain.install(accounts)
  return chain
}

/** Calls one function of one contract and decodes what it returned. */
async function ask(chain: BareChain, to: string, signature: string, args: unknown[] = []): Promise<unknown> {
  const abi = parseAbi([signature] as readonly string[]) as Abi
  const outcome = await chain.call(to, encodeFunctionData({ abi, args }))
  assert.equal(outcome.reverted, false, `${signature} reverted with ${outcome.returned}`)
  return decodeFunctionResult({ abi, data: outcome.returned })
}

test('Permit2 answers the EIP-712 domain of this lane', async () => {
  const verifyingContract = addressOf('Permit2')
  const expected = domainSeparator({ domain: { name: 'Permit2', chainId: laneId, verifyingContract } })
  assert.equal(await ask(await lane(), verifyingContract, 'function DOMAIN_SEPARATOR() view returns (bytes32)'), expected)
})

for (const version of ['v0.8', 'v0.9']) {
  test(`EntryPoint ${version} answers the EIP-712 domain of this lane`, async () => {
    const verifyingContract = addressOf(`EntryPoint ${version}`)
    const expected = domainSeparator({ domain: { name: 'ERC4337', version: '1', chainId: laneId, verifyingContract } })
    const chain = await lane()
    assert.equal(await ask(chain, verifyingContract, 'function getDomainSeparatorV4() view returns (bytes32)'), expected)
  })
}

for (const version of ['v0.6', 'v0.7', 'v0.8', 'v0.9']) {
  test(`EntryPoint ${version} makes accounts through its SenderCreator`, async () => {
    const factoryCall = encodeFunctionData({
      abi: parseAbi(['function deployCreate2(bytes32 salt, bytes initCode) payable returns (address)']),
      args: [salt, tinyInitCode],
    })
    const abi = parseAbi(['function getSenderAddress(bytes initCode)', 'error SenderAddressResult(address sender)'])
    const initCode = `${addressOf('CreateX')}${factoryCall.slice(2)}` as const
    const outcome = await (
      await lane()
    ).call(addressOf(`EntryPoint ${version}`), encodeFunctionData({ abi, functionName: 'getSenderAddress', args: [initCode] }))
    assert.equal(outcome.reverted, true)
    // CreateX hashes a salt that is not bound to the caller; the EntryPoint reports what the factory returned, by revert.
    const guarded = keccak256(encodeAbiParameters([{ type: 'bytes32' }], [salt]))
    const sender = getCreate2Address({ from: addressOf('CreateX'), salt: guarded, bytecode: tinyInitCode })
    assert.deepEqual(decodeErrorResult({ abi, data: outcome.returned }).args, [sender])
  })
}

test('Multicall3 answers the chain id of this lane', async () => {
  assert.equal(await ask(await lane(), addressOf('Multicall3'), 'function getChainId() view returns (uint256)'), BigInt(laneId))
})

for (const factory of ['DeterministicDeploymentProxy', 'SafeSingletonFactory']) {
  test(`${factory} deploys at the CREATE2 address`, async () => {
    const chain = await lane()
    const from = addressOf(factory)
    const outcome = await chain.call(from, `${salt}${tinyInitCode.slice(2)}`)
    assert.equal(outcome.returned, getCreate2Address({ from, salt, bytecode: tinyInitCode }).toLowerCase())
    assert.equal((await chain.fingerprint(outcome.returned))?.codeHash, keccak256('0x01'))
  })
}

test('CreateX and Create2Deployer foretell CREATE2 addresses', async () => {
  const chain = await lane()
  const hash = keccak256(tinyInitCode)
  const createX = await ask(chain, addressOf('CreateX'), 'function computeCreate2Address(bytes32 salt, bytes32 hash) view returns (address)', [
    salt,
    hash,
  ])
  assert.equal(createX, getCreate2Address({ from: addressOf('CreateX'), salt, bytecodeHash: hash }))
  const deployer = await ask(chain, addressOf('Create2Deployer'), 'function computeAddress(bytes32 salt, bytes32 hash) view returns (address)', [
    salt,
    hash,
  ])
  assert.equal(deployer, getCreate2Address({ from: addressOf('Create2Deployer'), salt, bytecodeHash: hash }))
})

const safeSetup =
  'function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)'

for (const [singleton, factory, handler] of [
  ['Safe 1.4.1', 'SafeProxyFactory 1.4.1', 'CompatibilityFallbackHandler 1.4.1'],
  ['SafeL2 1.4.1', 'SafeProxyFactory 1.4.1', 'CompatibilityFallbackHandler 1.4.1'],
  ['GnosisSafe 1.3.0', 'GnosisSafeProxyFactory 1.3.0', 'CompatibilityFallbackHandler 1.3.0'],
  ['GnosisSafeL2 1.3.0', 'GnosisSafeProxyFactory 1.3.0', 'CompatibilityFallbackHandler 1.3.0'],
] as const) {
  test(`${singleton}: its factory makes a working wallet, and nobody can set up the singleton itself`, async () => {
    const chain = await lane()
    const setup = encodeFunctionData({
      abi: parseAbi([safeSetup]),
      args: [[addressOf('Multicall3')], 1n, zeroAddress, '0x', addressOf(handler), zeroAddress, 0n, zeroAddress],
    })
    assert.equal((await chain.call(addressOf(singleton), setup)).reverted, true)

    const create = 'function createProxyWithNonce(address singleton, bytes initializer, uint256 saltNonce) returns (address)'
    const verifyingContract = (await ask(chain, addressOf(factory), create, [addressOf(singleton), setup, 0n])) as `0x${string}`
    const owners = await ask(chain, verifyingContract, 'function getOwners() view returns (address[])')
    assert.deepEqual(owners, [getAddress(addressOf('Multicall3'))])
    const expected = domainSeparator({ domain: { chainId: laneId, verifyingContract } })
    assert.equal(await ask(chain, verifyingContract, 'function domainSeparator() view returns (bytes32)'), expected)
  })
}
