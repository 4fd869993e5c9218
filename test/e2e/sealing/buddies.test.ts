// Owns: what callers see of the Buddies in the process: with two of four stopped nothing is sealed, lanes go on to their bound, and then wait; and the rhythm of an idle network.
// Called by: node --test.

import assert from 'node:assert/strict'
import test from 'node:test'
import { initKeccak } from '../../../src/evm-lane/engine/keccak.js'
import { askOverHttp, proveLaneBlock, reachByAll, trustGenesis } from '../../../src/hyper/light-client.js'
import { fromHex, toHex } from '../../../src/primitives.js'
import { signedTx, type Signer } from '../../fixtures/signed-tx.js'
import { needsOwnGateway, type Gateway } from '../gateway.js'
import { ownConfig } from '../own-config.js'
import { post, rpc, type Json } from '../rpc.js'
import { devAccount, devKey } from '../token.js'
import { subscribeHeads } from './heads.js'
import { marksOf, untilFinal } from './seal-audit.js'

const lane = 77032
const maxUnsealed = 6

async function startWith(t: test.TestContext, hyper: string): Promise<Gateway> {
  const { start } = await ownConfig(t, `[hyper]\n${hyper}\n[[lanes]]\nchainId = ${lane}\nname = "instant"\nquietAfterBlocks = 0\n`)
  return start()
}

const signer: Signer = { key: fromHex(devKey(0)), address: fromHex(devAccount(0).address) }

/** The answer, whatever it is: each transaction is a block of its own. */
async function send(gateway: Gateway, nonce: bigint): Promise<Json> {
  const raw = signedTx(lane, 2, signer, { nonce, gasLimit: 21_000n, to: signer.address, value: 1n })
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransactionSync', params: [toHex(raw)] })
  return (await post(gateway.laneUrl(lane), body)).json()
}

test(
  'two of four Buddies stopped: no Seals, lanes go on to the bound, reads always; then on again',
  { skip: needsOwnGateway, timeout: 600_000 },
  async (t) => {
    await initKeccak()
    const gateway = await startWith(t, `periodMs = 50\nheartbeatMs = 0\nmaxUnsealed = ${maxUnsealed}\nviewTimeoutMs = 100`)
    const heads = await subscribeHeads(gateway.wsUrl(lane))
    t.after(() => heads.close())
    const { status, blockNumber } = (await send(gateway, 0n)).result
    assert.equal(status, '0x1')
    await untilFinal(gateway, lane, BigInt(blockNumber))
    // Everything is sealed and there are no heartbeats: nothing for which Buddies may have voted already is under way.
    const height = BigInt(await rpc(gateway.url, 'hyper_blockNumber'))
    for (const index of ['0x0', '0x1']) assert.equal(await rpc(gateway.url, 'hyper_stopBuddy', [index]), true)
    const { running } = await rpc(gateway.url, 'hyper_trustModel')
    assert.deepEqual(
      running.map(({ state }: { state: string }) => state),
      ['stopped', 'stopped', 'running', 'running'],
    )

    const { finalized } = await marksOf(gateway, lane)
    let nonce = 1n
    let answer = await send(gateway, nonce)
    for (; answer.result !== undefined; answer = await send(gateway, nonce)) nonce++
    const latest = BigInt(await rpc(gateway.laneUrl(lane), 'eth_blockNumber'))
    assert.equal(latest - finalized, BigInt(maxUnsealed))
    assert.match(answer.error.message, /in no sealed Hyper Block yet/)
    assert.equal(BigInt(await rpc(gateway.url, 'hyper_blockNumber')), height)
    // Reads go on, and what is final stays what it was.
    assert.equal(BigInt(await rpc(gateway.laneUrl(lane), 'eth_getTransactionCount', [toHex(signer.address), 'latest'])), nonce)
    assert.equal((await marksOf(gateway, lane)).finalized, finalized)

    const sealed = heads.until(({ laneBlockCount }) => BigInt(laneBlockCount) > 0n)
    assert.equal(await rpc(gateway.url, 'hyper_startBuddy', ['0x1']), true)
    await sealed
    await untilFinal(gateway, lane, latest)
    assert.equal((await send(gateway, nonce)).result.status, '0x1')

    // What a light client concludes from the genesis alone.
    const ask = askOverHttp(gateway.url)
    const anchor = trustGenesis(await rpc(gateway.url, 'hyper_genesis'))
    await reachByAll(ask, anchor)
    const { hash } = await rpc(gateway.laneUrl(lane), 'eth_getBlockByNumber', [`0x${(latest - 1n).toString(16)}`, false])
    const { block } = await proveLaneBlock(ask, anchor, { chainId: lane, number: latest - 1n })
    assert.equal(toHex(block.hash), hash)
    await gateway.stop()
  },
)

test('one Buddy alone seals; an idle network makes heartbeats only', { skip: needsOwnGateway, timeout: 300_000 }, async (t) => {
  await initKeccak()
  const gateway = await startWith(t, 'buddies = 1\nperiodMs = 50\nheartbeatMs = 300')
  const heads = await subscribeHeads(gateway.wsUrl(lane))
  t.after(() => heads.close())
  const idle = [await heads.until(() => true), await heads.until(() => true)]
  for (const { laneBlockCount, seal } of idle) assert.deepEqual([laneBlockCount, seal.signers], ['0x0', ['0x0']])
  const [first, second] = idle.map(({ timestampMs }) => Number(timestampMs)) as [number, number]
  assert(second - first >= 300, `${second - first} ms between two heartbeats`)
  const sealed = heads.until(({ laneBlockCount }) => laneBlockCount === '0x1')
  await send(gateway, 0n)
  await sealed
  await gateway.stop()
})
