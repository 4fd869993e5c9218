// Holds the code, addresses and selectors of the system contracts to what others were told.

import test from 'node:test'
import assert from 'node:assert/strict'
import { fromHex, toHex } from '../../../../../src/primitives.js'
import { keccak256 } from '../../../../../src/evm-lane/engine/keccak.js'
import { GATE, PORTAL, SYSTEM } from '../../../../../src/evm-lane/engine/portal/addresses.js'
import { portalAccounts } from '../../../../../src/evm-lane/engine/portal/portal-accounts.js'
import {
  gateCode,
  gateCodeHash,
  portalCode,
  portalCodeHash,
  proxyCodeHash,
  proxyInitCodeHash,
} from '../../../../../src/evm-lane/engine/portal/portal-code.js'
import { toFunctionSelector, type AbiFunction } from 'viem'
import { portalAbi } from './portal-abi.js'

test('the code of portal and proxy is the one that was reviewed: it is part of every genesis and of every proxy address', () => {
  assert.equal(toHex(keccak256(fromHex(portalCode))), portalCodeHash)
  assert.equal(portalCodeHash, '0x339344afddeba6c7dfc513ca41c9e09fac36f03dc4a6e894f8ad4c4df9d055a3')
  assert.equal(proxyCodeHash, '0xe14b67cc5ca8bcc4d68b1dde803e2d62fcdfd6e3cef32f23877a38aee2ff0c9a')
  assert.equal(proxyInitCodeHash, '0xc49678c0f921fb15a1e1195ed0856df4c27feaed0f0470f628eb3d7771528051')
})

test('the code of the gate is the one that was reviewed: part of every genesis, though no lane runs it', () => {
  assert.equal(toHex(keccak256(fromHex(gateCode))), gateCodeHash)
  assert.equal(gateCodeHash, '0x8e2e98a2e550a080058d7bf9048bf8280424a3054cce452243197ea15b200ead')
})

test('genesis: portal and gate with their code, SYSTEM not at all', () => {
  const accounts = portalAccounts().map(({ address, name, nonce, code }) => ({ address: toHex(address), name, nonce, codeLength: code.length }))
  assert.deepEqual(accounts, [
    { address: '0x5041524100000000000000000000000000000001', name: 'HyperPortal', nonce: 1n, codeLength: fromHex(portalCode).length },
    { address: '0x5041524100000000000000000000000000000002', name: 'Gate', nonce: 1n, codeLength: fromHex(gateCode).length },
  ])
  assert.deepEqual([PORTAL, GATE, SYSTEM].map(toHex), [accounts[0]?.address, accounts[1]?.address, '0x50415241000000000000000000000000000000ff'])
})

test('the portal answers to every selector of its interface, among them the four of synchronous rollups', () => {
  const selectors = new Map(
    portalAbi.filter((item): item is typeof item & AbiFunction => item.type === 'function').map((item) => [item.name, toFunctionSelector(item)]),
  )
  assert.equal(selectors.get('createCrossChainProxy'), '0x2dd72120')
  assert.equal(selectors.get('computeCrossChainProxyAddress'), '0xb761ba7e')
  assert.equal(selectors.get('executeCrossChainCall'), '0x9af53259')
  assert.equal(selectors.get('staticCallLookup'), '0x7aa4da2e')
  // The dispatcher compares with PUSH4.
  for (const [name, selector] of selectors) assert.ok(portalCode.includes(`63${selector.slice(2)}`), `${name} ${selector} is not in the code`)
})
