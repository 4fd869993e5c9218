// What a gateway may answer, and what becomes of it: an error with a code, never an exception of a parser.

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import { createGatewayFeed } from '../../../../src/hyper/feed/gateway-feed.js'
import { createGatewayRpc } from '../../../../src/hyper/feed/gateway-rpc.js'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function gateway(t: TestContext, answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => answer(request, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const says =
  (text: string, status = 200): Answer =>
  (_, response) =>
    response.writeHead(status).end(text)

const cases: [desc: string, answer: Answer, code: string][] = [
  ['no JSON', says('<html>'), 'gateway-invalid'],
  ['JSON that is no object', says('[]'), 'gateway-invalid'],
  ['an error', says('{"jsonrpc":"2.0","id":1,"error":{"code":-32004,"message":"no"}}'), 'gateway-refused'],
  ['an error of a proxy', says('bad gateway', 502), 'gateway-unavailable'],
  ['no key shown', says('{}', 401), 'gateway-refused'],
  ['a connection that breaks', (request) => request.socket.destroy(), 'gateway-unavailable'],
  ['a body that breaks off', (request, response) => response.writeHead(200, { 'content-length': 100 }).write('{', () => request.socket.destroy()), 'gateway-unavailable'], // prettier-ignore
  ['no answer', () => undefined, 'gateway-unavailable'],
  ['lanes that are no list', says('{"result":{}}'), 'gateway-invalid'],
  ['lanes of something else', says('{"result":[{"chainId":"0x1"}]}'), 'gateway-invalid'],
]

for (const [desc, answer, code] of cases) {
  test(`${desc}: ${code}`, async (t) => {
    const url = await gateway(t, answer)
    const feed = createGatewayFeed(createGatewayRpc({ url, apiKey: null }, desc === 'no answer' ? 100 : 30_000))
    await assert.rejects(feed.lanes(), { code })
  })
}

test('the key is shown, and more blocks than were asked for are refused', async (t) => {
  const block = { rlp: '0xc0', timestampMs: '0x0', links: [], peers: [], batch: null, batchBlocks: null, sessions: null }
  const url = await gateway(t, (request, response) => {
    assert.equal(request.headers['x-api-key'], 'secret')
    response.end(JSON.stringify({ result: [block, block] }))
  })
  const feed = createGatewayFeed(createGatewayRpc({ url, apiKey: 'secret' }, 30_000))
  assert.equal((await feed.blocks(1, 1n, 2)).length, 2)
  await assert.rejects(feed.blocks(1, 1n, 1), { code: 'gateway-invalid' })
})
