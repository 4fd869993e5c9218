// WebSockets on a listening server: order, bounds, ends.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'node:test'
import { WebSocket } from 'ws'
import { row, type MethodRow } from '../../../src/rpc/method.js'
import type { AnyJson } from '../../fixtures/any-json.js'
import { tinyGateway, tinyMethods, type Tiny } from '../../fixtures/tiny-gateway.js'

type Client = { socket: WebSocket; send: (json: unknown) => void; next: () => Promise<AnyJson>; closed: Promise<[number, Buffer]> }

async function listen(options: Parameters<typeof tinyGateway>[0] = {}): Promise<Tiny & { port: number }> {
  const tiny = tinyGateway(options)
  const { port } = await tiny.server.listen('127.0.0.1', 0)
  return { ...tiny, port }
}

async function open(port: number, path = '/', protocols: string[] = []): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols)
  const arrived: unknown[] = []
  const wanted: ((message: unknown) => void)[] = []
  socket.on('message', (data) => {
    const message: unknown = JSON.parse(String(data))
    const take = wanted.shift()
    if (take === undefined) arrived.push(message)
    else take(message)
  })
  const closed = once(socket, 'close') as Promise<[number, Buffer]>
  await once(socket, 'open')
  return {
    socket,
    closed,
    send: (json) => socket.send(typeof json === 'string' ? json : JSON.stringify(json)),
    next: () => (arrived.length > 0 ? Promise.resolve(arrived.shift()) : new Promise((resolve) => wanted.push(resolve))),
  }
}

const call = (method: string, params: unknown = [], id: unknown = 1): Record<string, unknown> => ({ jsonrpc: '2.0', id, method, params })

test('calls, batches and errors go over a WebSocket on every path', async () => {
  const { server, port } = await listen()
  for (const [path, result] of [
    ['/', '0x12cc8'],
    ['/slow', '0x12cc9'],
    ['/main/evm/77001', '0x12cc9'],
  ] as const) {
    const client = await open(port, path, ['json-rpc'])
    client.send(call('eth_chainId', [], 'a'))
    assert.deepEqual(await client.next(), { jsonrpc: '2.0', id: 'a', result })
    client.send('{"broken"')
    assert.equal((await client.next()).error.code, -32700)
    client.send([{ jsonrpc: '2.0', method: 'eth_chainId' }])
    client.send(Buffer.from(JSON.stringify([call('eth_chainId', [], 5), 1])).toString())
    assert.deepEqual(
      (await client.next()).map(({ id }: { id: unknown }) => id),
      [5, null],
    )
    client.socket.close()
    await client.closed
  }
  await server.close()
})

test('an upgrade that cannot be served is refused with a status and a JSON-RPC error', async () => {
  const { server, port } = await listen({ settings: { cors: ['https://dapp.example'], apiKeys: ['k'] }, limits: { wsConnectionsMax: 1 } })
  const refusal = async (path: string, headers: Record<string, string> = {}): Promise<[number, string]> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
    socket.on('error', () => {}) // The library also reports the refusal as an error.
    const [, response] = await once(socket, 'unexpected-response')
    let body = ''
    for await (const chunk of response) body += chunk
    return [response.statusCode, JSON.parse(body).error.message]
  }
  assert.deepEqual(await refusal('/nowhere?key=k'), [404, 'unknown lane "nowhere"; the lanes are 77000 (fast), 77001 (slow)'])
  assert.equal((await refusal('/'))[0], 401)
  assert.equal((await refusal('/?key=k', { origin: 'https://other.example' }))[0], 403)
  const client = await open(port, '/?key=k')
  assert.deepEqual(await refusal('/?key=k'), [503, 'too many WebSocket connections'])
  client.socket.close()
  await client.closed
  await server.close()
})

test('the answer with the subscription id comes before its first notification, also out of a batch', async () => {
  const { server, port, lanes } = await listen()
  const client = await open(port)
  client.send(call('eth_subscribe', ['newHeads']))
  const { result: first } = await client.next()
  assert.equal((await client.next()).params.subscription, first)
  client.send([call('eth_chainId'), call('eth_subscribe', ['newHeads'], 2)])
  const [, { result: second }] = await client.next()
  assert.equal((await client.next()).params.subscription, second)
  lanes[0].advance()
  assert.deepEqual(
    [await client.next(), await client.next()].map(({ params }) => params),
    [
      { subscription: first, result: { number: '0x1' } },
      { subscription: second, result: { number: '0x1' } },
    ],
  )
  client.socket.close()
  await client.closed
  await server.close()
})

test('answers come as they are ready, in flight is bounded, and nothing is lost', async () => {
  const held: ((value: string) => void)[] = []
  let mostHeld = 0
  let started: () => void = () => {}
  const methods: Record<string, MethodRow> = {
    ...tinyMethods,
    hold: row({
      summary: 'Waits.',
      route: 'lane-read',
      params: [],
      result: {},
      handler: () =>
        new Promise<string>((resolve) => {
          held.push(resolve)
          mostHeld = Math.max(mostHeld, held.length)
          started()
        }),
    }),
  }
  const { server, port } = await listen({ methods, limits: { wsInFlightMax: 4 } })
  const client = await open(port)
  client.send(call('hold', [], 'slow'))
  client.send(call('eth_chainId', [], 'fast'))
  assert.equal((await client.next()).id, 'fast')
  const count = 50
  for (let i = 0; i < count; i++) client.send(call('hold', [], i))
  const answered = new Set<unknown>()
  while (answered.size < count + 1) {
    if (held.length === 0) await new Promise<void>((resolve) => (started = resolve))
    held.shift()!('done')
    answered.add((await client.next()).id)
  }
  assert.equal(mostHeld, 4)
  client.socket.close()
  await client.closed
  await server.close()
})

test('a message beyond the bound closes the connection with 1009, the server stays up', async () => {
  const { server, port } = await listen({ limits: { bodyBytesMax: 1_000 } })
  const client = await open(port)
  client.send(`"${'x'.repeat(2_000)}"`)
  assert.equal((await client.closed)[0], 1009)
  const other = await open(port)
  other.send(call('eth_chainId'))
  assert.equal((await other.next()).result, '0x12cc8')
  other.socket.close()
  await other.closed
  await server.close()
})

test('a consumer that does not read is closed with 1013 and its subscriptions end', async () => {
  const { server, port, lanes } = await listen({ limits: { wsBufferBytesMax: 4 * 1024 * 1024 } })
  const client = await open(port)
  client.send(call('eth_subscribe', ['flood']))
  const [code, reason] = await client.closed
  assert.deepEqual([code, String(reason)], [1013, 'consumer too slow'])
  lanes[0].advance()
  await noConnections(server)
  await server.close()
})

test('a consumer that never reads is cut off after its notifications overflow', async () => {
  const { server, port } = await listen({ limits: { wsBufferBytesMax: 4 * 1024 * 1024 } })
  const client = await open(port)
  client.socket.pause()
  client.send(call('eth_subscribe', ['flood']))
  await noConnections(server) // Only the cut ends it: the close frame is never read.
  client.socket.terminate()
  await server.close()
})

test('a consumer that asks and never reads is cut off by the keep-alive', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { server, port } = await listen({ limits: { wsBufferBytesMax: 4 * 1024 * 1024 } })
  const client = await open(port)
  client.socket.pause()
  client.send(Array.from({ length: 16 }, (_, i) => call('large', [], i)))
  for (let i = 0; i < 10; i++) client.send(call('eth_chainId', [], i))
  await noConnections(server, () => t.mock.timers.tick(30_000))
  client.socket.terminate()
  await server.close()
})

test('one answer larger than the buffer bound reaches a consumer that reads', async () => {
  const { server, port } = await listen({ limits: { wsBufferBytesMax: 1_024 } })
  const client = await open(port)
  for (let i = 0; i < 20; i++) client.send(call('large', [], i))
  for (let i = 0; i < 20; i++) assert.equal((await client.next()).result.length, 1 << 20)
  client.socket.close()
  await client.closed
  await server.close()
})

test('shutdown closes WebSockets with 1001 and ends in time, even with a peer that does not answer', async () => {
  const { server, port } = await listen()
  const client = await open(port)
  const deaf = connect(port, '127.0.0.1')
  deaf.on('error', () => {})
  deaf.write(
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )
  await once(deaf, 'data')
  const started = performance.now()
  const [[code]] = await Promise.all([client.closed, server.close()])
  assert.equal(code, 1001)
  assert.ok(performance.now() - started < 10_000)
  deaf.destroy()
})

test('an address that is taken is an error that names the key', async () => {
  const { server, port } = await listen()
  const second = tinyGateway()
  await assert.rejects(
    second.server.listen('127.0.0.1', port),
    (error: { code?: string; message: string }) => error.code === 'config-invalid' && /^port: \d+ on 127.0.0.1 is in use$/.test(error.message),
  )
  await Promise.all([server.close(), second.server.close()])
})

/** Yields to IO until the server has seen every connection end; the test's own time limit ends it otherwise. */
async function noConnections(server: Tiny['server'], meanwhile: () => void = () => {}): Promise<void> {
  while (!/^paralane_ws_connections 0$/m.test(await server.metrics())) {
    await new Promise((resolve) => setImmediate(resolve))
    meanwhile()
  }
}
