// One storage slot is changed in the gateway's database: Buddies refuse the next block that rests on it, say so, and a replay names the slot.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { toHex } from '../../../src/primitives.js'
import { lane, tableRange } from '../../../src/schema.js'
import { openLevelStore } from '../../../src/store/level-store.js'
import { needsOwnGateway } from '../gateway.js'
import { paralane } from '../process/command.js'
import { rpc } from '../rpc.js'
import { until } from '../until.js'
import { account } from './load.js'
import { startNetwork } from './network.js'

/** It was there before the first block: what changed lately a lane checks against its tries when it starts, and would not start. */
const contract = '0x00000000000000000000000000000000000c0de0'
const forks = { homesteadBlock: 0, eip150Block: 0, eip155Block: 0, eip158Block: 0, byzantiumBlock: 0, constantinopleBlock: 0, petersburgBlock: 0, istanbulBlock: 0, berlinBlock: 0, londonBlock: 0, terminalTotalDifficulty: 0, shanghaiTime: 0, cancunTime: 0 } // prettier-ignore
const genesis = {
  config: { chainId: 77_043, ...forks },
  timestamp: '0x65000000',
  gasLimit: '0x1c9c380',
  difficulty: '0x0',
  alloc: {
    [account]: { balance: '0x21e19e0c9bab2400000' },
    // sstore(0, sload(0) + 1)
    [contract]: { balance: '0x0', code: '0x60016000540160005500', storage: { [`0x${'0'.repeat(64)}`]: '0x03' } },
  },
}

const lanesOf = (genesisFile: string): string => `
[[lanes]]
chainId = 77043
name = "tampered"
genesis = "${genesisFile}"

[[lanes]]
chainId = 77044
name = "other"
blockTimeMs = 200
`

/** What somebody with access to the disk does: another value, behind the trie's back. */
async function tamper(folder: string): Promise<void> {
  const store = await openLevelStore(join(folder, 'gateway', 'lane-77043', 'db'))
  for await (const [key] of store.iterate(tableRange(lane.slots))) {
    if (toHex(key.slice(1, 21)) === contract) await store.batch([{ type: 'put', key, value: Uint8Array.of(77) }])
  }
  await store.close()
}

test('a tampered slot is refused by all Buddies, and named by verify --replay', { skip: needsOwnGateway, timeout: 900_000 }, async (t) => {
  const genesisFolder = await mkdtemp(join(tmpdir(), 'paralane-genesis-'))
  t.after(() => rm(genesisFolder, { recursive: true, force: true }))
  const genesisFile = join(genesisFolder, 'lane.json')
  await writeFile(genesisFile, JSON.stringify(genesis))
  const network = await startNetwork({ lanes: lanesOf(genesisFile) })
  t.after(() => network.stop())
  const { buddies, folder } = network
  const url = (): string => network.gateway.laneUrl(77043)
  const count = (): Promise<unknown> => rpc(url(), 'eth_sendTransaction', [{ from: account, to: contract, gas: '0x186a0' }])
  for (let i = 0; i < 3; i++) await rpc(url(), 'eth_sendTransaction', [{ from: account, to: account, value: '0x1' }])
  await network.sealed((await network.height()) + 3)
  const verify = ['verify', '--replay', '--rpc', network.gateway.url, '--genesis', join(folder, 'genesis.json')]

  const before = await paralane(...verify).ended
  assert.equal(before.code, 0, before.stdout + before.stderr)
  assert.match(before.stdout, /^replayed: all of \d+ Hyper Blocks/m)
  t.diagnostic(before.stdout.trim().split('\n').slice(-2).join(' | '))

  await network.gateway.stop()
  await tamper(folder)
  await network.restartGateway()
  await count()
  const refusals = await Promise.all(
    buddies.map(async (buddy) => {
      await buddy.said(/lane 77043: block \d+ is refused/)
      const following = await rpc(buddy.url, 'hyper_following')
      const metrics = await (await fetch(`${buddy.url}/metrics`)).text()
      assert.match(metrics, /^paralane_refused_blocks_total [1-9]/m)
      assert.match(metrics, /^paralane_lane_refused\{lane="77043"\} 1/m)
      return following.refusals[0]
    }),
  )
  for (const refusal of refusals) {
    assert.equal(Number(refusal.chainId), 77043)
    assert.match(refusal.reason, /root|gas|receipts/)
  }
  const refused = Number(refusals[0].number)
  // The other lane is sealed on; what was refused never is.
  const [, other] = await rpc(network.gateway.url, 'hyper_getLanes')
  await until(async () => Number((await rpc(network.gateway.url, 'hyper_getLanes'))[1].finalized) > Number(other.finalized), () => 'the other lane is not sealed any more') // prettier-ignore
  assert.ok(Number((await rpc(network.gateway.url, 'hyper_getLanes'))[0].finalized) < refused)

  const after = await paralane(...verify).ended
  assert.equal(after.code, 1)
  assert.match(after.stdout, new RegExp(`^differs: lane tampered, block ${refused} `, 'm'))
  assert.match(
    after.stdout,
    new RegExp(`^differs: lane tampered, state after block \\d+, account ${contract}, slot 0x0{64}: the server has 0x4d, execution gives 0x3$`, 'm'),
  )
  t.diagnostic(after.stdout.trim())
})
