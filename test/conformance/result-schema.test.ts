// Owns: that the judge of results is one: what each keyword lets through and what it refuses. Called by: node --test.

import assert from 'node:assert/strict'
import test from 'node:test'
import { violations, type Schema } from './result-schema.js'

const quantity: Schema = { type: 'string', pattern: '^0x(0|[1-9a-f][0-9a-f]*)$' }
const cases: { what: string; schema: Schema; good: unknown[]; bad: unknown[] }[] = [
  { what: 'type', schema: { type: 'array' }, good: [[]], bad: [{}, null, 'x'] },
  { what: 'several types', schema: { type: ['null', 'integer'] }, good: [null, 3], bad: [1.5, '3'] },
  { what: 'pattern', schema: quantity, good: ['0x0', '0x1f'], bad: ['0x00', '1', 1] },
  { what: 'items', schema: { type: 'array', items: quantity }, good: [[], ['0x1']], bad: [['0x1', '0x01']] },
  {
    what: 'required and named properties',
    schema: { type: 'object', required: ['a'], properties: { a: quantity }, additionalProperties: false },
    good: [{ a: '0x1' }],
    bad: [{}, { a: '1' }, { a: '0x1', b: 1 }],
  },
  { what: 'other properties', schema: { additionalProperties: quantity }, good: [{ x: '0x1' }], bad: [{ x: 1 }] },
  { what: 'anyOf', schema: { anyOf: [{ type: 'null' }, quantity] }, good: [null, '0x1'], bad: [1] },
  { what: 'oneOf', schema: { oneOf: [{ type: 'string' }, quantity] }, good: ['x'], bad: ['0x1', 1] },
  { what: 'bounds', schema: { minimum: 1, maximum: 2 }, good: [1, 2], bad: [0, 3] },
  { what: 'enum and const', schema: { enum: ['a', 'b'], const: 'a' }, good: ['a'], bad: ['b', 'c'] },
]

for (const { what, schema, good, bad } of cases) {
  test(what, () => {
    for (const value of good) assert.deepEqual(violations(value, schema), [])
    for (const value of bad) assert.notDeepEqual(violations(value, schema), [], JSON.stringify(value))
  })
}

test('a keyword that is not known is an error', () => {
  assert.throws(() => violations(1, { minItems: 1 }), RangeError)
})
