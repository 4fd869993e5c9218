// The exported verifier in a page of Chromium: it proves a balance by what a gateway of another origin answers, and refuses every lie on the way.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { startAlteringProxy, spoiledSeal } from './altering-proxy.js'
import type { Change } from './altering-proxy.js'
import { openPage, startChromium, withoutChromium } from './chromium.js'
import { lanes, needsOwnGateway, startGateway } from './gateway.js'
import type { Gateway } from './gateway.js'
import { root } from './root.js'
import { rpc } from './rpc.js'
import type { Json } from './rpc.js'
import { untilSealed } from './sealed.js'
import { receiptOf } from './until.js'
import { serveVerifyPage } from './verify-page/serve.js'
import type { VerifyPage } from './verify-page/serve.js'

const [chainId] = lanes
const receiver = `0x${'b0'.repeat(20)}`
const balance = '0de0b6b3a7640000'
const skip = needsOwnGateway || withoutChromium
const options = { skip, timeout: 600_000 }
const errors: string[] = []
let gateway: Gateway
let genesis: Json
let served: VerifyPage
let browser: Browser
let page: Page

before(async () => {
  if (skip !== false) return
  ;[gateway, served, browser] = await Promise.all([startGateway(), serveVerifyPage(), startChromium()])
  const [from] = await rpc(gateway.laneUrl(chainId), 'eth_accounts')
  const hash = await rpc(gateway.laneUrl(chainId), 'eth_sendTransaction', [{ from, to: receiver, value: `0x${balance.replace(/^0/, '')}` }])
  const { blockNumber } = await receiptOf(gateway.laneUrl(chainId), hash)
  await untilSealed(gateway, chainId, BigInt(blockNumber))
  genesis = await rpc(gateway.url, 'hyper_genesis')
  page = await openPage(browser)
  page.on('pageerror', (error) => void errors.push(String(error)))
  await page.goto(served.url)
  await page.waitForSelector('body[data-ready]')
})

after(async () => {
  await browser?.close()
  await served?.close()
  await gateway?.stop()
})

/** What the page shows in the end, for a server and a genesis document. */
async function shown(url: string, trusted: Json = genesis): Promise<string> {
  await page.fill('#genesis', JSON.stringify(trusted))
  await page.fill('#rpc', url)
  await page.fill('#lane', String(chainId))
  await page.fill('#account', receiver)
  await page.click('button')
  return (await page.textContent('output:is(.proven, .refused, .failed)')) ?? ''
}

test('a page proves a balance by the exported library, over fetch from another origin', options, async () => {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  assert.ok(
    (await page.content()).includes(`"/node_modules/paralane/${exports['./verify'].default.replace(/^\.\//, '')}"`),
    'the page loads what is exported',
  )
  assert.match(await shown(gateway.url), new RegExp(`^proven: 1000000000000000000 wei in ${receiver}\nat block \\d+ 0x[0-9a-f]{64} of lane ${chainId}\nin Hyper Block \\d+ 0x`)) // prettier-ignore
  const honest = await startAlteringProxy(gateway.url, (_, result) => result)
  try {
    assert.match(await shown(honest.url), /^proven: /)
    // Chromium asks first: the page is of another origin, so without the gateway's CORS headers there would be no answer.
    assert.ok(honest.preflights() > 0)
  } finally {
    await honest.close()
  }
  assert.deepEqual(errors, [])
})

const lies: { what: string; change: Change; says: RegExp }[] = [
  {
    what: 'a balance that is not the proven one',
    change: (method, result) => (method === 'eth_getBalance' ? `0x${(BigInt(result) + 1n).toString(16)}` : result),
    says: /^refused: the server tells a balance of 1000000000000000001 wei, proven are 1000000000000000000$/,
  },
  {
    what: 'that balance in its proof as well',
    change: (method, result) => {
      if (method === 'eth_getBalance') return `0x${(BigInt(result) + 1n).toString(16)}`
      if (method !== 'eth_getProof') return result
      const [leaf, ...path] = [...result.accountProof].reverse()
      assert.ok(leaf.includes(balance), 'the leaf holds the balance')
      return { ...result, accountProof: [...path.reverse(), leaf.replace(balance, balance.replace(/0$/, '1'))] }
    },
    says: new RegExp(`^refused: account ${receiver} in block \\d+ of lane ${chainId}: `),
  },
  {
    what: 'a proof without its end',
    change: (method, result) => (method === 'eth_getProof' ? { ...result, accountProof: result.accountProof.slice(0, -1) } : result),
    says: /^refused: account .*: the proof ends too early$/,
  },
  {
    what: 'a Seal with a signature that is not one',
    change: (method, result) => (method === 'hyper_getBlockByNumber' ? { ...result, sealRlp: spoiledSeal(result.sealRlp) } : result),
    says: /^refused: the Seal of Hyper Block \d+ is not signed/,
  },
  {
    what: 'another state of the lane than the sealed one',
    change: (method, result) => {
      if (method !== 'hyper_getBlockByNumber') return result
      const stateRoot: string = result.lanes.find((lane: Json) => Number(lane.chainId) === chainId).stateRoot.slice(2)
      return { ...result, bodyRlp: result.bodyRlp.replace(stateRoot, stateRoot.split('').reverse().join('')) }
    },
    says: /^refused: the body of Hyper Block \d+ does not have its lanesRoot$/,
  },
]

for (const { what, change, says } of lies) {
  test(`the page refuses ${what}`, options, async () => {
    const liar = await startAlteringProxy(gateway.url, change)
    try {
      assert.match(await shown(liar.url), says)
    } finally {
      await liar.close()
    }
  })
}

test('the page refuses the Seals of a network that it does not trust', options, async () => {
  assert.match(await shown(gateway.url, { ...genesis, timestampMs: genesis.timestampMs + 1 }), /^refused: /)
  // The page is none the worse for all this.
  assert.match(await shown(gateway.url), /^proven: /)
  assert.deepEqual(errors, [])
})
