// Owns: web3 4 against two lanes: contract over HTTP, subscriptions over WebSocket.
// Does not own: the gateway (gateway.ts). Called by: node --test.
import assert from 'node:assert/strict'
import test from 'node:test'
import { type ContractAbi, Web3 } from 'web3'
import { lanes, startGateway } from './gateway.js'
import { compileToken, devAccount, devKey, supply } from './token.js'

const { abi, bytecode } = compileToken()
const owner = devAccount(0).address
const friend = devAccount(1).address

function web3For(url: string): Web3 {
  const web3 = new Web3(url)
  web3.eth.accounts.wallet.add(devKey(0))
  web3.eth.transactionPollingInterval = 50
  return web3
}

async function deploy(web3: Web3) {
  const contract = new web3.eth.Contract(abi as ContractAbi)
  return contract.deploy({ data: bytecode, arguments: [owner, supply] as never }).send({ from: owner })
}

test('web3 deploys and uses a token on two lanes', { timeout: 600_000 }, async (t) => {
  const gateway = await startGateway()
  t.after(() => gateway.stop())

  for (const chainId of lanes) {
    await t.test(`lane ${chainId}: HTTP`, async () => {
      const web3 = web3For(gateway.laneUrl(chainId))
      assert.equal(await web3.eth.getChainId(), BigInt(chainId))
      const token = await deploy(web3)
      assert.equal(await token.methods['totalSupply']!().call(), supply)

      const receipt = await token.methods['transfer']!(friend, 5n).send({ from: owner })
      assert.equal(receipt.status, 1n)
      assert.equal(await token.methods['balanceOf']!(friend).call(), 5n)
      assert.equal(receipt.events?.['Transfer']?.returnValues['value'], 5n)
      const logs = await web3.eth.getPastLogs({ address: token.options.address!, fromBlock: receipt.blockNumber })
      assert.deepEqual(
        logs.map((log) => (log as { transactionHash: string }).transactionHash),
        [receipt.transactionHash],
      )
    })

    await t.test(`lane ${chainId}: a revert is decoded with the contract's own error`, async () => {
      const token = await deploy(web3For(gateway.laneUrl(chainId)))
      const call = token.methods['transfer']!(owner, 1n).call({ from: friend })
      await assert.rejects(call, (error: { cause?: { errorName?: string } }) => error.cause?.errorName === 'ERC20InsufficientBalance')
    })

    await t.test(`lane ${chainId}: WebSocket subscriptions`, async () => {
      const web3 = web3For(gateway.wsUrl(chainId))
      const token = await deploy(web3)
      const logs = await web3.eth.subscribe('logs', { address: token.options.address! })
      const heads = await web3.eth.subscribe('newBlockHeaders')
      const log = new Promise<{ transactionHash?: unknown }>((resolve, reject) => {
        logs.on('data', resolve)
        logs.on('error', reject)
      })
      const head = new Promise<{ number?: unknown }>((resolve, reject) => {
        heads.on('data', resolve)
        heads.on('error', reject)
      })
      const receipt = await token.methods['transfer']!(friend, 7n).send({ from: owner })
      assert.equal((await log).transactionHash, receipt.transactionHash)
      assert.ok(BigInt((await head).number as bigint) <= receipt.blockNumber)
      await web3.eth.clearSubscriptions()
      web3.provider?.disconnect()
    })
  }
})
