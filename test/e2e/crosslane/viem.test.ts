// Owns: viem sends transactions from one lane that call a contract on another, as it sends any transaction.
// Does not own: the gateway (gateway.ts). Called by: node --test.

import assert from 'node:assert/strict'
import test from 'node:test'
import * as viem from 'viem'
import { lanes, needsOwnGateway, startGateway } from '../gateway.js'
import { devAccount } from '../token.js'
import { compileCrossLane, portal, portalAbi, type Compiled } from './contracts.js'
import { linkedReceipts } from './linked.js'

const [near, far] = lanes
const owner = devAccount(0)
const { Counter, CounterUser } = compileCrossLane()

function clientOf(chainId: number, url: string) {
  const nativeCurrency = { name: 'Ether', symbol: 'ETH', decimals: 18 }
  const chain = viem.defineChain({ id: chainId, name: `lane ${chainId}`, nativeCurrency, rpcUrls: { default: { http: [url] } } })
  const transport = viem.http(url, { retryCount: 0 })
  return viem.createWalletClient({ account: owner, chain, transport, pollingInterval: 50 }).extend(viem.publicActions)
}

type Client = ReturnType<typeof clientOf>

async function deploy(client: Client, { abi, bytecode }: Compiled, args: unknown[] = []): Promise<viem.Address> {
  const { contractAddress } = await client.waitForTransactionReceipt({ hash: await client.deployContract({ abi, bytecode, args }) })
  assert.ok(contractAddress)
  return contractAddress
}

test('viem calls a contract of another lane', { skip: needsOwnGateway, timeout: 600_000 }, async (t) => {
  const gateway = await startGateway()
  t.after(() => gateway.stop())
  const here = clientOf(near, gateway.laneUrl(near))
  const there = clientOf(far, gateway.laneUrl(far))

  const counter = { address: await deploy(there, Counter), abi: Counter.abi }
  const made = { address: portal, abi: portalAbi, functionName: 'createCrossChainProxy', args: [counter.address, BigInt(far)] } as const
  const { result: proxyAddress } = await here.simulateContract(made)
  await here.waitForTransactionReceipt({ hash: await here.writeContract(made) })
  const proxy = { address: proxyAddress, abi: Counter.abi }
  const user = { address: await deploy(here, CounterUser, [proxyAddress]), abi: CounterUser.abi }
  const total = () => there.readContract({ ...counter, functionName: 'total' })

  await t.test('a read through the proxy', async () => {
    assert.equal(await here.readContract({ ...proxy, functionName: 'total' }), 0n)
  })

  await t.test('a contract here uses the one there: estimate, send, receipt', async () => {
    const call = { ...user, functionName: 'use', args: [5n], value: 7n }
    assert.equal((await here.simulateContract(call)).result, 5n)
    assert.ok((await here.estimateContractGas(call)) > 40_000n)
    assert.equal(await total(), 0n, 'asking changes nothing')

    const hash = await here.writeContract(call)
    const receipt = await here.waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    assert.equal(await here.readContract({ ...user, functionName: 'seen' }), 5n)
    // Whoever holds the receipt finds what was done on the other lane.
    assert.equal(await total(), 5n)
    assert.equal(await there.getBalance({ address: counter.address }), 7n)

    const [leg] = await linkedReceipts(gateway, { chainId: near, hash }, [far])
    const [counted] = await there.getContractEvents({ ...counter, eventName: 'Counted', fromBlock: 0n })
    assert.equal(counted?.transactionHash, leg.transactionHash)
    assert.equal((counted as unknown as { args: { by: string } }).args.by, await accountElsewhere(here, user.address))
  })

  await t.test('a wallet calls the proxy itself', async () => {
    const hash = await here.writeContract({ ...proxy, functionName: 'count', args: [10n] })
    assert.equal((await here.waitForTransactionReceipt({ hash })).status, 'success')
    assert.equal(await total(), 15n)
    await linkedReceipts(gateway, { chainId: near, hash }, [far])
  })

  await t.test('what the far contract refuses is its own error here', async () => {
    const call = { address: user.address, abi: [...user.abi, ...Counter.abi], functionName: 'use', args: [500n] } as const
    const isReason = (error: viem.BaseError) => {
      const reverted = error.walk((cause) => cause instanceof viem.ContractFunctionRevertedError)
      assert.ok(reverted instanceof viem.ContractFunctionRevertedError, error.message)
      assert.equal(reverted.data?.errorName, 'StepTooLarge')
      assert.deepEqual(reverted.data?.args, [500n, 100n])
      return true
    }
    await assert.rejects(here.simulateContract(call), isReason)
    await assert.rejects(here.estimateContractGas(call), isReason)
    const receipt = await here.waitForTransactionReceipt({ hash: await here.writeContract({ ...call, gas: 500_000n }) })
    assert.equal(receipt.status, 'reverted')
    assert.equal(await total(), 15n)
  })
})

function accountElsewhere(client: Client, account: viem.Address): Promise<viem.Address> {
  const args = [account, BigInt(near)] as const
  return client.readContract({ address: portal, abi: portalAbi, functionName: 'computeCrossChainProxyAddress', args })
}
