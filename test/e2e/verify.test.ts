// The light verifier against a running gateway: the command and the library prove a balance from Seals, and find what is not so.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { bytesOfHex } from '../../src/codec/hex.js'
import { askOverHttp, proveAccount, proveLaneBlock, reachByAll, trustGenesis } from '../../src/hyper/light-client.js'
import { spoiledSeal, startAlteringProxy } from './altering-proxy.js'
import type { Change } from './altering-proxy.js'
import { lanes, needsOwnGateway, startGateway } from './gateway.js'
import type { Gateway } from './gateway.js'
import { mainFile } from './root.js'
import { rpc } from './rpc.js'
import type { Json } from './rpc.js'
import { untilSealed } from './sealed.js'
import { receiptOf, waitMsMax } from './until.js'

const [chainId] = lanes
const receiver = `0x${'5e'.repeat(20)}`
const options = { skip: needsOwnGateway }
let gateway: Gateway
let folder: string
let genesisFile: string
let genesis: Json
let sent: { blockNumber: string }
let contract: string

before(async () => {
  if (needsOwnGateway) return
  gateway = await startGateway()
  folder = mkdtempSync(join(tmpdir(), 'paralane-verify-'))
  genesisFile = join(folder, 'genesis.json')
  genesis = await rpc(gateway.url, 'hyper_genesis')
  writeFileSync(genesisFile, JSON.stringify(genesis))
  const [from] = await rpc(gateway.laneUrl(chainId), 'eth_accounts')
  // Its constructor stores 42 in slot 0.
  const deployed = await rpc(gateway.laneUrl(chainId), 'eth_sendTransaction', [{ from, data: '0x602a60005560006000f3', gas: '0x186a0' }])
  contract = (await receiptOf(gateway.laneUrl(chainId), deployed)).contractAddress
  const hash = await rpc(gateway.laneUrl(chainId), 'eth_sendTransaction', [{ from, to: receiver, value: '0x1234' }])
  sent = await receiptOf(gateway.laneUrl(chainId), hash)
  await untilSealed(gateway, chainId, BigInt(sent.blockNumber))
})

after(async () => {
  if (needsOwnGateway) return
  rmSync(folder, { recursive: true, force: true })
  await gateway.stop()
})

const word = (value: number): string => `0x${value.toString(16).padStart(64, '0')}`

function verify(rpcUrl: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [mainFile, 'verify', '--rpc', rpcUrl, ...args], { encoding: 'utf8', timeout: waitMsMax })
}

test('the command proves a balance from the genesis document', options, () => {
  const { status, stdout, stderr } = verify(gateway.url, '--genesis', genesisFile, '--lane', String(chainId), '--account', receiver)
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^trusted: genesis 0x[0-9a-f]{64}, 4 Buddies of weight 4$/m)
  assert.match(stdout, /^proven: Hyper Block \d+ 0x[0-9a-f]{64}, sealed 20/m)
  assert.match(stdout, new RegExp(`^proven: account ${receiver} at block \\d+ of lane ${chainId}: balance 4660 wei, nonce 0`, 'm'))
})

test('the command proves from a hash, a lane by name, one block, a slot, every Seal', options, async () => {
  const block = await rpc(gateway.url, 'hyper_getBlockByNumber', ['latest'])
  const byHash = verify(gateway.url, '--trusted-hash', block.hash, '--lane', String(chainId))
  assert.equal(byHash.status, 0, byHash.stderr)
  assert.match(byHash.stdout, new RegExp(`^trusted: Hyper Block ${Number(block.number)} ${block.hash}`, 'm'))
  const { name } = genesis.lanes.find((lane: Json) => lane.chainId === chainId)
  const number = String(Number(sent.blockNumber))
  const args = ['--genesis', genesisFile, '--lane', name, '--block', number, '--account', contract, '--slot', word(0), word(1), '--all']
  const byName = verify(gateway.url, ...args)
  assert.equal(byName.status, 0, byName.stderr)
  assert.match(byName.stdout, new RegExp(`^proven: block ${number} of lane ${chainId} `, 'm'))
  assert.match(byName.stdout, /^proven: slot 0x0{64} is 0x2a$/m)
  assert.match(byName.stdout, /^proven: slot 0x0{63}1 is 0x0$/m)
})

test('the library proves every sealed block of a lane, also those that are not its newest', options, async () => {
  const ask = askOverHttp(gateway.url)
  const anchor = trustGenesis(genesis)
  for (let number = 1n; number <= BigInt(sent.blockNumber); number++) {
    const { block } = await proveLaneBlock(ask, anchor, { chainId, number })
    const told = await rpc(gateway.laneUrl(chainId), 'eth_getBlockByNumber', [`0x${number.toString(16)}`, false])
    assert.equal(`0x${Buffer.from(block.hash).toString('hex')}`, told.hash)
    const { account } = await proveAccount(ask, block, { address: bytesOfHex(told.miner) as Uint8Array })
    assert.equal(account?.balance ?? 0n, BigInt(await rpc(gateway.laneUrl(chainId), 'eth_getBalance', [told.miner, told.number])))
  }
  const all = await reachByAll(ask, anchor)
  assert.ok(all.number > 0n)
})

test('a lie on the way is found, and where', options, async () => {
  const lies: { change: Change; says: RegExp }[] = [
    {
      change: (method, result) => (method === 'eth_getProof' ? { ...result, accountProof: result.accountProof.slice(0, -1) } : result),
      says: new RegExp(`^not proven: account ${receiver} in block \\d+ of lane ${chainId}: the proof ends too early$`, 'm'),
    },
    {
      change: (method, result) => (method === 'hyper_getBlockByNumber' ? { ...result, sealRlp: spoiledSeal(result.sealRlp) } : result),
      says: /^not proven: the Seal of Hyper Block \d+ is not signed/m,
    },
  ]
  for (const { change, says } of lies) {
    const liar = await startAlteringProxy(gateway.url, change)
    try {
      const args = ['verify', '--rpc', liar.url, '--genesis', genesisFile, '--lane', String(chainId), '--account', receiver]
      // The proxy answers in this process: it must not stand still meanwhile.
      const child = spawn(process.execPath, [mainFile, ...args])
      const stderr = text(child.stderr)
      const [status] = (await once(child, 'close')) as [number | null]
      assert.equal(status, 1)
      assert.match(await stderr, says)
    } finally {
      await liar.close()
    }
  }
})

test('what the command cannot do is said', options, () => {
  const cases: [string[], RegExp][] = [
    [[], /say what is trusted/],
    [['--genesis', join(folder, 'none.json')], /--genesis: cannot read/],
    [['--genesis', genesisFile, '--account', receiver], /--lane: of which lane/],
    [['--genesis', genesisFile, '--lane', 'nowhere'], /names no lane nowhere/],
    [['--genesis', genesisFile, '--lane', '5', '--account', '0x12'], /--account: 0x12 is not 20 bytes/],
    [['--genesis', genesisFile, '--lane', '5'], /not proven: Hyper Block \d+ has no lane 5/],
  ]
  for (const [args, says] of cases) {
    const { status, stderr } = verify(gateway.url, ...args)
    assert.equal(status, 1)
    assert.match(stderr, says)
  }
  const nobody = verify('http://127.0.0.1:9', '--genesis', genesisFile)
  assert.equal(nobody.status, 1)
  assert.match(nobody.stderr, /not proven: no answer from http:\/\/127.0.0.1:9/)
})
