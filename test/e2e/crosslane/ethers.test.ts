// Owns: ethers 6 sends transactions from one lane that call a contract on another, as it sends any transaction.
// Does not own: the gateway (gateway.ts). Called by: node --test.

import assert from 'node:assert/strict'
import test from 'node:test'
import * as ethers from 'ethers'
import { lanes, needsOwnGateway, startGateway } from '../gateway.js'
import { devKey } from '../token.js'
import { compileCrossLane, portal, portalAbi, type Compiled } from './contracts.js'
import { linkedReceipts } from './linked.js'

const [near, far] = lanes
const { Counter, CounterUser } = compileCrossLane()

/** ethers answers a repeated read from a 250 ms cache by default, which is older than a block of an instant lane. */
const uncached = { cacheTimeout: -1, pollingInterval: 50 }

async function deploy(signer: ethers.Signer, { abi, bytecode }: Compiled, ...args: unknown[]): Promise<ethers.BaseContract> {
  const contract = await new ethers.ContractFactory(abi as ethers.InterfaceAbi, bytecode, signer).deploy(...args)
  return contract.waitForDeployment()
}

async function receiptOf(sent: ethers.ContractTransactionResponse): Promise<ethers.ContractTransactionReceipt> {
  const receipt = await sent.wait()
  assert.ok(receipt)
  assert.equal(receipt.status, 1)
  return receipt
}

test('ethers calls a contract of another lane', { skip: needsOwnGateway, timeout: 600_000 }, async (t) => {
  const gateway = await startGateway()
  t.after(() => gateway.stop())
  const providers = [near, far].map((chainId) => new ethers.JsonRpcProvider(gateway.laneUrl(chainId), undefined, uncached))
  t.after(() => providers.forEach((provider) => provider.destroy()))
  const [here, there] = providers.map((provider) => new ethers.Wallet(devKey(0), provider)) as [ethers.Wallet, ethers.Wallet]

  const counter = await deploy(there, Counter)
  const original = await counter.getAddress()
  const create = new ethers.Contract(portal, portalAbi as unknown as ethers.InterfaceAbi, here).getFunction('createCrossChainProxy')
  const proxyAddress: string = await create.staticCall(original, far)
  await receiptOf(await create(original, far))
  const proxy = new ethers.Contract(proxyAddress, Counter.abi as ethers.InterfaceAbi, here)
  const user = await deploy(here, CounterUser, proxyAddress)
  const use = user.getFunction('use')
  const total = counter.getFunction('total')

  await t.test('a contract here uses the one there: estimate, send, receipt', async () => {
    assert.equal(await proxy.getFunction('total')(), 0n)
    assert.equal(await use.staticCall(5n, { value: 7n }), 5n)
    assert.ok((await use.estimateGas(5n, { value: 7n })) > 40_000n)
    assert.equal(await total(), 0n, 'asking changes nothing')

    const receipt = await receiptOf(await use(5n, { value: 7n }))
    assert.equal(await user.getFunction('seen')(), 5n)
    assert.equal(await total(), 5n)
    assert.equal(await there.provider?.getBalance(original), 7n)

    const [leg] = await linkedReceipts(gateway, { chainId: near, hash: receipt.hash }, [far])
    const events = await counter.queryFilter('Counted', 0)
    assert.deepEqual(
      events.map(({ transactionHash }) => transactionHash),
      [leg.transactionHash],
    )
    const legThere = await there.provider?.getTransactionReceipt(leg.transactionHash)
    assert.deepEqual([legThere?.status, legThere?.to, legThere?.logs.length], [1, original, 1])
  })

  await t.test('a wallet calls the proxy itself', async () => {
    const { hash } = await receiptOf(await proxy.getFunction('count')(10n))
    assert.equal(await total(), 15n)
    await linkedReceipts(gateway, { chainId: near, hash }, [far])
  })

  await t.test('what the far contract refuses is its own error here', async () => {
    const isReason = (error: ethers.CallExceptionError) => {
      const reason = counter.interface.parseError(error.data ?? '0x')
      assert.deepEqual([reason?.name, ...(reason?.args ?? [])], ['StepTooLarge', 500n, 100n])
      return true
    }
    await assert.rejects(use.staticCall(500n), isReason)
    await assert.rejects(use(500n), (error: ethers.CallExceptionError) => {
      assert.equal(error.action, 'estimateGas')
      return isReason(error)
    })
    const sent = (await use(500n, { gasLimit: 500_000n })) as ethers.ContractTransactionResponse
    await assert.rejects(sent.wait(), (error: ethers.CallExceptionError) => error.receipt?.status === 0)
    assert.equal(await total(), 15n)
  })
})
