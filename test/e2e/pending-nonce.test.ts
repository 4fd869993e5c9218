// Owns: the loop that wallets and scripts run: ask for the pending nonce, sign, send, again, on lanes of sub-second blocks.
// Does not own: the gateway (gateway.ts). Called by: node --test.
import assert from 'node:assert/strict'
import test from 'node:test'
import type * as viem from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { needsOwnGateway } from './gateway.js'
import { ownConfig } from './own-config.js'
import { rpc } from './rpc.js'
import { devKey } from './token.js'

/** Transactions in a row; other chains with blocks of 300 ms and less were seen to fail within the first hundred. */
const count = 1_000

const config = `
[[lanes]]
chainId = 77010
name = "fast"
blockTimeMs = 50

[[lanes]]
chainId = 77011
name = "quick"
blockTimeMs = 250
`

test(`${count} transactions one after another with the pending nonce`, { skip: needsOwnGateway, timeout: 600_000 }, async (t) => {
  const gateway = await (await ownConfig(t, config)).start()

  for (const chainId of [77010, 77011]) {
    await t.test(`lane ${chainId}`, async () => {
      const sender = privateKeyToAccount(devKey(0))
      const url = gateway.laneUrl(chainId)
      const hashes = await loopSend(url, chainId, sender)
      // Every transaction is in a block once the last one is: they share one sender.
      const last = await rpc(url, 'eth_sendRawTransactionSync', [await signed(sender, chainId, count)])
      assert.equal(last.status, '0x1')
      assert.equal(BigInt(await rpc(url, 'eth_getTransactionCount', [sender.address, 'latest'])), BigInt(count + 1))
      const receipts = await Promise.all(hashes.map((hash) => rpc(url, 'eth_getTransactionReceipt', [hash])))
      assert.deepEqual(
        receipts.filter((receipt) => receipt?.status !== '0x1'),
        [],
      )
    })
  }
  await gateway.stop()
})

async function loopSend(url: string, chainId: number, sender: PrivateKeyAccount): Promise<viem.Hash[]> {
  const hashes: viem.Hash[] = []
  for (let sent = 0; sent < count; sent++) {
    const nonce = Number(await rpc(url, 'eth_getTransactionCount', [sender.address, 'pending']))
    assert.equal(nonce, sent, 'the pending nonce counts what was sent')
    hashes.push(await rpc(url, 'eth_sendRawTransaction', [await signed(sender, chainId, nonce)]))
  }
  return hashes
}

function signed(sender: PrivateKeyAccount, chainId: number, nonce: number): Promise<viem.Hex> {
  return sender.signTransaction({
    chainId,
    nonce,
    type: 'eip1559',
    to: '0x00000000000000000000000000000000000a11ce',
    value: 1n,
    gas: 21_000n,
    maxFeePerGas: 100_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  })
}
