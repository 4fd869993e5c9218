// A lane is added while Buddies of their own seal: by an admin whose key the gateway does not have. They follow it, seal it, and serve it.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openKeyFile } from '../../../src/buddy/key-file.js'
import { toHex } from '../../../src/primitives.js'
import { needsOwnGateway } from '../gateway.js'
import { paralane } from '../process/command.js'
import { rpc, type Json } from '../rpc.js'
import { until } from '../until.js'
import { keepsUp } from './keeps-up.js'
import { account, deployCounter } from './load.js'
import { startNetwork, type BuddyNetwork, type BuddyProcess } from './network.js'

const first = 77_045
const added = 77_046
const lanes = `
[[lanes]]
chainId = ${first}
name = "first"
`

test('a lane that is added is followed, sealed and served by all Buddies', { skip: needsOwnGateway, timeout: 900_000 }, async (t) => {
  const keys = await mkdtemp(join(tmpdir(), 'paralane-admin-'))
  t.after(() => rm(keys, { recursive: true, force: true }))
  const [admin, stranger] = ['admin.pem', 'stranger.pem'].map((name) => join(keys, name)) as [string, string]
  const network = await startNetwork({ lanes, hyper: `adminKey = "${toHex(openKeyFile(admin).signer.key)}"` })
  t.after(() => network.stop())
  const { gateway, buddies, folder } = network
  assert(!existsSync(join(folder, 'gateway', 'admin.pem')))

  const add = ['lane', 'add', '--rpc', gateway.url, '--chain-id', String(added), '--name', 'added', '--block-time-ms', '100']
  openKeyFile(stranger)
  const refused = await paralane(...add, '--key', stranger).ended
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /not signed by the admin/)
  assert.equal((await rpc(gateway.url, 'hyper_getLanes')).length, 1)

  const done = await paralane(...add, '--key', admin).ended
  assert.equal(done.code, 0, done.stderr)
  await Promise.all(buddies.map((buddy) => buddy.said(/lane added is followed from now on/)))
  const counter = await deployCounter(gateway.laneUrl(added))
  await served(network, buddies, counter)

  // A second change by the same key: the one before counted for those who had not been asked for it.
  const [, , , fourth] = buddies as [BuddyProcess, BuddyProcess, BuddyProcess, BuddyProcess]
  const removed = await paralane('buddy', 'remove', fourth.key, '--admin-key', admin, '--rpc', gateway.url).ended
  assert.equal(removed.code, 0, removed.stderr)
  await until(
    async () => (await rpc(gateway.url, 'hyper_getValidators')).validators.length === 3,
    () => 'the Buddy is not removed',
  )
  // One that comes back opens both lanes, and goes on with them.
  const [third] = buddies.slice(2, 3) as [BuddyProcess]
  await third.kill9()
  await third.start()
  const another = await deployCounter(gateway.laneUrl(added))
  await served(network, buddies.slice(0, 3), another)
  // Whoever executes everything again comes to the added lane at the Hyper Block that holds it, and finds it right from its first block on.
  const verified = await paralane('verify', '--replay', '--rpc', gateway.url, '--genesis', join(folder, 'genesis.json')).ended
  assert.equal(verified.code, 0, verified.stdout + verified.stderr)
})

/** The contract's block is final, and each Buddy gives it out as the gateway does. */
async function served(network: BuddyNetwork, buddies: readonly BuddyProcess[], contract: string): Promise<void> {
  const url = network.gateway.laneUrl(added)
  const code = await rpc(url, 'eth_getCode', [contract, 'latest'])
  assert.notEqual(code, '0x')
  const own = await rpc(url, 'eth_blockNumber')
  const isFinal = (base: string) => async (): Promise<boolean> => {
    const block: Json = await rpc(base, 'eth_getBlockByNumber', ['finalized', false])
    return Number(block.number) >= Number(own)
  }
  await until(isFinal(url), () => 'the added lane does not become final')
  for (const buddy of buddies) {
    await until(isFinal(`${buddy.url}/${added}`), () => `Buddy ${buddy.index} does not have the added lane final\n${buddy.output()}`)
    assert.equal(await rpc(`${buddy.url}/${added}`, 'eth_getCode', [contract, 'finalized']), code)
    assert.equal(
      await rpc(`${buddy.url}/${added}`, 'eth_getTransactionCount', [account, own]),
      await rpc(url, 'eth_getTransactionCount', [account, own]),
    )
    await keepsUp(network, buddy)
  }
}
