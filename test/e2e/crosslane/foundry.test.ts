// Owns: forge script and cast send transactions from one lane that call a contract on another, as they send any transaction.
// Does not own: the gateway (gateway.ts), the Foundry project (../foundry/). Called by: node --test.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { copyFoundryProject, withoutFoundry } from '../foundry-project.js'
import { lanes, needsOwnGateway, startGateway } from '../gateway.js'
import { rpc } from '../rpc.js'
import { devKey } from '../token.js'
import { until } from '../until.js'
import { portal } from './contracts.js'
import { linkedReceipts } from './linked.js'

const [near, far] = lanes

test('foundry calls a contract of another lane', { skip: withoutFoundry || needsOwnGateway, timeout: 600_000 }, async (t) => {
  const gateway = await startGateway()
  t.after(() => gateway.stop())
  const project = await copyFoundryProject({ OWNER_KEY: devKey(0), LANE0_URL: gateway.laneUrl(near), LANE1_URL: gateway.laneUrl(far) })
  t.after(project.remove)
  const cast = (chainId: number, ...args: string[]) => project.cast(...args, '--rpc-url', gateway.laneUrl(chainId))
  const castSend = async (...args: string[]) => JSON.parse(await cast(near, 'send', '--private-key', devKey(0), '--json', ...args))
  const total = (counter: string) => cast(far, 'call', counter, 'total()(uint256)')

  let counter = ''
  let user = ''
  const script = async (...flags: string[]) => {
    await project.forge('script', 'script/CrossLane.s.sol:CrossLane', '--broadcast', ...flags)
    const run = JSON.parse(await readFile(join(project.folder, 'broadcast/multi/CrossLane.s.sol-latest/run.json'), 'utf8'))
    const [there, here] = run.deployments
    const [, made, used, sent] = here.transactions
    for (const { status } of [...there.receipts, ...here.receipts]) assert.equal(status, '0x1')
    return { counter: there.transactions[0].contractAddress, user: made.contractAddress, used, sent }
  }
  await t.test('forge script: ordinary calls, rehearsed and broadcast without a flag', async () => {
    const run = await script()
    counter = run.counter
    user = run.user
    assert.equal(await cast(near, 'call', user, 'seen()(uint256)'), '5', 'the rehearsal saw zeros, the lane did not')
    await linkedReceipts(gateway, { chainId: near, hash: run.used.hash }, [far])
    assert.equal(await total(counter), '5')
    // Messages are read out of a block that is there.
    await until(
      async () => (await rpc(gateway.laneUrl(near), 'hyper_getMessagesByTransaction', [run.sent.hash])).length === 1,
      () => 'the script sent no message',
    )
  })

  await t.test('forge script --skip-simulation: the lane is asked how much gas each transaction takes', async () => {
    const run = await script('--skip-simulation')
    await linkedReceipts(gateway, { chainId: near, hash: run.used.hash }, [far])
    assert.equal(await total(run.counter), '5')
    const { gas } = await rpc(gateway.laneUrl(near), 'eth_getTransactionByHash', [run.used.hash])
    assert.ok(BigInt(gas) < 500_000n, gas)
  })

  await t.test('cast estimate, cast send', async () => {
    assert.ok(BigInt(await cast(near, 'estimate', user, 'use(uint256)', '5')) > 40_000n)
    assert.equal(await cast(near, 'call', user, 'use(uint256)(uint256)', '5'), '10')
    const receipt = await castSend(user, 'use(uint256)', '5')
    assert.equal(receipt.status, '0x1')
    const [leg] = await linkedReceipts(gateway, { chainId: near, hash: receipt.transactionHash }, [far])
    assert.equal(await total(counter), '10')
    assert.equal(JSON.parse(await cast(far, 'receipt', leg.transactionHash, '--json')).blockHash, leg.blockHash)
  })

  await t.test('cast send to the proxy itself', async () => {
    const proxy = await cast(near, 'call', portal, 'computeCrossChainProxyAddress(address,uint256)(address)', counter, String(far))
    const receipt = await castSend(proxy, 'count(uint256)', '10')
    assert.equal(receipt.status, '0x1')
    await linkedReceipts(gateway, { chainId: near, hash: receipt.transactionHash }, [far])
    assert.equal(await total(counter), '20')
  })

  await t.test('what the far contract refuses is shown here', async () => {
    // StepTooLarge(uint256,uint256)
    const reason = /execution reverted[\s\S]*0xfe35036e/
    await assert.rejects(cast(near, 'call', user, 'use(uint256)', '500'), reason)
    await assert.rejects(castSend(user, 'use(uint256)', '500'), reason)
    const receipt = await castSend('--gas-limit', '500000', user, 'use(uint256)', '500')
    assert.equal(receipt.status, '0x0')
    assert.equal(await total(counter), '20')
  })
})
