// Owns: ethers 6 against two lanes: JsonRpcProvider, WebSocketProvider, ContractFactory, events.
// Does not own: the gateway (gateway.ts). Called by: node --test.
import assert from 'node:assert/strict'
import test from 'node:test'
import * as ethers from 'ethers'
import { WebSocket } from 'ws'
import { answered } from './answered.js'
import { lanes, startGateway } from './gateway.js'
import { compileToken, devAccount, devKey, supply } from './token.js'

const { abi, bytecode } = compileToken()
const owner = devAccount(0).address
const friend = devAccount(1).address

/** ethers answers a repeated read from a 250 ms cache by default, which is older than a block of an instant lane. */
const uncached = { cacheTimeout: -1, pollingInterval: 50 }

async function deploy(signer: ethers.Signer): Promise<ethers.BaseContract> {
  const factory = new ethers.ContractFactory(abi as ethers.InterfaceAbi, bytecode, signer)
  const contract = await factory.deploy(owner, supply)
  return contract.waitForDeployment()
}

test('ethers deploys and uses a token on two lanes', { timeout: 600_000 }, async (t) => {
  const gateway = await startGateway()
  t.after(() => gateway.stop())

  for (const chainId of lanes) {
    await t.test(`lane ${chainId}: JsonRpcProvider`, async () => {
      const provider = new ethers.JsonRpcProvider(gateway.laneUrl(chainId), undefined, uncached)
      const signer = new ethers.Wallet(devKey(0), provider)
      assert.equal((await provider.getNetwork()).chainId, BigInt(chainId))
      const contract = await deploy(signer)
      assert.equal(await contract.getFunction('totalSupply')(), supply)

      const sent = await contract.getFunction('transfer')(friend, 5n)
      const receipt = (await sent.wait()) as ethers.ContractTransactionReceipt
      assert.equal(receipt.status, 1)
      assert.equal(await contract.getFunction('balanceOf')(friend), 5n)
      assert.equal(await contract.getFunction('balanceOf')(friend, { blockTag: receipt.blockNumber - 1 }), 0n)
      const events = await contract.queryFilter('Transfer', receipt.blockNumber)
      assert.deepEqual(
        events.map((event) => event.transactionHash),
        [receipt.hash],
      )
      const block = await provider.getBlock(receipt.blockNumber)
      assert.equal(block?.hash, receipt.blockHash)
      provider.destroy()
    })

    await t.test(`lane ${chainId}: a revert is decoded with the contract's own error`, async () => {
      const provider = new ethers.JsonRpcProvider(gateway.laneUrl(chainId), undefined, uncached)
      const contract = await deploy(new ethers.Wallet(devKey(0), provider))
      const poor = contract.connect(new ethers.Wallet(devKey(1), provider))
      const transfer = poor.getFunction('transfer')
      await assert.rejects(transfer.staticCall(owner, 1n), (error: ethers.CallExceptionError) => error.revert?.name === 'ERC20InsufficientBalance')
      // Sending estimates first; there ethers hands the revert data on without decoding it.
      await assert.rejects(transfer(owner, 1n), (error: ethers.CallExceptionError) => {
        assert.equal(error.action, 'estimateGas')
        return contract.interface.parseError(error.data!)?.name === 'ERC20InsufficientBalance'
      })
      provider.destroy()
    })

    await t.test(`lane ${chainId}: WebSocketProvider`, () => subscribeAndTransfer(gateway.laneUrl(chainId), gateway.wsUrl(chainId)))
  }
})

async function subscribeAndTransfer(httpUrl: string, wsUrl: string): Promise<void> {
  const http = new ethers.JsonRpcProvider(httpUrl, undefined, uncached)
  const address = await (await deploy(new ethers.Wallet(devKey(0), http))).getAddress()
  http.destroy()

  const socket = new WebSocket(wsUrl)
  const provider = new ethers.WebSocketProvider(socket, undefined, uncached)
  const contract = new ethers.Contract(address, abi as ethers.InterfaceAbi, new ethers.Wallet(devKey(0), provider))

  const ready = answered(socket, 'eth_subscribe', 3)
  const left = answered(socket, 'eth_unsubscribe', 3)
  const transfer = new Promise<ethers.ContractEventPayload>((resolve) => contract.on('Transfer', (...args) => resolve(args.at(-1))))
  const head = new Promise<number>((resolve) => provider.once('block', resolve))
  const pending = new Promise<string>((resolve) => provider.once('pending', resolve))
  await ready

  const sent = (await contract.getFunction('transfer')(friend, 7n)) as ethers.ContractTransactionResponse
  assert.equal(await pending, sent.hash)
  const event = await transfer
  assert.equal(event.log.transactionHash, sent.hash)
  assert.deepEqual([...event.args], [owner, friend, 7n])
  assert.ok((await head) <= event.log.blockNumber)

  await contract.off('Transfer')
  await left
  await provider.destroy()
}
