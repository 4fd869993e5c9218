// Whatever JSON arrives, the dispatcher answers as JSON-RPC and does not throw; ids come back as they were written.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createDispatcher, answer } from '../../src/rpc/dispatch.js'
import { parseMessage } from '../../src/rpc/envelope.js'
import { routeOf } from '../../src/rpc/route.js'
import { checkedAnswers } from '../fixtures/json-rpc-check.js'
import { tinyGateway, tinyMethods } from '../fixtures/tiny-gateway.js'

const seed = Number(process.env['PARALANE_PROPERTY_SEED'] ?? Date.now() % 2 ** 31)

const { context, server } = tinyGateway()
const dispatcher = createDispatcher(context, tinyMethods, () => {})
const origin = { route: routeOf(context.lanes, '/'), connection: null }
test.after(() => server.close())

const nearlyCall = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 8, arbitrary: fc.constant('2.0') }, fc.jsonValue()),
    id: fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.jsonValue()),
    method: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...Object.keys(tinyMethods)) }, fc.jsonValue()),
    params: fc.oneof(fc.array(fc.jsonValue(), { maxLength: 3 }), fc.jsonValue()),
    networkId: fc.oneof(fc.constant('evm:77001'), fc.jsonValue()),
  },
  { requiredKeys: [] },
)
const anything = fc.oneof(nearlyCall, fc.array(fc.oneof(nearlyCall, fc.jsonValue()), { maxLength: 8 }), fc.jsonValue())

test('arbitrary JSON is answered as JSON-RPC', async (t) => {
  t.diagnostic(`PARALANE_PROPERTY_SEED=${seed}`)
  const property = fc.asyncProperty(anything, async (json) => {
    const text = JSON.stringify(json)
    checkedAnswers(text, await answer(dispatcher, parseMessage(text, context.limits), origin))
  })
  await fc.assert(property, { seed, numRuns: 2_000 })
})

test('arbitrary text is answered as JSON-RPC', async (t) => {
  t.diagnostic(`PARALANE_PROPERTY_SEED=${seed}`)
  const property = fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (text) => {
    checkedAnswers(text, await answer(dispatcher, parseMessage(text, context.limits), origin))
  })
  await fc.assert(property, { seed, numRuns: 2_000 })
})

test('numeric ids keep their text, among keys and strings that look like them, with any white space', async (t) => {
  t.diagnostic(`PARALANE_PROPERTY_SEED=${seed}`)
  const idText = fc.oneof(
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }).map((id) => String(id)),
    fc.tuple(fc.integer(), fc.stringMatching(/^[0-9]{1,30}$/)).map(([whole, part]) => `${whole}.${part}1`),
    fc.tuple(fc.integer({ min: 1 }), fc.integer({ min: 20, max: 400 })).map(([m, e]) => `${m}E+${e}`),
  )
  const space = fc.constantFrom('', ' ', '\n\t ', '\r\n')
  const noise = fc.oneof(fc.jsonValue(), fc.constantFrom('"id":1,', { id: 2 }, '\\"', '}],{"id":3'))
  const item = fc.record({ id: idText, before: noise, after: noise, gap: space, key: fc.constantFrom('"id"', '"\\u0069d"') })
  const property = fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 5 }), space, async (items, gap) => {
    const calls = items.map((one) =>
      [
        `{${one.gap}"params":${JSON.stringify([one.before])}`,
        `"jsonrpc":"2.0"${one.gap}`,
        `${one.key}${one.gap}:${one.gap}${one.id}${one.gap}`,
        `"x":${JSON.stringify(one.after)}`,
        '"method":"echo"}',
      ].join(`,${one.gap}`),
    )
    const text = `${gap}[${gap}${calls.join(`${gap},${gap}`)}${gap}]`
    const message = parseMessage(text, context.limits)
    assert.deepEqual(
      message.kind === 'batch' && message.calls.map(({ id }) => id),
      items.map(({ id }) => id),
    )
    const body = await answer(dispatcher, message, origin)
    for (const { id } of items) assert.ok(body.includes(`"id":${id},`))
  })
  await fc.assert(property, { seed, numRuns: 1_000 })
})
