// Owns: a lane that is added while the gateway runs (H3): by the admin only, part of the network from the next Hyper Blocks on, reached by the others, there after a crash.
// Called by: node --test.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { initKeccak } from '../../../src/evm-lane/engine/keccak.js'
import { fromHex, toHex } from '../../../src/primitives.js'
import { signedTx, type Signer } from '../../fixtures/signed-tx.js'
import { needsOwnGateway, type Gateway } from '../gateway.js'
import { ownConfig } from '../own-config.js'
import { paralane } from '../process/command.js'
import { rpc } from '../rpc.js'
import { devAccount, devKey } from '../token.js'
import { auditSeals, marksOf, openBook, untilFinal } from './seal-audit.js'

const first = 77033
const added = 77034
const signer: Signer = { key: fromHex(devKey(0)), address: fromHex(devAccount(0).address) }

test('a lane is added while the gateway runs', { skip: needsOwnGateway, timeout: 600_000 }, async (t) => {
  await initKeccak()
  const { folder, dataDir, start } = await ownConfig(t, `[hyper]\nperiodMs = 50\n[[lanes]]\nchainId = ${first}\nname = "first"\n`)
  let gateway = await start()
  const book = await openBook(gateway)

  const stranger = join(folder, 'stranger.pem')
  await paralane('keygen', '--out', stranger).ended
  const wanted = ['lane', 'add', '--rpc', gateway.url, '--data-dir', dataDir, '--chain-id', String(added), '--name', 'added', '--block-time-ms', '60']
  const refused = await paralane(...wanted, '--key', stranger).ended
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /not signed by the admin/)
  const twin = await paralane(...wanted.map((word) => (word === 'added' ? 'first' : word))).ended
  assert.match(twin.stderr, /first is already the name/)

  const done = await paralane(...wanted).ended
  assert.equal(done.code, 0, done.stderr)
  await becomesFinal(gateway, added, 0n)
  const names = (await rpc(gateway.url, 'hyper_getLanes')).map(({ name }: { name: string }) => name)
  assert.deepEqual(names, ['first', 'added'])
  // Both ways: a session over the old lane and the new one.
  const items = [
    { chainId: first, raw: transfer(first, 0n) },
    { chainId: added, raw: transfer(added, 1n) },
  ]
  const bundle = await rpc(gateway.url, 'hyper_sendBundle', [items.map(({ chainId, raw }) => ({ chainId, rawTransaction: raw }))])
  assert.equal(bundle.status, 'committed')
  // A heartbeat's empty block may lie before the bundle's, and the session is in the Hyper Block that holds both of its blocks.
  const { blocks } = await rpc(gateway.url, 'hyper_getSession', [bundle.session])
  assert.equal(blocks.length, 2)
  for (const { chainId, number } of blocks) await untilFinal(gateway, Number(chainId), BigInt(number))
  await auditSeals(gateway, book)
  assert(book.sessions.has(bundle.session))
  const before = await marksOf(gateway, added)
  await gateway.kill9()

  gateway = await start()
  assert((await marksOf(gateway, added)).finalized >= before.finalized)
  await becomesFinal(gateway, added, 2n)
  await auditSeals(gateway, book)
  await gateway.stop()
})

function transfer(chainId: number, nonce: bigint): string {
  return toHex(signedTx(chainId, 2, signer, { nonce, gasLimit: 21_000n, to: signer.address, value: 1n }))
}

async function becomesFinal(gateway: Gateway, chainId: number, nonce: bigint): Promise<void> {
  const { blockNumber } = await rpc(gateway.laneUrl(chainId), 'eth_sendRawTransactionSync', [transfer(chainId, nonce)])
  await untilFinal(gateway, chainId, BigInt(blockNumber))
}
