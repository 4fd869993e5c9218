// The end of an HTTP response, found in whatever pieces the socket delivers.
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseResponse, postBytes } from '../../../scripts/bench/http-message.js'

const withLength = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 9\r\nDate: x\r\n\r\n{"id":1}\n')
const chunked = Buffer.from('HTTP/1.1 429 Too Many\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n')

for (const [name, whole, status] of [
  ['content-length', withLength, 200],
  ['chunked', chunked, 429],
] as const) {
  test(`a ${name} response is complete at its last byte and not before`, () => {
    for (let length = 0; length < whole.length; length++) assert.equal(parseResponse(whole.subarray(0, length)), null)
    assert.deepEqual(parseResponse(whole), { status, bodyStart: whole.indexOf('\r\n\r\n') + 4 })
  })
}

test('the length of a request counts bytes, not characters', () => {
  const text = Buffer.from(postBytes(new URL('http://127.0.0.1:1/77000?key=a'), '"é"')).toString()
  assert.match(text, /^POST \/77000\?key=a HTTP\/1\.1\r\nHost: 127\.0\.0\.1:1\r\n/)
  assert.match(text, /\r\nContent-Length: 4\r\n\r\n"é"$/)
})
