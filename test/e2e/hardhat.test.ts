// Owns: Hardhat 2 with Ignition against two lanes, run as its user runs it.
// Does not own: the gateway (gateway.ts), the project (hardhat-fixtures/, hardhat-project.ts). Called by: node --test.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { lanes, startGateway } from './gateway.js'
import { copyHardhatProject } from './hardhat-project.js'

test('hardhat 2 with Ignition deploys and uses a token on two lanes', { timeout: 600_000 }, async (t) => {
  const gateway = await startGateway()
  t.after(() => gateway.stop())
  const { folder, hardhat, remove } = await copyHardhatProject({
    LANE0_URL: gateway.laneUrl(lanes[0]),
    LANE1_URL: gateway.laneUrl(lanes[1]),
  })
  t.after(remove)

  await t.test('compile', async () => {
    assert.match(await hardhat('compile'), /Compiled \d+ Solidity files/)
  })

  for (const [index, chainId] of lanes.entries()) {
    const network = ['--network', `lane${index}`]

    await t.test(`lane ${chainId}: ignition deploy`, async () => {
      await hardhat('ignition', 'deploy', 'ignition/modules/Token.js', ...network)
      const deployed = join(folder, 'ignition/deployments', `chain-${chainId}`, 'deployed_addresses.json')
      assert.match(JSON.parse(await readFile(deployed, 'utf8'))['Token#Token'], /^0x[0-9a-fA-F]{40}$/)
    })

    await t.test(`lane ${chainId}: a script uses the deployed token`, async () => {
      const printed = JSON.parse(await hardhat('run', '--no-compile', 'scripts/use.js', ...network))
      assert.deepEqual([printed.chainId, printed.status, printed.events, printed.friendHolds], [chainId, 1, 1, '3'])
    })

    await t.test(`lane ${chainId}: hardhat test`, async () => {
      assert.match(await hardhat('test', '--no-compile', ...network), /4 passing/)
    })
  }
})
