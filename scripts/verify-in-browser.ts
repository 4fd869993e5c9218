// Owns: the command that verifies a balance in a page of Chromium by the exported library, against a gateway that it starts.
// Does not own: the page (test/e2e/verify-page.ts). Run: `node dist/scripts/verify-in-browser.js [--chromium PATH]`; Chromium comes from the
// system (Debian: `apt-get install chromium`).

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { lanes, startGateway } from '../test/e2e/gateway.js'
import { rpc } from '../test/e2e/rpc.js'
import { untilSealed } from '../test/e2e/sealed.js'
import { serveVerifyPage } from '../test/e2e/verify-page.js'

const { values } = parseArgs({ options: { chromium: { type: 'string', default: '/usr/bin/chromium' } } })
const [chainId] = lanes
const receiver = `0x${'b0'.repeat(20)}`
const pageMsMax = 60_000
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] // prettier-ignore

const gateway = await startGateway()
try {
  const [from] = await rpc(gateway.laneUrl(chainId), 'eth_accounts')
  const hash = await rpc(gateway.laneUrl(chainId), 'eth_sendTransaction', [{ from, to: receiver, value: '0xde0b6b3a7640000' }])
  const { blockNumber } = await rpc(gateway.laneUrl(chainId), 'eth_getTransactionReceipt', [hash])
  await untilSealed(gateway, chainId, BigInt(blockNumber))
  const genesis = await rpc(gateway.url, 'hyper_genesis')
  const page = await serveVerifyPage({ rpc: gateway.url, genesis, chainId, address: receiver })
  try {
    const result = await inChromium(page.url, page.result)
    assert.equal(result.balance, '1000000000000000000')
    console.log(`${result.agent}: Hyper Block ${result.hyperNumber} and block ${result.blockNumber} prove ${result.balance} wei`)
  } finally {
    await page.close()
  }
} finally {
  await gateway.stop()
}

async function inChromium<T>(url: string, result: Promise<T>): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'paralane-chromium-'))
  const chromium = spawn(values.chromium, [...flags, `--user-data-dir=${profile}`, url], { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let log = ''
  chromium.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const gone = once(chromium, 'exit')
  let deadline: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    deadline = setTimeout(() => reject(new Error(`the page told nothing within ${pageMsMax} ms\n${log}`)), pageMsMax)
  })
  const ended = gone.then(([code]: unknown[]) => {
    throw new Error(`Chromium ended with ${String(code)}\n${log}`)
  })
  try {
    return await Promise.race([result, late, ended])
  } finally {
    clearTimeout(deadline)
    ended.catch(() => undefined)
    // Its own process group: Chromium is many processes.
    if (chromium.pid !== undefined && chromium.exitCode === null) process.kill(-chromium.pid, 'SIGKILL')
    await gone
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
