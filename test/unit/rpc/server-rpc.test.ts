// The JSON-RPC rules as a caller over HTTP sees them.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { AnyJson } from '../../fixtures/any-json.js'
import { tinyGateway, type Tiny } from '../../fixtures/tiny-gateway.js'

type Answer = { status: number; body: string; json: AnyJson }

async function post(tiny: Tiny, payload: unknown, path = '/', headers: Record<string, string> = {}): Promise<Answer> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const response = await tiny.server.inject({ method: 'POST', url: path, payload: text, headers: { 'content-type': 'application/json', ...headers } })
  return { status: response.statusCode, body: response.body, json: response.body === '' ? undefined : JSON.parse(response.body) }
}
const call = (method: string, params?: unknown, id: unknown = 1): Record<string, unknown> => ({
  jsonrpc: '2.0',
  id,
  method,
  ...(params === undefined ? {} : { params }),
})
const error = (answer: Answer): unknown => answer.json.error

test('every path form reaches its lane', async () => {
  const tiny = tinyGateway()
  const rows: [string, number][] = [
    ['/', 77000],
    ['/77001', 77001],
    ['/slow', 77001],
    ['/main/evm/77001', 77001],
    ['/fast?key=x', 77000],
  ]
  for (const [path, chainId] of rows) {
    assert.deepEqual(await post(tiny, call('eth_chainId'), path), {
      status: 200,
      body: `{"jsonrpc":"2.0","id":1,"result":"0x${chainId.toString(16)}"}`,
      json: { jsonrpc: '2.0', id: 1, result: `0x${chainId.toString(16)}` },
    })
  }
  await tiny.server.close()
})

test('an unknown lane is 404 with a JSON-RPC error that lists the lanes, for each item of a batch', async () => {
  const tiny = tinyGateway()
  const single = await post(tiny, call('eth_chainId', [], 'x'), '/nowhere')
  assert.equal(single.status, 404)
  assert.equal(single.json.id, 'x')
  assert.match(single.json.error.message, /unknown lane "nowhere"; the lanes are 77000 \(fast\), 77001 \(slow\)/)
  assert.equal(single.json.error.data.lanes.length, 2)
  const batch = await post(tiny, [call('a', [], 1), call('b', [], 2)], '/nowhere')
  assert.deepEqual(
    batch.json.map(({ id }: { id: number }) => id),
    [1, 2],
  )
  await tiny.server.close()
})

test('parameters may be left out, null, or an array; anything else is refused as geth words it', async () => {
  const tiny = tinyGateway()
  for (const params of [undefined, null, []])
    assert.equal((await post(tiny, { jsonrpc: '2.0', id: 0, method: 'eth_chainId', params })).body, '{"jsonrpc":"2.0","id":0,"result":"0x12cc8"}')
  const rows: [unknown, string][] = [
    [[], 'missing value for required argument 0'],
    [[null], 'missing value for required argument 0'],
    [undefined, 'missing value for required argument 0'],
    [['a', 'b', 'c'], 'too many arguments, want at most 2'],
    [{ first: 'a' }, 'non-array args: parameters go by position, as [first, second]'],
    [[5], 'invalid argument 0: want a string, got number'],
    [['a', 5], 'invalid argument 1: want a string, got number'],
  ]
  for (const [params, message] of rows) assert.deepEqual(error(await post(tiny, call('echo', params))), { code: -32602, message })
  assert.deepEqual((await post(tiny, call('echo', ['a', null]))).json.result, ['a', null])
  await tiny.server.close()
})

test('methods that do not exist, or are switched off, or are names of Object.prototype', async () => {
  const tiny = tinyGateway()
  for (const method of ['eth_nothing', 'devMine', 'constructor', '__proto__', 'toString']) {
    assert.deepEqual(error(await post(tiny, call(method))), { code: -32601, message: `the method ${method} does not exist/is not available` })
  }
  const dev = tinyGateway({ dev: true })
  assert.equal((await post(dev, call('devMine'))).json.result, true)
  assert.deepEqual(error(await post(dev, call('eth_subscribe', ['newHeads']))), { code: -32601, message: 'notifications not supported' })
  await Promise.all([tiny.server.close(), dev.server.close()])
})

test('errors of handlers become JSON-RPC errors; what is not for callers is told to the operator', async () => {
  const tiny = tinyGateway()
  const faults: string[] = []
  tiny.context.onFault = (method, lane, error) => faults.push(`${method} ${lane.spec.name} ${(error as Error).message}`)
  assert.deepEqual(error(await post(tiny, call('throwError'))), { code: -32603, message: 'internal error' })
  assert.deepEqual(error(await post(tiny, call('bigintResult'))), { code: -32603, message: 'internal error' })
  assert.deepEqual(error(await post(tiny, call('rejectReverted'))), { code: 3, message: 'execution reverted', data: '0x0102' })
  assert.equal((await post(tiny, call('nothing'))).body, '{"jsonrpc":"2.0","id":1,"result":null}')
  assert.match(faults.join('; '), /^throwError fast .+; bigintResult fast .*BigInt/)
  assert.equal(faults.length, 2)
  await tiny.server.close()
})

test('a batch is answered in order, over several lanes, without its notifications', async () => {
  const tiny = tinyGateway()
  const { notification, batch } = { notification: { jsonrpc: '2.0', method: 'eth_chainId' }, batch: call('eth_chainId', [], 'last') }
  const { json } = await post(tiny, [
    call('poolStatus', [], 1),
    { ...call('eth_chainId', [], 2), networkId: 'evm:slow' },
    notification,
    7,
    call('eth_chainId', [], 3),
    batch,
  ])
  assert.deepEqual(
    json.map(({ id, result }: { id: unknown; result: unknown }) => [id, result]),
    [
      [1, { pending: 3, queued: 1 }],
      [2, '0x12cc9'],
      [null, undefined],
      [3, '0x12cc8'],
      ['last', '0x12cc8'],
    ],
  )
  assert.equal(json[2].error.code, -32600)
  assert.deepEqual(await post(tiny, [notification, notification]), { status: 200, body: '', json: undefined })
  assert.deepEqual(await post(tiny, notification), { status: 200, body: '', json: undefined })
  await tiny.server.close()
})

test('within a batch a read sees the writes before it, and not those after it', async () => {
  const tiny = tinyGateway()
  const { json } = await post(tiny, [
    call('eth_blockNumber'),
    call('write', ['a']),
    call('write', ['b']),
    call('eth_blockNumber'),
    call('write', ['c']),
    call('eth_blockNumber'),
  ])
  assert.deepEqual(
    json.map(({ result }: { result: unknown }) => result),
    ['0x0', 'a', 'b', '0x2', 'c', '0x3'],
  )
  await tiny.server.close()
})

test('a batch whose answers grow too large ends in errors for the calls that were not run', async () => {
  const tiny = tinyGateway({ limits: { batchResponseBytesMax: 2_500_000 } })
  const { json } = await post(
    tiny,
    Array.from({ length: 5 }, (_, i) => call('large', [], i)),
  )
  assert.deepEqual(
    json.map(({ result }: { result?: string }) => result?.length ?? 0),
    [1 << 20, 1 << 20, 1 << 20, 0, 0],
  )
  assert.deepEqual(json[4], { jsonrpc: '2.0', id: 4, error: { code: -32003, message: 'response too large' } })
  await tiny.server.close()
})

test('any content type is read as JSON-RPC, an empty body is no message', async () => {
  const tiny = tinyGateway()
  for (const type of [
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'garbage',
    'application/json; charset=latin1',
    'multipart/form-data',
  ]) {
    assert.equal((await post(tiny, call('eth_chainId'), '/', { 'content-type': type })).json.result, '0x12cc8', type)
  }
  const untyped = await tiny.server.inject({ method: 'POST', url: '/', payload: Buffer.from(JSON.stringify(call('eth_chainId'))), headers: {} })
  assert.equal(untyped.json().result, '0x12cc8')
  const empty = await tiny.server.inject({ method: 'POST', url: '/' })
  assert.deepEqual([empty.statusCode, empty.body], [200, ''])
  await tiny.server.close()
})

test('malformed and oversized bodies and other verbs are answered as JSON-RPC', async () => {
  const tiny = tinyGateway({ limits: { bodyBytesMax: 1_000 } })
  assert.deepEqual(await post(tiny, '{"jsonrpc"'), {
    status: 200,
    body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}',
    json: { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'parse error' } },
  })
  const large = await post(tiny, `"${'x'.repeat(2_000)}"`)
  assert.equal(large.status, 413)
  assert.deepEqual(error(large), { code: -32600, message: 'content length too large' })
  const put = await tiny.server.inject({ method: 'PUT', url: '/', payload: '{}' })
  assert.equal(put.statusCode, 405)
  assert.equal(put.json().error.code, -32600)
  const badPath = await tiny.server.inject({ method: 'POST', url: '/%zz%', payload: JSON.stringify(call('eth_chainId')) })
  assert.ok(badPath.statusCode === 400 || badPath.statusCode === 404)
  assert.ok(badPath.json().error.code < 0)
  await tiny.server.close()
})
