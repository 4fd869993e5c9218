// The fork's system contracts, called as the protocol calls them: first the system call, then what a contract reads or requests.

import assert from 'node:assert/strict'
import test from 'node:test'
import { concat, numberToHex, pad } from 'viem'
import { toHex } from '../../../../src/primitives.js'
import { systemContracts } from '../../../../src/evm-lane/engine/preinstalls/system-contracts.js'
import { BareChain } from './preinstalls-evm.js'

const systemAddress = `0x${'ff'.repeat(19)}fe`
const hash = `0x${'ab'.repeat(32)}`

function addressOf(name: string): `0x${string}` {
  const found = systemContracts().find((account) => account.name === name)
  assert.ok(found, `no system contract is called ${name}`)
  return toHex(found.address)
}

async function chainWithSystemContracts(): Promise<BareChain> {
  const chain = await BareChain.create(77_013)
  await chain.install(systemContracts())
  return chain
}

function word(value: bigint): `0x${string}` {
  return numberToHex(value, { size: 32 })
}

test('BeaconRoots gives back the root that the system stored for a timestamp (EIP-4788)', async () => {
  const chain = await chainWithSystemContracts()
  const timestamp = 1_700_000_000n
  await chain.call(addressOf('BeaconRoots'), hash, { from: systemAddress, timestamp })
  assert.equal((await chain.call(addressOf('BeaconRoots'), word(timestamp))).returned, hash)
  assert.equal((await chain.call(addressOf('BeaconRoots'), word(timestamp + 1n))).reverted, true)
})

test('HistoryStorage gives back the parent hash that the system stored (EIP-2935)', async () => {
  const chain = await chainWithSystemContracts()
  await chain.call(addressOf('HistoryStorage'), hash, { from: systemAddress, blockNumber: 42n })
  assert.equal((await chain.call(addressOf('HistoryStorage'), word(41n), { blockNumber: 43n })).returned, hash)
  assert.equal((await chain.call(addressOf('HistoryStorage'), word(43n), { blockNumber: 43n })).reverted, true)
})

for (const [name, requestBytes] of [
  ['WithdrawalRequests', 56],
  ['ConsolidationRequests', 96],
] as const) {
  test(`${name} is inhibited until the first system call, then queues requests for the fee`, async () => {
    const chain = await chainWithSystemContracts()
    assert.equal((await chain.call(addressOf(name), '0x')).reverted, true)

    assert.equal((await chain.call(addressOf(name), '0x', { from: systemAddress })).returned, '0x')
    assert.equal((await chain.call(addressOf(name), '0x')).returned, word(1n))

    const request = pad('0x01', { size: requestBytes })
    const from = `0x${'5e'.repeat(20)}` as const
    assert.equal((await chain.call(addressOf(name), request, { from })).reverted, true, 'a request without its fee')
    assert.equal((await chain.call(addressOf(name), request, { from, value: 1n })).reverted, false)
    const dequeued = (await chain.call(addressOf(name), '0x', { from: systemAddress })).returned
    assert.equal(dequeued.length, concat([from, request]).length)
    assert.equal(dequeued.slice(0, 42), from)
  })
}
