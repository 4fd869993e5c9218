// Seals for contracts: a contract on a lane checks by ecrecover that a Hyper Block is sealed, and takes nothing else for one.

import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { lanes, needsOwnGateway } from '../gateway.js'
import { ownConfig } from '../own-config.js'
import { rpc } from '../rpc.js'
import { compileReadme, constructorError, deployVerifier, membersOf } from '../seal-verifier.js'
import type { Member, OnchainSeal } from '../seal-verifier.js'
import { untilSealed } from '../sealed.js'
import { receiptOf } from '../until.js'

const [chainId] = lanes

test('a contract checks a Seal, and refuses what is not one', { skip: needsOwnGateway, timeout: 600_000 }, async (t) => {
  const { dataDir, start } = await ownConfig(t, `[hyper]\nonchainSeals = true\n[[lanes]]\nchainId = ${chainId}\nname = "one"\n`)
  const gateway = await start()
  const laneUrl = gateway.laneUrl(chainId)
  const [from] = await rpc(laneUrl, 'eth_accounts')
  const sent = await rpc(laneUrl, 'eth_sendTransaction', [{ from, to: from, value: '0x1' }])
  const { blockNumber } = await receiptOf(laneUrl, sent)
  await untilSealed(gateway, chainId, BigInt(blockNumber))

  const seal: OnchainSeal = await rpc(gateway.url, 'hyper_getOnchainSeal', ['latest'])
  const block = await rpc(gateway.url, 'hyper_getBlockByNumber', [seal.number])
  assert.deepEqual([seal.hash, seal.setHash, seal.genesisHash], [block.hash, block.setHash, block.genesisHash])
  const members = await membersOf(gateway.url)
  const verifier = await deployVerifier(laneUrl, seal, members)
  assert.equal(await verifier.digestOf(seal), seal.digest)

  const signatures = seal.signatures.map(({ signature }) => signature)
  const [a, b, c, d] = signatures as [Hex, Hex, Hex, Hex]
  const stranger = privateKeyToAccount(`0x${'77'.repeat(32)}`)
  const strange = { address: stranger.address.toLowerCase() as Hex, signature: await stranger.sign({ hash: seal.digest }) }
  const withStranger = (count: number): Hex[] =>
    [...seal.signatures.slice(0, count), strange].sort((x, y) => (x.address < y.address ? -1 : 1)).map(({ signature }) => signature)
  const cases: [desc: string, more: Parameters<typeof verifier.isSealed>[1], sealed: boolean][] = [
    ['all four', {}, true],
    ['three of four', { signatures: [a, b, d] }, true],
    ['two of four', { signatures: [a, d] }, false],
    ['none', { signatures: [] }, false],
    ['one of them twice', { signatures: [a, b, b] }, false],
    ['out of order', { signatures: [b, a, c] }, false],
    ['another hash', { hash: `0x${'12'.repeat(32)}` }, false],
    ['another number', { number: BigInt(seal.number) + 1n }, false],
    ['three and a stranger', { signatures: withStranger(3) }, true],
    ['two and a stranger', { signatures: withStranger(2) }, false],
    ['a signature that is cut', { signatures: [a, b, `0x${c.slice(2, -2)}`] }, false],
    ['a signature of nobody', { signatures: [`0x${'00'.repeat(65)}`, a, b, c] }, false],
    ['the second form of a signature', { signatures: [a, b, otherForm(c)] }, false],
  ]
  for (const [desc, more, sealed] of cases) assert.equal(await verifier.isSealed(seal, more), sealed, desc)
  // Of another network, and of another set, nothing is sealed here.
  for (const other of [
    { ...seal, genesisHash: seal.hash },
    { ...seal, setHash: seal.hash },
  ]) {
    assert.equal(await (await deployVerifier(laneUrl, other, members)).isSealed(seal), false)
  }
  const [first, second, third, fourth] = members as [Member, Member, Member, Member]
  // By weight, not by heads.
  const heavy = await deployVerifier(laneUrl, seal, [{ ...first, weight: 7n }, second, third, fourth])
  assert.equal(await heavy.isSealed(seal, { signatures: [a] }), true)
  assert.equal(await heavy.isSealed(seal, { signatures: [b, c, d] }), false)
  assert.equal(await constructorError(laneUrl, seal, [first, first, second]), 'MembersNotAscending')
  assert.equal(await constructorError(laneUrl, seal, [{ ...first, weight: 0n }]), 'WithoutWeight')
  assert.equal(await constructorError(laneUrl, seal, []), 'WithoutWeight')

  const keys = readdirSync(join(dataDir, 'buddy-0')).filter((name) => name.endsWith('.pem'))
  assert.deepEqual(keys.sort(), ['key.onchain.pem', 'key.pem'])
  for (const name of keys) assert.equal(statSync(join(dataDir, 'buddy-0', name)).mode & 0o777, 0o600)
  assert.equal(await rpc(gateway.url, 'hyper_getOnchainSeal', ['0xffffff']), null)
  await gateway.stop()
})

test('the contract of the README compiles', () => {
  assert.ok(compileReadme().abi.length > 0)
})

/** s on the other side of the order: the same signer by the curve, refused by the contract. */
function otherForm(signature: Hex): Hex {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const s = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0')
  return `${signature.slice(0, 66)}${s}${signature.endsWith('1b') ? '1c' : '1b'}` as Hex
}
