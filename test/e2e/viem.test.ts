// Owns: viem against two lanes: wallet and public client over HTTP, watchers over WebSocket.
// Does not own: the gateway (gateway.ts). Called by: node --test.
import assert from 'node:assert/strict'
import test from 'node:test'
import * as viem from 'viem'
import { answered } from './answered.js'
import { lanes, startGateway } from './gateway.js'
import { compileToken, devAccount, supply } from './token.js'

const token = compileToken()
const owner = devAccount(0)
const friend = devAccount(1)

function chainOf(chainId: number, url: string): viem.Chain {
  return viem.defineChain({
    id: chainId,
    name: `lane ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  })
}

async function deploy(wallet: viem.WalletClient, reader: viem.PublicClient): Promise<viem.Address> {
  const hash = await wallet.deployContract({ ...token, account: owner, chain: wallet.chain, args: [owner.address, supply] })
  const receipt = await reader.waitForTransactionReceipt({ hash })
  assert.equal(receipt.status, 'success')
  assert.ok(receipt.contractAddress)
  return receipt.contractAddress
}

test('viem deploys and uses a token on two lanes', { timeout: 600_000 }, async (t) => {
  const gateway = await startGateway()
  t.after(() => gateway.stop())

  for (const chainId of lanes) {
    const chain = chainOf(chainId, gateway.laneUrl(chainId))
    const transport = viem.http(gateway.laneUrl(chainId), { retryCount: 0 })
    const reader = viem.createPublicClient({ chain, transport, pollingInterval: 50 })
    const wallet = viem.createWalletClient({ chain, transport, account: owner })

    await t.test(`lane ${chainId}: HTTP`, async () => {
      assert.equal(await reader.getChainId(), chainId)
      const address = await deploy(wallet, reader)
      const contract = { address, abi: token.abi }
      assert.equal(await reader.readContract({ ...contract, functionName: 'totalSupply' }), supply)
      assert.equal(await reader.readContract({ ...contract, functionName: 'name' }), 'Lane Token')
      const domain = (await reader.readContract({ ...contract, functionName: 'eip712Domain' })) as unknown[]
      assert.equal(domain[3], BigInt(chainId))

      const hash = await wallet.writeContract({ ...contract, functionName: 'transfer', args: [friend.address, 5n] })
      const receipt = await reader.waitForTransactionReceipt({ hash })
      assert.equal(await reader.readContract({ ...contract, functionName: 'balanceOf', args: [friend.address] }), 5n)
      const logs = await reader.getContractEvents({ ...contract, eventName: 'Transfer', fromBlock: receipt.blockNumber })
      assert.deepEqual(
        logs.map((log) => log.transactionHash),
        [hash],
      )

      const block = await reader.getBlock({ blockHash: receipt.blockHash, includeTransactions: true })
      assert.ok(block.transactions.some((transaction) => transaction.hash === hash))
      const before = { ...contract, functionName: 'balanceOf', args: [friend.address], blockNumber: receipt.blockNumber - 1n }
      assert.equal(await reader.readContract(before), 0n)
    })

    await t.test(`lane ${chainId}: a revert reaches the caller as the contract's own error`, async () => {
      const address = await deploy(wallet, reader)
      const call = reader.simulateContract({ address, abi: token.abi, functionName: 'transfer', args: [owner.address, 1n], account: friend })
      await assert.rejects(call, (error: viem.BaseError) => {
        const reverted = error.walk((cause) => cause instanceof viem.ContractFunctionRevertedError)
        return (reverted as viem.ContractFunctionRevertedError).data?.errorName === 'ERC20InsufficientBalance'
      })
    })

    await t.test(`lane ${chainId}: WebSocket watchers`, () => watch(chain, gateway.wsUrl(chainId)))
  }
})

async function watch(chain: viem.Chain, url: string): Promise<void> {
  const transport = viem.webSocket(url, { retryCount: 0, reconnect: false })
  const reader = viem.createPublicClient({ chain, transport, pollingInterval: 50 })
  const wallet = viem.createWalletClient({ chain, transport, account: owner })
  const rpc = await reader.transport.getRpcClient()
  const address = await deploy(wallet, reader)

  const ready = answered(rpc.socket, 'eth_subscribe', 3)
  const stops: (() => void)[] = []
  const event = <T>(start: (on: (value: T) => void, onError: (error: Error) => void) => () => void) =>
    new Promise<T>((resolve, reject) => stops.push(start(resolve, reject)))
  const head = event<viem.Block>((onBlock, onError) => reader.watchBlocks({ onBlock, onError }))
  const pending = event<viem.Hash[]>((onTransactions, onError) => reader.watchPendingTransactions({ onTransactions, onError }))
  const transfer = event<viem.Log[]>((onLogs, onError) =>
    reader.watchContractEvent({ address, abi: token.abi, eventName: 'Transfer', onLogs, onError }),
  )

  await ready
  const hash = await wallet.writeContract({ address, abi: token.abi, functionName: 'transfer', args: [friend.address, 7n] })
  assert.deepEqual(await pending, [hash])
  const logs = await transfer
  assert.deepEqual(
    logs.map((log) => log.transactionHash),
    [hash],
  )
  assert.ok((await head).number! >= 0n)
  assert.equal((await reader.getTransactionReceipt({ hash })).blockNumber, logs[0]!.blockNumber)
  for (const stop of stops) stop()
  rpc.close()
}
