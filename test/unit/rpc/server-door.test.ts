// What surrounds JSON-RPC over HTTP: CORS, keys, rates, pages, probes, metrics.
import assert from 'node:assert/strict'
import test from 'node:test'
import { tinyGateway } from '../../fixtures/tiny-gateway.js'

const payload = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'eth_chainId' })
const json = { 'content-type': 'application/json' }

test('browsers of every origin may call by default, and only listed ones when there is a list', async () => {
  const open = tinyGateway()
  const preflight = await open.server.inject({
    method: 'OPTIONS',
    url: '/77000',
    headers: { origin: 'https://dapp.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-api-key' },
  })
  assert.equal(preflight.statusCode, 204)
  assert.equal(preflight.headers['access-control-allow-origin'], '*')
  assert.equal(preflight.headers['access-control-allow-headers'], 'content-type,x-api-key')
  const answer = await open.server.inject({ method: 'POST', url: '/', payload, headers: { ...json, origin: 'https://dapp.example' } })
  assert.equal(answer.headers['access-control-allow-origin'], '*')
  const listed = tinyGateway({ settings: { cors: ['https://dapp.example'] } })
  const from = async (origin: string): Promise<unknown> =>
    (await listed.server.inject({ method: 'POST', url: '/', payload, headers: { ...json, origin } })).headers['access-control-allow-origin']
  assert.equal(await from('https://dapp.example'), 'https://dapp.example')
  assert.equal(await from('https://other.example'), undefined)
  await Promise.all([open.server.close(), listed.server.close()])
})

test('an API key is found in each of its three places and refused elsewhere', async () => {
  const { server } = tinyGateway({ settings: { apiKeys: ['secret-1', 'secret-2'] } })
  const status = async (url: string, headers: Record<string, string>): Promise<number> =>
    (await server.inject({ method: 'POST', url, payload, headers: { ...json, ...headers } })).statusCode
  assert.equal(await status('/', { 'x-api-key': 'secret-1' }), 200)
  assert.equal(await status('/', { authorization: 'Bearer secret-2' }), 200)
  assert.equal(await status('/77000?key=secret-2', {}), 200)
  assert.equal(await status('/', { 'x-api-key': 'secret-3' }), 401)
  assert.equal(await status('/?key=', {}), 401)
  const refused = await server.inject({ method: 'POST', url: '/', payload, headers: json })
  assert.equal(refused.statusCode, 401)
  assert.match(refused.json().error.message, /API key missing/)
  assert.equal((await server.inject('/health')).statusCode, 200)
  await server.close()
})

test('past its rate a caller gets 429, when to come back, and a JSON-RPC error with its id; others are not held up', async () => {
  const { server } = tinyGateway({ settings: { rateLimit: { perSecond: 0.5, burst: 3 }, trustProxy: true } })
  const from = (address: string, body: string) =>
    server.inject({ method: 'POST', url: '/', payload: body, headers: { ...json, 'x-forwarded-for': `6.6.6.6, ${address}` } })
  assert.equal((await from('1.1.1.1', `[${payload},${payload}]`)).statusCode, 200)
  assert.equal((await from('1.1.1.1', payload)).statusCode, 200)
  const refused = await from('1.1.1.1', payload)
  assert.equal(refused.statusCode, 429)
  assert.equal(refused.headers['retry-after'], '2')
  assert.deepEqual(refused.json(), { jsonrpc: '2.0', id: 7, error: { code: -32005, message: 'limit exceeded', data: { retryAfterSeconds: 2 } } })
  assert.equal((await from('2.2.2.2', payload)).statusCode, 200)
  await server.close()
})

test('ready is true of all lanes only, and says which one is not', async () => {
  const { server, lanes } = tinyGateway()
  assert.equal((await server.inject('/ready')).statusCode, 200)
  lanes[1].currentState = 'restarting'
  const response = await server.inject('/ready')
  assert.equal(response.statusCode, 503)
  assert.deepEqual(response.json(), {
    status: 'not ready',
    lanes: [
      { chainId: 77000, name: 'fast', state: 'ready', head: 0 },
      { chainId: 77001, name: 'slow', state: 'restarting', head: 0 },
    ],
  })
  assert.equal((await server.inject('/health')).statusCode, 200)
  assert.deepEqual((await server.inject('/slow')).json(), { chainId: 77001, name: 'slow', state: 'restarting', head: 0 })
  assert.equal((await server.inject('/nowhere')).statusCode, 404)
  await server.close()
})

test('metrics count calls and errors per method and lane, and show lanes', async () => {
  const { server, lanes } = tinyGateway()
  await server.inject({ method: 'POST', url: '/slow', payload: `[${payload},${payload}]`, headers: json })
  for (const method of ['made_up_1', 'made_up_2'])
    await server.inject({ method: 'POST', url: '/', payload: JSON.stringify({ jsonrpc: '2.0', id: 1, method }), headers: json })
  lanes[0].advance()
  const text = (await server.inject('/metrics')).body
  for (const line of [
    'paralane_rpc_requests_total{method="eth_chainId",lane="77001"} 2',
    'paralane_rpc_errors_total{method="unknown",lane="77000",code="-32601"} 2',
    'paralane_rpc_duration_seconds_bucket{method="eth_chainId",lane="77001",le="+Inf"} 2',
    'paralane_rpc_duration_seconds_count{method="eth_chainId",lane="77001"} 2',
    'paralane_lane_head_number{lane="77000"} 1',
    'paralane_lane_ready{lane="77001"} 1',
    'paralane_lane_pool_pending{lane="77000"} 3',
    'paralane_lane_pool_queued{lane="77000"} 1',
    'paralane_lane_block_interval_seconds_sum{lane="77000"} 1',
    'paralane_ws_connections 0',
  ])
    assert.ok(text.split('\n').includes(line), `${line}\nis not in\n${text}`)
  assert.match(text, /nodejs_eventloop_lag_seconds/)
  assert.doesNotMatch(text, /made_up/)
  await server.close()
})

test('the chain list has the shape of ethereum-lists', async () => {
  const { server } = tinyGateway({ settings: { explorerUrl: 'https://scan.example/{chainId}' } })
  const chains = (await server.inject({ url: '/chains.json', headers: { host: 'node.example:8545' } })).json()
  assert.equal(chains.length, 2)
  assert.deepEqual(chains[1], {
    name: 'Paralane slow',
    chain: 'Paralane',
    rpc: ['http://node.example:8545/77001', 'ws://node.example:8545/77001'],
    faucets: [],
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    features: [{ name: 'EIP155' }, { name: 'EIP1559' }],
    infoURL: 'http://node.example:8545',
    shortName: 'paralane-slow',
    chainId: 77001,
    networkId: 77001,
    slip44: 1,
    explorers: [{ name: 'explorer', url: 'https://scan.example/77001', standard: 'EIP3091' }],
    parent: { type: 'shard', chain: 'eip155-77000', bridges: [] },
  })
  await server.close()
})

test('a browser gets the page, locked to its own nonce, with nothing of the caller left unescaped', async () => {
  const { server } = tinyGateway()
  const page = await server.inject({ url: '/', headers: { accept: 'text/html,application/xhtml+xml', host: '"><script>alert(1)</script>' } })
  assert.match(String(page.headers['content-type']), /text\/html/)
  const nonce = /script-src 'nonce-([^']+)'/.exec(String(page.headers['content-security-policy']))![1]!
  assert.ok(page.body.includes(`<script nonce="${nonce}">`))
  assert.doesNotMatch(page.body, /<script>/)
  assert.doesNotMatch(page.body, /(src|href)="(https?:)?\/\//)
  const ordinary = await server.inject({ url: '/', headers: { accept: 'text/html', host: 'localhost:8545' } })
  const chain = JSON.parse(/data-chain="([^"]+)"/.exec(ordinary.body)![1]!.replaceAll('&quot;', '"'))
  assert.deepEqual(chain, {
    chainId: '0x12cc8',
    chainName: 'Paralane fast',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: ['http://localhost:8545/77000'],
  })
  const probe = await server.inject('/')
  assert.equal(probe.json().status, 'ready')
  await server.close()
})
