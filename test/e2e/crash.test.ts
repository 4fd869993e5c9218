// Owns: that what a client was told survives `kill -9` of the process under load, time after time (L4), and the lanes go on.
// Does not own: the load (crash-load.ts), the checks of blocks (chain-audit.ts). Called by: node --test.
// PARALANE_CRASHES says how often (6 in CI, 50 for the full run), SEED repeats a run.

import assert from 'node:assert/strict'
import test from 'node:test'
import { initKeccak } from '../../src/evm-lane/engine/keccak.js'
import { toHex, type Address } from '../../src/primitives.js'
import { seededRandom, type Random } from '../fixtures/random.js'
import { auditAccount, auditBlocks } from './chain-audit.js'
import { createLoad, deployWriter, dueDeath, sendUntilGone, type Load } from './crash-load.js'
import { needsOwnGateway, type Gateway } from './gateway.js'
import { ownConfig } from './own-config.js'
import { post, rpc } from './rpc.js'

const crashes = Number(process.env['PARALANE_CRASHES'] ?? 6)
/** The process dies after so many receipts at most, and then at some moment of the next milliseconds. */
const receiptsMax = 60
const extraMsMax = 30

const config = `
[[lanes]]
chainId = 77020
name = "instant"
production = "instant"

[[lanes]]
chainId = 77021
name = "interval"
blockTimeMs = 50
`

test(`kill -9, ${crashes} times under load`, { skip: needsOwnGateway, timeout: 240_000 + crashes * 120_000 }, async (t) => {
  await initKeccak()
  const random = seededRandom('crashes')
  const { start } = await ownConfig(t, config)

  const lanes = [77020, 77021].map((chainId) => ({ load: createLoad(chainId, 4), audited: 0n }))
  let gateway = await start()
  const writers = await Promise.all(lanes.map(({ load }) => deployWriter(load, gateway.laneUrl(load.chainId))))
  for (let crash = 1; crash <= crashes; crash++) {
    await loadAndKill(
      gateway,
      lanes.map(({ load }) => load),
      writers,
      random,
    )
    gateway = await start()
    for (const lane of lanes) {
      const url = gateway.laneUrl(lane.load.chainId)
      await everyReceiptIsThere(url, lane.load)
      lane.audited = await rootsVerify(url, lane.load, lane.audited)
      await noncesContinue(url, lane.load)
    }
  }
  for (const { load, audited } of lanes) {
    t.diagnostic(
      `lane ${load.chainId}: ${load.acknowledged.length} receipts acknowledged over ${crashes} crashes, all there; ${audited} blocks verified`,
    )
    assert(load.acknowledged.length > crashes, 'there was a load')
  }
  await gateway.stop()
})

async function loadAndKill(gateway: Gateway, loads: Load[], writers: Address[], random: Random): Promise<void> {
  const death = dueDeath(gateway, random, { receiptsMax, extraMsMax })
  await Promise.all(loads.map((load, i) => sendUntilGone(load, gateway.laneUrl(load.chainId), writers[i] as Address, death.onReceipt)))
  await death.over()
}

async function everyReceiptIsThere(url: string, { acknowledged }: Load): Promise<void> {
  for (let from = 0; from < acknowledged.length; from += 50) {
    const told = acknowledged.slice(from, from + 50)
    const requests = told.map(({ transactionHash }, id) => ({ jsonrpc: '2.0', id, method: 'eth_getTransactionReceipt', params: [transactionHash] }))
    const answers = (await post(url, JSON.stringify(requests))).json() as { result: unknown }[]
    assert.deepEqual(
      answers.map(({ result }) => result),
      told,
    )
  }
}

/** The blocks since the last check, and the load's accounts at the head. */
async function rootsVerify(url: string, { chainId, senders, acknowledged }: Load, audited: bigint): Promise<bigint> {
  const head = BigInt(await rpc(url, 'eth_blockNumber'))
  assert(acknowledged.every(({ blockNumber }) => BigInt(blockNumber) <= head))
  await auditBlocks(url, chainId, audited, head)
  for (const { signer } of senders) {
    const { nonce } = await auditAccount(url, head, signer.address, new Uint8Array(32))
    assert.equal(BigInt(await rpc(url, 'eth_getTransactionCount', [toHex(signer.address), `0x${head.toString(16)}`])), nonce)
  }
  return head
}

/** What was sent and not acknowledged may be in or not; the sender goes on from what the lane says. */
async function noncesContinue(url: string, { senders }: Load): Promise<void> {
  for (const sender of senders) {
    const nonce = BigInt(await rpc(url, 'eth_getTransactionCount', [toHex(sender.signer.address), 'pending']))
    assert(nonce === sender.nonce || nonce === sender.nonce + 1n, `nonce ${nonce} after ${sender.nonce} were acknowledged`)
    sender.nonce = nonce
  }
}
