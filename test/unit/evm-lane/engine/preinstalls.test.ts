// The table itself: every entry's code is what it says, and equals the hashes that others published for public chains.

import assert from 'node:assert/strict'
import test from 'node:test'
import { getAddress, getContractAddress, keccak256 } from 'viem'
import { equalBytes, toHex } from '../../../../src/primitives.js'
import type { Preinstall } from '../../../../src/evm-lane/engine/preinstalls/install-contract.js'
import { preinstallRecords, preinstalls } from '../../../../src/evm-lane/engine/preinstalls/preinstalls.js'
import { systemCode } from '../../../../src/evm-lane/engine/preinstalls/system-code.js'
import { systemContracts } from '../../../../src/evm-lane/engine/preinstalls/system-contracts.js'

/** EXTCODEHASH on Ethereum mainnet as published by others: the project itself, its deployment registry, or operators who pin it. */
const publishedOnMainnet: Record<string, string> = {
  DeterministicDeploymentProxy: '0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989',
  CreateX: '0xbd8a7ea8cfca7b4e5f5041d7d4b17bc317c5ce42cfbc42066a00cf26b43eb53f',
  Multicall3: '0xd5c15df687b16f2ff992fc8d767b4216323184a2bbc6ee2f9c398c318e770891',
  Permit2: '0xc67d1657868aa5146eaf24fb879fb1fdec3d2d493b3683a61c9c2f4fb2851131',
  'EntryPoint v0.6': '0xc93c806e738300b5357ecdc2e971d6438d34d8e4e17b99b758b1f9cac91c8e70',
  'SenderCreator v0.6': '0xae818091eaaf1b6175ee41472359a689f3823d0908a41e2e5c4ad508f2fc04a3',
  'EntryPoint v0.7': '0x8db5ff695839d655407cc8490bb7a5d82337a86a6b39c3f0258aa6c3b582fc58',
  'EntryPoint v0.8': '0x44e632a24c6f2600cbd5b5b8b4c2d372359112c8b5774297f5fd0a9e64f11f86',
  'CompatibilityFallbackHandler 1.3.0': '0x03e69f7ce809e81687c69b19a7d7cca45b6d551ffdec73d9bb87178476de1abf',
  'CreateCall 1.3.0': '0x8155d988823a4f6f1bcbc76a64af8e510c4ce68819290d43cf24956bd24dee82',
  'GnosisSafe 1.3.0': '0xbba688fbdb21ad2bb58bc320638b43d94e7d100f6f3ebaab0a4e4de6304b1c2e',
  'GnosisSafeL2 1.3.0': '0x21842597390c4c6e3c1239e434a682b054bd9548eee5e9b1d6a4482731023c0f',
  'MultiSend 1.3.0': '0x81db0e4afdf5178583537b58c5ad403bd47a4ac7f9bde2442ef3e341d433126a',
  'MultiSendCallOnly 1.3.0': '0xa9865ac2d9c7a1591619b188c4d88167b50df6cc0c5327fcbd1c8c75f7c066ad',
  'GnosisSafeProxyFactory 1.3.0': '0x337d7f54be11b6ed55fef7b667ea5488db53db8320a05d1146aa4bd169a39a9b',
  'SimulateTxAccessor 1.3.0': '0x66712e1d9161706f826d8d74a3cc03db0289b2530a1202f24d52986952b69a02',
  'CompatibilityFallbackHandler 1.4.1': '0x7c6007a5d711cea8dfd5d91f5940ec29c7f200fe511eb1fc1397b367af3c42f9',
  'CreateCall 1.4.1': '0x2b3060c55fcb8275653e99ad511a71f67ba76934ed66a7d74d6e68b52afff889',
  'MultiSend 1.4.1': '0x0e4f7fc66550a322d1e7688e181b75e217e662a4f3f4d6a29b22bc61217c4b77',
  'MultiSendCallOnly 1.4.1': '0xecd5bd14a08c5d2122379900b2f272bdf107a7e92423c10dd5fe3254386c9939',
  'Safe 1.4.1': '0x1fe2df852ba3299d6534ef416eefa406e56ced995bca886ab7a553e6d0c5e1c4',
  'SafeL2 1.4.1': '0xb1f926978a0f44a2c0ec8fe822418ae969bd8c3f18d61e5103100339894f81ff',
  'SafeProxyFactory 1.4.1': '0x50c3cdc4074750a7a974204a716c999edd37482f907608d960b2b025ee0b3317',
  'SafeToL2Migration 1.4.1': '0xa83e7be2fa20c96dc9575e3937239d552f3831ea437d7c96397eec8736f0cba0',
  'SafeToL2Setup 1.4.1': '0x2f25df28caf984366ee584e13241707e85dcd5a6ea0c14267928dafc1fd6274b',
  'SignMessageLib 1.4.1': '0x525c754a46b79e05543a59bb61e8de3c9eee0d955a59352409cbe67ea1077528',
  'SimulateTxAccessor 1.4.1': '0x91f82615581fc73b190b83d72e883608b25e392f72322035df1b13d51766cf8d',
}

/** The same on Base: code with the immutables of chain id 8453, and OP Stack's Create2Deployer (on mainnet an owned variant has the address). */
const publishedOnBase: Record<string, string> = {
  Create2Deployer: '0xb0550b5b431e30d38000efb7107aaa0ade03d48a7198a140edda9d27134468b2',
  'EntryPoint v0.8': '0x28f989233f4ffb52e4b168fb74df5dfa52fe0f846141774f5abc56c5604d8e46',
  'EntryPoint v0.9': '0x826b7ec542db9f3345234a25c2a6330a61f99483dedb6e6709928cc97e4e4d5d',
}

function codeHashes(accounts: Preinstall[]): Map<string, string> {
  return new Map(accounts.map(({ name, code }) => [name, keccak256(code)]))
}

test('on chain id 1 every code has the hash that its record states', () => {
  const hashes = codeHashes([...preinstalls({ chainId: 1 }), ...systemContracts()])
  for (const { name, codeHash } of [...preinstallRecords, ...systemCode]) assert.equal(hashes.get(name), codeHash, name)
})

test('hashes published for Ethereum mainnet and Base are ours', () => {
  const mainnet = codeHashes([...preinstalls({ chainId: 1 }), ...systemContracts()])
  for (const [name, hash] of Object.entries(publishedOnMainnet)) assert.equal(mainnet.get(name), hash, name)
  const base = codeHashes(preinstalls({ chainId: 8453 }))
  for (const [name, hash] of Object.entries(publishedOnBase)) assert.equal(base.get(name), hash, name)
})

test('addresses are checksummed, and no address or name occurs twice', () => {
  const records = [...preinstallRecords, ...systemCode]
  for (const { name, address } of records) assert.equal(getAddress(address), address, name)
  assert.equal(new Set(records.map(({ address }) => address)).size, records.length)
  assert.equal(new Set(records.map(({ name }) => name)).size, records.length)
})

test('only Permit2 and the EntryPoints from v0.8 on differ between lanes', () => {
  const here = preinstalls({ chainId: 77_000 })
  const there = preinstalls({ chainId: 77_001 })
  const differing = here.filter(({ code }, i) => !equalBytes(code, there[i]?.code ?? new Uint8Array()))
  assert.deepEqual(
    differing.map(({ name }) => name),
    ['Permit2', 'EntryPoint v0.8', 'EntryPoint v0.9'],
  )
})

test('a caller that changes what it got changes nobody else', () => {
  preinstalls({ chainId: 77_000 })[0]?.code.fill(0xff)
  const [record] = preinstallRecords
  assert.equal(toHex(preinstalls({ chainId: 77_000 })[0]?.code ?? new Uint8Array()), record?.code)
})

test('each SenderCreator stands where its EntryPoint makes its first contract', () => {
  const addresses = new Map(preinstallRecords.map(({ name, address }) => [name, address]))
  for (const version of ['v0.6', 'v0.7', 'v0.8', 'v0.9']) {
    const from = addresses.get(`EntryPoint ${version}`)
    assert.ok(from)
    assert.equal(addresses.get(`SenderCreator ${version}`), getContractAddress({ from, nonce: 1n }))
  }
})
