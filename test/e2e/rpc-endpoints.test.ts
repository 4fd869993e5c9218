// Owns: what browsers, wallets and operators GET from a running gateway, and CORS.
// Does not own: JSON-RPC itself (rpc-http.test.ts). Called by: node --test.
import assert from 'node:assert/strict'
import test from 'node:test'
import { needsOwnGateway, startGateway } from './gateway.js'
import { rpc } from './rpc.js'

const chainIds = [77000, 77001, 77002, 77003]

test('GET endpoints and CORS', { skip: needsOwnGateway, timeout: 600_000 }, async (t) => {
  const gateway = await startGateway()
  t.after(() => gateway.stop())
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${gateway.url}${path}`, { headers })

  await t.test('a page of any origin may call', async () => {
    const preflight = await fetch(gateway.laneUrl(77000), {
      method: 'OPTIONS',
      headers: { origin: 'https://dapp.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    })
    assert.ok(preflight.ok, String(preflight.status))
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /POST/)
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /content-type|\*/i)
    const answer = await fetch(gateway.laneUrl(77000), {
      method: 'POST',
      headers: { origin: 'https://dapp.example', 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}',
    })
    assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  })

  await t.test('/health and /ready', async () => {
    assert.equal((await get('/health')).status, 200)
    assert.equal((await get('/ready')).status, 200)
  })

  await t.test('/metrics counts calls by method and lane', async () => {
    await rpc(gateway.laneUrl(77002), 'eth_chainId')
    const response = await get('/metrics')
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/)
    const counted = (await response.text()).split('\n').filter((line) => line.includes('eth_chainId') && line.includes('77002'))
    assert.ok(
      counted.some((line) => / [1-9]\d*$/.test(line)),
      counted.join('\n'),
    )
  })

  await t.test('/chains.json lists every lane in the shape of ethereum-lists', async () => {
    const chains = (await (await get('/chains.json')).json()) as {
      chainId: number
      rpc: string[]
      nativeCurrency: { decimals: number }
      shortName: string
    }[]
    assert.deepEqual(
      chains.map(({ chainId }) => chainId),
      chainIds,
    )
    assert.equal(new Set(chains.map(({ shortName }) => shortName)).size, chains.length)
    for (const { chainId, rpc: urls, nativeCurrency } of chains) {
      assert.equal(nativeCurrency.decimals, 18)
      const http = urls.find((url) => url.startsWith('http'))
      assert.equal(BigInt(await rpc(http!, 'eth_chainId')), BigInt(chainId))
    }
  })

  await t.test('/openrpc.json and rpc.discover are one document', async () => {
    const document = (await (await get('/openrpc.json')).json()) as { openrpc: string; methods: { name: string }[] }
    assert.match(document.openrpc, /^1\./)
    assert.ok(document.methods.some(({ name }) => name === 'eth_getBalance'))
    assert.deepEqual(await rpc(gateway.laneUrl(77000), 'rpc.discover'), document)
  })

  await t.test('a browser gets a page at the root', async () => {
    const response = await get('/', { accept: 'text/html' })
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
    const page = await response.text()
    assert.match(page, /77001/)
    assert.match(page, /Hyper Block <b>\d+<\/b> sealed by 4 Buddies/)
    assert.equal(page.match(/class="final"/g)?.length, chainIds.length)
  })

  await t.test('the banner names every lane and warns about the keys', () => {
    const banner = gateway.stdout()
    for (const chainId of chainIds) assert.ok(banner.includes(String(chainId)))
    assert.match(banner, /0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80/)
    assert.match(banner, /publicly known/i)
    assert.match(banner.trimEnd().split('\n').at(-1)!, /^Listening on http:\/\/127\.0\.0\.1:\d+/)
  })
})
