// Owns: forge and cast against two lanes: create, a script over both lanes, and cast's reads and writes.
// Does not own: the gateway (gateway.ts), the Foundry project (foundry/, foundry-project.ts). Called by: node --test.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { copyFoundryProject, withoutFoundry } from './foundry-project.js'
import { lanes, startGateway } from './gateway.js'
import { devAccount, devKey, supply } from './token.js'

const owner = devAccount(0).address
const friend = devAccount(1).address
const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

test('foundry deploys and uses a token on two lanes', { skip: withoutFoundry, timeout: 600_000 }, async (t) => {
  const gateway = await startGateway()
  t.after(() => gateway.stop())
  const env = { OWNER_KEY: devKey(0), FRIEND_KEY: devKey(1), LANE0_URL: gateway.laneUrl(lanes[0]), LANE1_URL: gateway.laneUrl(lanes[1]) }
  const project = await copyFoundryProject(env)
  t.after(project.remove)
  const { forge } = project
  const castOn =
    (chainId: number) =>
    (...args: string[]) =>
      project.cast(...args, '--rpc-url', gateway.laneUrl(chainId))
  const castSend = async (chainId: number, ...args: string[]) =>
    JSON.parse(await castOn(chainId)('send', '--private-key', devKey(0), '--json', ...args))

  for (const chainId of lanes) {
    await t.test(`lane ${chainId}: forge create, cast`, async (lane) => {
      const cast = castOn(chainId)
      const created = JSON.parse(
        await forge(
          'create',
          'src/Token.sol:Token',
          '--rpc-url',
          gateway.laneUrl(chainId),
          '--private-key',
          devKey(0),
          '--broadcast',
          '--json',
          '--constructor-args',
          owner,
          supply.toString(),
        ),
      )
      const token: string = created.deployedTo
      assert.equal(await cast('chain-id'), String(chainId))
      assert.deepEqual(JSON.parse(await cast('call', token, 'totalSupply()(uint256)', '--json')), [String(supply)])

      const receipt = await castSend(chainId, token, 'transfer(address,uint256)', friend, '5')
      assert.equal(receipt.status, '0x1')
      const fetched = JSON.parse(await cast('receipt', receipt.transactionHash, '--json'))
      assert.deepEqual([fetched.blockHash, fetched.logs], [receipt.blockHash, receipt.logs])
      const block = JSON.parse(await cast('block', BigInt(receipt.blockNumber).toString(), '--json'))
      assert.ok(block.transactions.includes(receipt.transactionHash))
      const logs = JSON.parse(await cast('logs', '--address', token, '--from-block', '0', transferTopic, '--json'))
      assert.equal(logs.at(-1).transactionHash, receipt.transactionHash)

      await lane.test('balance and plain transfer', async () => {
        const payee = devAccount(15).address
        const held = BigInt(await cast('balance', payee))
        await castSend(chainId, payee, '--value', '3ether')
        assert.equal(BigInt(await cast('balance', payee)) - held, 3n * 10n ** 18n)
      })

      await lane.test('proof and access list', async () => {
        // Slot 2 of OpenZeppelin's ERC20 is the total supply.
        const proof = JSON.parse(await cast('proof', token, '2', '--json'))
        assert.equal(BigInt(proof.storageProof[0].value), supply)
        assert.ok(proof.accountProof.length > 0)
        const list = await cast('access-list', token, 'transfer(address,uint256)', friend, '1', '--from', owner, '--json')
        assert.equal(JSON.parse(list).accessList[0].address.toLowerCase(), token.toLowerCase())
      })

      await lane.test('a revert is decoded', async () => {
        const call = cast('call', token, 'transfer(address,uint256)', owner, '1000', '--from', devAccount(9).address)
        await assert.rejects(call, /execution reverted[\s\S]*0xe450d38c/)
      })
    })
  }

  await t.test('forge script broadcasts to both lanes in one run', async () => {
    await forge('script', 'script/TwoLanes.s.sol:TwoLanes', '--broadcast')
    const run = JSON.parse(await readFile(join(project.folder, 'broadcast/multi/TwoLanes.s.sol-latest/run.json'), 'utf8'))
    const sent: string[] = []
    for (const { chain, transactions, receipts } of run.deployments) {
      for (const { transactionType } of transactions) sent.push(`${transactionType} on ${chain}`)
      for (const { transactionHash, blockHash } of receipts) {
        const onLane = JSON.parse(await castOn(chain)('receipt', transactionHash, '--json'))
        assert.deepEqual([onLane.status, onLane.blockHash], ['0x1', blockHash])
      }
      const token = transactions[0].contractAddress
      const held = JSON.parse(await castOn(chain)('call', token, 'balanceOf(address)(uint256)', friend, '--json'))
      assert.equal(Number(held[0]), chain === lanes[0] ? 11 : 0)
    }
    assert.deepEqual(sent, [`CREATE on ${lanes[0]}`, `CREATE on ${lanes[1]}`, `CALL on ${lanes[0]}`])
  })
})
