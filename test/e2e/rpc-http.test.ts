// Owns: the JSON-RPC envelope and routing as tools use them, on the bytes of a running gateway.
// Does not own: results of methods (client tests, conformance), GET endpoints (rpc-endpoints.test.ts). Called by: node --test.
import assert from 'node:assert/strict'
import test from 'node:test'
import { needsOwnGateway, startGateway } from './gateway.js'
import { overSocket, post } from './rpc.js'

const call = (rest: object) => JSON.stringify({ jsonrpc: '2.0', ...rest })
const chainIds = [77000, 77001, 77002, 77003]
const hex = (value: number) => `0x${value.toString(16)}`

test('JSON-RPC over HTTP and WebSocket', { skip: needsOwnGateway, timeout: 600_000 }, async (t) => {
  const gateway = await startGateway()
  t.after(() => gateway.stop())
  const lane = gateway.laneUrl(77001)
  const answerOf = async (body: string, url = lane) => (await post(url, body)).json()

  await t.test('missing, null and empty params are the same', async () => {
    for (const params of [{}, { params: null }, { params: [] }]) {
      const expected = { jsonrpc: '2.0', id: 0, result: '0x12cc9' }
      assert.deepEqual(await answerOf(call({ id: 0, method: 'eth_chainId', ...params })), expected)
    }
  })

  await t.test('ids come back exactly', async () => {
    const ids = ['0', '1', '-7', 'null', '"0"', '""', '"3f0c1a52-6f5b-4b6b-9a0e-2f9f4d0a7c11"', '8765432198765432', '9007199254740993', '1.5']
    for (const id of ids) {
      const { text } = await post(lane, `{"jsonrpc":"2.0","id":${id},"method":"eth_chainId"}`)
      assert.equal(text, `{"jsonrpc":"2.0","id":${id},"result":"0x12cc9"}`)
    }
  })

  await t.test('every spelling of a lane reaches it, the root is the default lane', async () => {
    const unknown = await answerOf(call({ id: 1, method: 'eth_chainId' }), `${gateway.url}/no-such-lane`)
    const known: { chainId: number; name: string }[] = unknown.error.data.lanes
    assert.deepEqual(
      known.map(({ chainId }) => chainId),
      chainIds,
    )
    for (const { chainId, name } of known) {
      assert.ok(unknown.error.message.includes(name) && unknown.error.message.includes(String(chainId)), unknown.error.message)
      for (const path of [String(chainId), name, `main/evm/${chainId}`]) {
        assert.equal((await answerOf(call({ id: 1, method: 'eth_chainId' }), `${gateway.url}/${path}`)).result, hex(chainId))
        const [message] = await overSocket(`${gateway.url.replace('http', 'ws')}/${path}`, [call({ id: 1, method: 'eth_chainId' })])
        assert.equal(message.result, hex(chainId))
      }
    }
    assert.equal((await answerOf(call({ id: 1, method: 'eth_chainId' }), gateway.url)).result, hex(77000))
  })

  await t.test('a batch at the root goes to several lanes and is answered in order', async () => {
    const items = [77003, 77001, 77002, 77000, 77001].map((chainId, id) => ({
      jsonrpc: '2.0',
      id,
      method: 'eth_chainId',
      networkId: `evm:${chainId}`,
    }))
    const replies = await answerOf(JSON.stringify([...items, { jsonrpc: '2.0', id: 5, method: 'eth_chainId' }]), gateway.url)
    assert.deepEqual(
      replies.map(({ id, result }: { id: number; result: string }) => [id, Number(result)]),
      [
        [0, 77003],
        [1, 77001],
        [2, 77002],
        [3, 77000],
        [4, 77001],
        [5, 77000],
      ],
    )
  })

  await t.test('one bad item of a batch spoils no other', async () => {
    const items = [
      { jsonrpc: '2.0', id: 1, method: 'eth_chainId', networkId: 'evm:1' },
      { jsonrpc: '2.0', id: 2, method: 'eth_noSuchMethod' },
      5,
      { jsonrpc: '2.0', method: 'eth_chainId' },
      { jsonrpc: '2.0', id: 3, method: 'eth_chainId' },
    ]
    const replies = await answerOf(JSON.stringify(items), gateway.url)
    assert.deepEqual(
      replies.map((reply: { id: unknown }) => reply.id),
      [1, 2, null, 3],
    )
    assert.match(replies[0].error.message, /77000.*77003/s)
    assert.deepEqual([replies[1].error.code, replies[2].error.code, replies[3].result], [-32601, -32600, hex(77000)])
  })

  await t.test('refusals have their code', async () => {
    const refusals: [string, number][] = [
      ['{"jsonrpc":"2.0","id":1,', -32700],
      ['not json', -32700],
      ['[]', -32600],
      ['{}', -32600],
      ['"text"', -32600],
      [call({ id: 1, method: 5 }), -32600],
      [call({ id: 1, method: 'eth_noSuchMethod' }), -32601],
      [call({ id: 1, method: 'eth_getBalance', params: [] }), -32602],
      [call({ id: 1, method: 'eth_getBalance', params: ['0x12', 'latest'] }), -32602],
      [call({ id: 1, method: 'eth_getBlockByNumber', params: ['0x095', false] }), -32602],
    ]
    for (const [body, code] of refusals) {
      const reply = await post(lane, body)
      assert.match(reply.headers.get('content-type') ?? '', /^application\/json/)
      assert.equal(reply.json().error?.code, code, `${body} → ${reply.text}`)
    }
    assert.equal(
      (await answerOf(call({ id: 1, method: 'eth_noSuchMethod' }))).error.message,
      'the method eth_noSuchMethod does not exist/is not available',
    )
  })

  await t.test('notifications are run and not answered', async () => {
    assert.equal((await post(lane, call({ method: 'eth_chainId' }))).text, '')
    assert.equal((await post(lane, JSON.stringify([{ jsonrpc: '2.0', method: 'eth_chainId' }]))).text, '')
    // Over a socket the next answer belongs to the next call.
    const [message] = await overSocket(gateway.wsUrl(77001), [call({ method: 'eth_chainId' }), call({ id: 'after', method: 'eth_chainId' })], 1)
    assert.equal(message.id, 'after')
  })

  await t.test('a body of any content type is read', async () => {
    for (const type of ['text/plain', 'text/plain;charset=UTF-8', 'application/json; charset=utf-8', 'application/octet-stream']) {
      const reply = await post(lane, call({ id: 1, method: 'eth_chainId' }), { 'content-type': type })
      assert.equal(reply.json().result, '0x12cc9', type)
    }
  })

  await t.test('a WebSocket answers batches and survives bad messages', async () => {
    const messages = await overSocket(gateway.wsUrl(77001), ['{', '[]', JSON.stringify([{ jsonrpc: '2.0', id: 1, method: 'eth_chainId' }])])
    const codes = messages.map((message) => (Array.isArray(message) ? message[0].result : message.error.code))
    assert.deepEqual(codes.sort(), [-32600, -32700, '0x12cc9'].sort())
  })
})
