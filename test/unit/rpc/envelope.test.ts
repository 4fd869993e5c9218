import assert from 'node:assert/strict'
import test from 'node:test'
import { parseMessage, type Message } from '../../../src/rpc/envelope.js'
import { rpcLimits } from '../../../src/rpc/limits.js'

const limits = { ...rpcLimits, batchMax: 3, depthMax: 5 }
const parse = (text: string): Message => parseMessage(text, limits)
const refusal = (text: string): { code: number; message: string; id: unknown } => {
  const message = parse(text)
  assert.equal(message.kind, 'refused')
  const answer: unknown = JSON.parse(message.kind === 'refused' ? message.answer : '')
  const { id, error } = (Array.isArray(answer) ? answer[0] : answer) as { id: unknown; error: { code: number; message: string } }
  return { id, ...error }
}
const idOf = (idText: string): string => {
  const message = parse(`{"jsonrpc":"2.0","method":"m","id":${idText}}`)
  assert.equal(message.kind, 'single')
  return message.kind === 'single' ? message.call.id : ''
}

test('ids are echoed as they were written, whatever JSON.parse would make of them', () => {
  const kept = [
    '0',
    '1',
    '-7',
    'null',
    '"c0ffee00-1111-2222-3333-444455556666"',
    '""',
    '1234567890123456',
    '9007199254740993',
    '123456789012345678901234567890',
    '1.50',
    '1e400',
  ]
  for (const id of kept) assert.equal(idOf(id), id)
})

test('in a batch every id keeps its own text', () => {
  const message = parse(
    '[{"id":9007199254740993,"jsonrpc":"2.0","method":"a"}, {"jsonrpc":"2.0","params":["}\\"],"],"method":"b","id":9007199254740995}]',
  )
  assert.equal(message.kind, 'batch')
  assert.deepEqual(message.kind === 'batch' && message.calls.map(({ id }) => id), ['9007199254740993', '9007199254740995'])
})

test('a request without an id is a notification', () => {
  assert.equal(idOf('null'), 'null')
  const message = parse('{"jsonrpc":"2.0","method":"m"}')
  assert.equal(message.kind === 'single' && message.call.id, '')
})

test('what is not JSON is a parse error with a null id', () => {
  for (const text of ['{', 'x', '{"jsonrpc":"2.0"', '[1,]', '\u0000'])
    assert.deepEqual(refusal(text), { code: -32700, message: 'parse error', id: null })
})

test('JSON that is no request is an invalid request, with its id where it has a usable one', () => {
  const rows: [string, string][] = [
    ['1', 'null'],
    ['"x"', 'null'],
    ['null', 'null'],
    ['{}', 'null'],
    ['{"id":5}', '5'],
    ['{"jsonrpc":"1.0","method":"m","id":5}', '5'],
    ['{"jsonrpc":"2.0","method":7,"id":"a"}', '"a"'],
    ['{"jsonrpc":"2.0","method":"","id":1}', '1'],
    ['{"jsonrpc":"2.0","method":"m","id":{}}', 'null'],
    ['{"jsonrpc":"2.0","method":"m","id":[1]}', 'null'],
    ['{"jsonrpc":"2.0","method":"m","id":true}', 'null'],
  ]
  for (const [text, id] of rows) {
    const message = parse(text)
    assert.equal(message.kind, 'single', text)
    if (message.kind !== 'single') continue
    assert.equal(message.call.id, id, text)
    assert.match(message.call.invalid ?? '', /^invalid request/, text)
  }
})

test('a batch is bounded and not empty', () => {
  assert.deepEqual(refusal('[]'), { code: -32600, message: 'empty batch', id: null })
  assert.deepEqual(refusal('[{},{"jsonrpc":"2.0","method":"m"},{"jsonrpc":"2.0","method":"m","id":"b"},{}]'), {
    code: -32600,
    message: 'batch too large',
    id: 'b',
  })
})

test('depth is bounded; brackets in strings do not count', () => {
  assert.equal(parse('{"jsonrpc":"2.0","method":"m","id":1,"params":[[[[1]]]]}').kind, 'single')
  assert.match(refusal('{"jsonrpc":"2.0","method":"m","id":1,"params":[[[[[1]]]]]}').message, /deeper than 5/)
  assert.equal(parse('{"jsonrpc":"2.0","method":"[[[[[[[[\\"[[[[","id":1}').kind, 'single')
  assert.equal(refusal('['.repeat(5_000_000)).code, -32600)
})
