// Every key is explained, and every flag of the reference exists.

import assert from 'node:assert/strict'
import test from 'node:test'
import { flagOf, options, parseOption, variableOf } from '../../../src/config/options.js'
import { configSchema, hyperSchema, laneSchema } from '../../../src/config/schema.js'

test('every key says what it means', () => {
  for (const shape of [configSchema.shape, hyperSchema.shape, laneSchema.shape]) {
    for (const [key, schema] of Object.entries(shape)) assert.ok((schema.description ?? '').length > 10, key)
  }
})

test('flags and variables are named after their keys', () => {
  const named = Object.fromEntries(options.map((option) => [option.key, [flagOf(option), variableOf(option)]]))
  assert.deepStrictEqual(named['dataDir'], ['--data-dir', 'PARALANE_DATA_DIR'])
  assert.deepStrictEqual(named['apiKeys'], ['--api-key', 'PARALANE_API_KEYS'])
  assert.deepStrictEqual(named['port'], ['--port', 'PARALANE_PORT'])
})

test('text that is no value of its kind stays text', () => {
  assert.equal(parseOption({ key: 'port', kind: 'number' }, ' '), ' ')
  assert.equal(parseOption({ key: 'port', kind: 'number' }, '0x10'), 16)
  assert.equal(parseOption({ key: 'dev', kind: 'boolean' }, 'maybe'), 'maybe')
})
