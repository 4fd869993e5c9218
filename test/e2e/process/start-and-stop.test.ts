// The process around the lanes: what it refuses, what it keeps, how it ends.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { needsOwnGateway, startGateway } from '../gateway.js'
import { rpc } from '../rpc.js'
import { receiptOf } from '../until.js'
import { paralane } from './command.js'

const root = mkdtempSync(join(tmpdir(), 'paralane-process-'))
test.after(() => rmSync(root, { recursive: true, force: true }))
const skip = needsOwnGateway
const account = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'

/** One quick lane, so that a test pays for one. */
const oneLane = join(root, 'one-lane.json')
writeFileSync(oneLane, JSON.stringify({ lanes: [{ chainId: 77_050, name: 'only' }] }))
const args = ['--config', oneLane]

test('one process per data folder; a killed one leaves no lock, and the chain goes on', { skip }, async () => {
  const dataDir = join(root, 'shared')
  const first = await startGateway({ dataDir, args })
  const hash = await rpc(first.url, 'eth_sendTransaction', [{ from: account, to: account, value: '0x1' }])
  await receiptOf(first.url, hash)
  const genesis = await rpc(first.url, 'eth_getBlockByNumber', ['0x0', false])

  const second = await paralane('start', '--port', '0', '--data-dir', dataDir, ...args).ended
  assert.equal(second.code, 1)
  assert.ok(second.stderr.includes(dataDir) && second.stderr.includes('in use'), second.stderr)

  await first.kill9()
  const again = await startGateway({ dataDir, args })
  assert.equal((await rpc(again.url, 'eth_getTransactionReceipt', [hash])).status, '0x1')
  assert.equal((await rpc(again.url, 'eth_getBlockByNumber', ['0x0', false])).hash, genesis.hash)
  assert.equal(await rpc(again.url, 'eth_getTransactionCount', [account, 'latest']), '0x1')
  await again.stop()

  const other = await paralane('start', '--port', '0', '--data-dir', dataDir, ...args, '--balance', '5').ended
  assert.equal(other.code, 1)
  assert.match(other.stderr, /mnemonic, accounts or balance/)
})

test('a port in use is named, and the refused start leaves nothing that hinders the next', { skip }, async () => {
  const first = await startGateway({ args })
  const port = new URL(first.url).port
  const dataDir = join(root, 'second')
  const second = await paralane('start', '--port', port, '--data-dir', dataDir, ...args).ended
  assert.equal(second.code, 1)
  assert.match(second.stderr, new RegExp(`^paralane: port: ${port} on 127\\.0\\.0\\.1 is in use`, 'm'))
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => name !== 'lock'),
    [],
    'no lane, no network',
  )
  await first.stop()
  // Other accounts: another genesis than the refused start would have had.
  await (await startGateway({ dataDir, args: [...args, '--accounts', '3'] })).stop()
})

test('a wrong configuration is refused before anything is made', async () => {
  const dataDir = join(root, 'never')
  for (const [flags, says] of [
    [['--port', '99999'], 'port: must be at most 65535, got 99999 (a flag)'],
    [['--host', '0.0.0.0', '--accounts', '3'], 'dev: must be set'],
    [['--config', join(root, 'none.toml')], 'none.toml'],
  ] as const) {
    const { code, stderr } = await paralane('start', '--data-dir', dataDir, ...flags).ended
    assert.equal(code, 1)
    assert.ok(stderr.includes(says), stderr)
  }
})

test('outside development mode there are no accounts', { skip }, async () => {
  const gateway = await startGateway({ args: [...args, '--no-dev'] })
  assert.doesNotMatch(gateway.stdout(), /Private keys/)
  assert.deepStrictEqual(await rpc(gateway.url, 'eth_accounts'), [])
  await assert.rejects(rpc(gateway.url, 'eth_sendTransaction', [{ from: account, to: account }]))
  await gateway.stop()
})

test('SIGTERM under load ends the process with 0 within two seconds', { skip }, async (t) => {
  const gateway = await startGateway({ args })
  let answered = 0
  let stopping = false
  const caller = async (): Promise<void> => {
    while (!stopping) {
      try {
        await rpc(gateway.url, 'eth_sendTransaction', [{ from: account, to: account, value: '0x1' }])
        answered++
        if (answered === 50) enough()
      } catch (error) {
        // Once the process stops, refusals and cut connections are what callers see.
        if (!stopping) throw error
      }
    }
  }
  let enough: () => void = () => undefined
  const loaded = new Promise<void>((resolve) => {
    enough = resolve
  })
  const callers = Promise.all(Array.from({ length: 16 }, caller))
  await Promise.race([loaded, callers])
  stopping = true
  const tookMs = await elapsedMs(gateway.stop)
  await callers
  // The process keeps to its time; what the machine takes for everything else is measured by a process that has nothing to do.
  const idleMs = await elapsedMs(() => paralane('--version').ended)
  t.diagnostic(`stopped in ${Math.round(tookMs)} ms; a process that has nothing to do takes ${Math.round(idleMs)} ms`)
  assert.ok(tookMs < 2_000 + 4 * idleMs, `took ${tookMs} ms`)
})

async function elapsedMs(run: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await run()
  return performance.now() - beganMs
}

test('--version and --help answer', async () => {
  assert.match((await paralane('--version').ended).stdout, /^\d+\.\d+\.\d+\n$/)
  assert.match((await paralane('start', '--help').ended).stdout, /--data-dir <folder>/)
})
