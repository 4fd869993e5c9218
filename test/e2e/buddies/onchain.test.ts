// Seals for contracts of Buddies in processes of their own: the gateway collects what they sign, and a contract takes it.

import assert from 'node:assert/strict'
import test from 'node:test'
import { needsOwnGateway } from '../gateway.js'
import { post, rpc } from '../rpc.js'
import { deployVerifier, membersOf } from '../seal-verifier.js'
import type { OnchainSeal } from '../seal-verifier.js'
import { until } from '../until.js'
import { startNetwork } from './network.js'

const chainId = 77045
const lanes = `
[[lanes]]
chainId = ${chainId}
name = "instant"
`

test('the gateway collects the signatures of separate Buddies', { skip: needsOwnGateway, timeout: 900_000 }, async (t) => {
  const network = await startNetwork({ buddies: 2, lanes, hyper: 'onchainSeals = true', more: 'onchainSeals = true' })
  t.after(() => network.stop())
  const { gateway, buddies } = network
  await network.sealed(2)
  let seal: OnchainSeal | undefined
  await until(
    async () => {
      seal = await rpc(gateway.url, 'hyper_getOnchainSeal', ['latest'])
      return seal?.signatures.length === 2
    },
    () => `no two signatures: ${JSON.stringify(seal)}`,
  )
  assert.ok(seal !== undefined)
  const laneUrl = gateway.laneUrl(chainId)
  const verifier = await deployVerifier(laneUrl, seal, await membersOf(gateway.url))
  const [first] = seal.signatures.map(({ signature }) => signature)
  assert.ok(first !== undefined)
  assert.equal(await verifier.isSealed(seal), true)
  assert.equal(await verifier.isSealed(seal, { signatures: [first] }), false)

  // A Buddy answers with its own signature, also for what the gateway does not keep.
  for (const { url, key } of buddies) {
    const own: OnchainSeal = await rpc(url, 'hyper_getOnchainSeal', [seal.number])
    assert.deepEqual(own.signatures.map((one) => one.key), [key]) // prettier-ignore
    assert.ok(seal.signatures.some(({ signature }) => signature === own.signatures[0]?.signature))
  }
  const question = { jsonrpc: '2.0', id: 1, method: 'hyper_submitOnchainSeal', params: ['0xc0'] }
  assert.match((await post(gateway.url, JSON.stringify(question))).json().error.message, /not a signature/)
})
