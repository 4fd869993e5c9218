// Proves the preinstalls by the strongest means there is: the address of a CREATE2 or keyless deployment commits to the init code, and
// running that init code on a lane's chain id must leave exactly the account we install (nonce, code, storage).

import assert from 'node:assert/strict'
import test from 'node:test'
import { createCustomCommon, Mainnet } from '@ethereumjs/common'
import { createLegacyTx } from '@ethereumjs/tx'
import { getContractAddress, getCreate2Address, toHex as numberToHex } from 'viem'
import { bigintToFixed, concatBytes, fromHex, toHex } from '../../../../src/primitives.js'
import { preinstalls } from '../../../../src/evm-lane/engine/preinstalls/preinstalls.js'
import { systemContracts } from '../../../../src/evm-lane/engine/preinstalls/system-contracts.js'
import { BareChain } from './preinstalls-evm.js'
import { create2, keyless } from './preinstalls-init-code.js'

const laneId = 77_013
const installed = new Map([...preinstalls({ chainId: laneId }), ...systemContracts()].map((account) => [account.name, account]))

function account(name: string) {
  const found = installed.get(name)
  assert.ok(found, `no preinstall is called ${name}`)
  return found
}

function initCode(name: string, head: string, immutables: number[], tail: string): Uint8Array {
  const code = account(name).code.slice()
  for (const at of immutables) code.fill(0, at, at + 32)
  return concatBytes(fromHex(head), code, fromHex(tail))
}

async function assertDeploysTo(chain: BareChain, name: string, address: string): Promise<void> {
  const expected = await BareChain.create(laneId)
  await expected.install([account(name)])
  assert.deepEqual(await chain.fingerprint(address), await expected.fingerprint(address))
}

for (const deployment of keyless) {
  test(`${deployment.name}: the published keyless transaction makes it, at its address`, async () => {
    const { name, head, immutables, gasLimit, gasPrice, v, r, s } = deployment
    const data = initCode(name, head, immutables, '')
    const common = createCustomCommon({ chainId: 1 }, Mainnet, { hardfork: 'prague' })
    const from = createLegacyTx({ nonce: 0n, gasPrice, gasLimit, value: 0n, data, v, r, s }, { common }).getSenderAddress().toString()
    const address = toHex(account(name).address)
    assert.equal(getContractAddress({ from, nonce: 0n }).toLowerCase(), address)

    const chain = await BareChain.create(laneId)
    const outcome = await chain.call(undefined, toHex(data), { from })
    assert.equal(outcome.created, address)
    await assertDeploysTo(chain, name, address)
  })
}

for (const deployment of create2) {
  test(`${deployment.name}: its init code through ${deployment.factory} makes it, at its address`, async () => {
    const { name, factory, salt, head, immutables, tail } = deployment
    const bytecode = initCode(name, head, immutables, tail)
    const factoryAddress = toHex(account(factory).address)
    const address = toHex(account(name).address)
    const foretold = getCreate2Address({ from: factoryAddress, salt: numberToHex(salt, { size: 32 }), bytecode: toHex(bytecode) })
    assert.equal(foretold.toLowerCase(), address)

    const chain = await BareChain.create(laneId)
    await chain.install([account(factory)])
    const outcome = await chain.call(factoryAddress, toHex(concatBytes(bigintToFixed(salt, 32), bytecode)))
    assert.equal(outcome.returned, address)
    await assertDeploysTo(chain, name, address)

    // An EntryPoint's constructor makes its SenderCreator too.
    const senderCreator = name.replace('EntryPoint', 'SenderCreator')
    if (senderCreator !== name) {
      const made = getContractAddress({ from: address, nonce: 1n }).toLowerCase()
      assert.equal(made, toHex(account(senderCreator).address))
      await assertDeploysTo(chain, senderCreator, made)
    }
  })
}
