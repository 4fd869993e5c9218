// Four Buddies in processes of their own seal the blocks of a gateway under load: one dies and comes back, one is cut off, two are gone.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { needsOwnGateway } from '../gateway.js'
import { paralane } from '../process/command.js'
import { rpc } from '../rpc.js'
import { until } from '../until.js'
import { keepsUp } from './keeps-up.js'
import { deployCounter, startLoad } from './load.js'
import { startNetwork, type BuddyProcess } from './network.js'

const lanes = `
[[lanes]]
chainId = 77040
name = "instant"

[[lanes]]
chainId = 77041
name = "clock"
blockTimeMs = 100
`
/** Blocks of the clock's lane after two have died: as long as 20 periods, in which sealing would go far beyond what late votes allow. */
const blocksWithoutSeal = 40

test('sealing goes on without one, stops without two, and resumes', { skip: needsOwnGateway, timeout: 900_000 }, async (t) => {
  const network = await startNetwork({ lanes })
  t.after(() => network.stop())
  const { gateway, buddies } = network
  const urls = [77040, 77041].map((chainId) => gateway.laneUrl(chainId))
  const counters = await Promise.all(urls.map(deployCounter))
  const load = startLoad(urls, counters)
  t.after(() => load.stop())
  const [first, second, third, fourth] = buddies as [BuddyProcess, BuddyProcess, BuddyProcess, BuddyProcess]
  const more = async (count: number): Promise<void> => void (await network.sealed((await network.height()) + count))

  await more(5)
  for (const buddy of buddies) await keepsUp(network, buddy)

  await first.kill9()
  await more(5)
  await first.start()
  await keepsUp(network, first)

  second.partition()
  await more(5)
  second.heal()
  await keepsUp(network, second)

  await Promise.all([third.kill9(), fourth.kill9()])
  const bound = await lastSealable([first, second])
  const head = async (): Promise<number> => Number(await rpc(gateway.laneUrl(77041), 'eth_blockNumber'))
  const goesOnTo = (await head()) + blocksWithoutSeal
  await until(
    async () => (await head()) >= goesOnTo,
    () => 'lanes do not go on without a Seal',
  )
  const stopped = await network.height()
  assert(stopped <= bound, `two of four sealed ${stopped}, with votes for no more than ${bound}`)
  await Promise.all([third.start(), fourth.start()])
  await more(5)
  for (const buddy of buddies) await keepsUp(network, buddy)
  t.diagnostic(`${await network.height()} Hyper Blocks, ${load.sent} transactions`)

  await assert.rejects(rpc(`${second.url}/77040`, 'eth_sendRawTransaction', ['0x00']), /follows/)
  const model = await rpc(gateway.url, 'hyper_trustModel')
  assert.deepEqual([model.model, model.reexecuted], ['separate', true])
})

/**
 * The highest Hyper Block that can be sealed once only these two of four are left, when nobody else votes any more.
 * Let S be the newest that any of the four knew to be sealed when the others died. For S three had voted, one of these two among them, and whoever
 * votes for S has stored S - 1 (B4.3, B4.4). The dead may have voted for S + 1, and these votes may arrive late; for S + 2 a dead one would have
 * had to know S + 1. So it is two more than the highest that these two have stored, however long ago the others died.
 */
async function lastSealable(alive: readonly BuddyProcess[]): Promise<number> {
  const stored = await Promise.all(alive.map(({ url }) => rpc(url, 'hyper_blockNumber')))
  return Math.max(...stored.map(Number)) + 2
}

test('who seals is changed while it runs', { skip: needsOwnGateway, timeout: 900_000 }, async (t) => {
  const network = await startNetwork({ lanes })
  t.after(() => network.stop())
  const { gateway, buddies } = network
  const [first, , , fourth] = buddies as [BuddyProcess, BuddyProcess, BuddyProcess, BuddyProcess]
  const urls = [77040, 77041].map((chainId) => gateway.laneUrl(chainId))
  const load = startLoad(urls, await Promise.all(urls.map(deployCounter)), 100)
  t.after(() => load.stop())
  const more = async (count: number): Promise<void> => void (await network.sealed((await network.height()) + count))
  await more(1)
  const validators = async (): Promise<number> => (await rpc(gateway.url, 'hyper_getValidators')).validators.length
  const change = async (what: 'add' | 'remove'): Promise<void> => {
    const admin = ['--admin-key', join(network.folder, 'gateway', 'admin.pem'), '--rpc', gateway.url]
    const { code, stdout, stderr } = await paralane('buddy', what, fourth.key, ...admin).ended
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^Change \d+ was accepted/)
  }
  await change('remove')
  await until(
    async () => (await validators()) === 3,
    () => 'the Buddy is not removed',
  )
  await more(3)
  await change('add')
  await until(
    async () => (await validators()) === 4,
    () => 'the Buddy is not added',
  )
  await keepsUp(network, fourth)
  await first.kill9()
  await more(3)
})
