// One of four lies: it proposes wrong roots, votes for everything and twice. Sealing goes on, what is sealed is right, and its guilt is on record.

import assert from 'node:assert/strict'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { needsOwnGateway } from '../gateway.js'
import { rpc } from '../rpc.js'
import { until } from '../until.js'
import { deployCounter, startLoad } from './load.js'
import { startNetwork, type BuddyProcess } from './network.js'

const liar = fileURLToPath(new URL('./wrong-root-child.js', import.meta.url))
const lanes = `
[[lanes]]
chainId = 77042
name = "instant"
`

test('a Buddy that votes for wrong roots, and twice, is convicted; the others seal', { skip: needsOwnGateway, timeout: 900_000 }, async (t) => {
  const network = await startNetwork({ lanes, program: (index) => (index === 3 ? liar : null) })
  t.after(() => network.stop())
  const { gateway, buddies } = network
  const url = gateway.laneUrl(77042)
  const load = startLoad([url], [await deployCounter(url)])
  t.after(() => load.stop())
  await buddies[3]?.said(/proposes a wrong root for \d+/)
  await until(async () => (await rpc(gateway.url, 'hyper_getEvidence')).length > 0, () => `no evidence\n${buddies.map((each) => each.output()).join('\n')}`) // prettier-ignore
  const [evidence] = await rpc(gateway.url, 'hyper_getEvidence')
  assert.match(evidence.rule, /^E[1-4]$/)
  assert.equal(Number(evidence.culprit), 3)
  const convictedAt = Number(evidence.blockNumber)
  await network.sealed(convictedAt + 5)
  const { validators } = await rpc(gateway.url, 'hyper_getValidators')
  assert.deepEqual(
    validators.map(({ key }: { key: string }) => key),
    buddies.slice(0, 3).map(({ key }: BuddyProcess) => key),
  )
  for (const buddy of buddies.slice(0, 3)) {
    const { number, hash } = await rpc(`${buddy.url}/77042`, 'eth_getBlockByNumber', ['finalized', false])
    assert.equal((await rpc(url, 'eth_getBlockByNumber', [number, false])).hash, hash)
    assert.deepEqual((await rpc(buddy.url, 'hyper_following')).refusals, [])
  }
  t.diagnostic(
    `convicted in Hyper Block ${convictedAt} by ${evidence.rule}; ${buddies[3]?.output().match(/proposes a wrong root/g)?.length ?? 0} wrong proposals`,
  )
})
