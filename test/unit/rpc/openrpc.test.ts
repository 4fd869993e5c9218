import assert from 'node:assert/strict'
import test from 'node:test'
import type { AnyJson } from '../../fixtures/any-json.js'
import { methods } from '../../../src/rpc/methods.js'
import { openRpcDocument } from '../../../src/rpc/openrpc.js'

type Method = {
  name: string
  summary: string
  params: { name: string; required: boolean; schema: object }[]
  result: { name: string; schema: object }
}
const listed = (dev: boolean): Method[] => openRpcDocument(methods, { version: '1.2.3', dev }).methods as Method[]

test('the document lists every method of the table with named parameters, required ones first', () => {
  assert.deepEqual(
    listed(true).map(({ name }) => name),
    Object.keys(methods).sort(),
  )
  for (const { name, summary, params, result } of listed(true)) {
    assert.ok(summary !== '', name)
    assert.equal(new Set(params.map((param) => param.name)).size, params.length, `${name}: two parameters of one name`)
    assert.equal(
      params.findLastIndex(({ required }) => required),
      params.filter(({ required }) => required).length - 1,
      `${name}: an optional parameter stands before a required one`,
    )
    for (const { schema } of [...params, result]) assert.equal(typeof schema, 'object', name)
  }
})

test('development methods are listed only where they answer', () => {
  const dev = Object.keys(methods).filter((name) => methods[name]!.route === 'dev')
  assert.ok(dev.includes('eth_sendTransaction'))
  const names = new Set(listed(false).map(({ name }) => name))
  for (const name of dev) assert.ok(!names.has(name), name)
  assert.equal(names.size, Object.keys(methods).length - dev.length)
})

test('the document is JSON and says what it is', () => {
  const document = JSON.parse(JSON.stringify(openRpcDocument(methods, { version: '1.2.3', dev: true }))) as Record<string, AnyJson>
  assert.equal(document.openrpc, '1.3.2')
  assert.equal(document.info.version, '1.2.3')
})

test('every reference leads to a schema of the document', () => {
  const document = openRpcDocument(methods, { version: '1.2.3', dev: true }) as { components: { schemas: Record<string, unknown> } }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!)
  assert.ok(references.includes('Block') && references.includes('Receipt'))
  for (const name of references) assert.equal(typeof document.components.schemas[name], 'object', name)
  assert.deepEqual(new Set(references), new Set(Object.keys(document.components.schemas)))
})
