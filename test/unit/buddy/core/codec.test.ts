// One encoding per message, and a decoder that takes no other; whatever is not one is null, never an exception.

import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeEvidence, decodeMessage, decodeRecord, decodeSeal, encodeMessage, encodeRecord, encodeSeal } from '../../../../src/buddy/core/codec.js'
import { messageBytesMax, validatorsMax } from '../../../../src/buddy/core/limits.js'
import { decodeRlp, encodeRlp } from '../../../../src/codec/rlp.js'
import type { Message } from '../../../../src/buddy/core/types.js'
import { createBench } from '../../../fixtures/buddy-bench.js'
import { prng } from '../../../fixtures/random.js'

/** A history with a view change, so that every kind of message but those of stragglers is said. */
function spoken(): { messages: Message[]; log: Uint8Array[]; seal: Uint8Array } {
  const bench = createBench([1n, 2n, 1n, 1n], { merge: 'buddy' })
  bench.filter = (_, to, message) => ((message.kind === 'votes' && message.vote === 'commit' && message.view === 0) || to === 3 ? null : message)
  bench.cycle()
  bench.run(400)
  const [desk] = bench.desks
  const seal = desk?.sealed[0]
  assert.ok(desk !== undefined && seal !== undefined)
  const ask: Message = { kind: 'ask', height: 7n, view: null }
  return { messages: [...bench.sent, ask, { ...ask, view: 0 }], log: desk.log, seal: encodeSeal(seal) }
}

test('messages, records and Seals come back as they were', () => {
  const { messages, log, seal } = spoken()
  for (const kind of ['propose', 'votes', 'timeout', 'sealed', 'ask', 'report']) assert.ok(messages.some((message) => message.kind === kind), kind) // prettier-ignore
  for (const message of messages) assert.deepEqual(decodeMessage(encodeMessage(message)), message)
  for (const bytes of log) {
    const record = decodeRecord(bytes)
    assert.ok(record !== null)
    assert.deepEqual(encodeRecord(record), bytes)
  }
  const decoded = decodeSeal(seal)
  assert.ok(decoded !== null)
  assert.deepEqual(encodeSeal(decoded), seal)
})

test('spoiled bytes are null, or another message in its one form', () => {
  const seed = 20_261_122
  const random = prng(seed)
  const all = spoken().messages.map(encodeMessage)
  let refused = 0
  for (let i = 0; i < 4_000; i++) {
    const bytes = Uint8Array.from(random.pick(all))
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8))
    const message = decodeMessage(bytes)
    if (message === null) refused++
    else assert.deepEqual(encodeMessage(message), bytes, `seed ${seed}, round ${i}`)
  }
  assert.ok(refused > 100, `${refused} refused`)
  for (const bytes of all) {
    assert.equal(decodeMessage(bytes.subarray(0, -1)), null)
    assert.equal(decodeMessage(Uint8Array.from([...bytes, 0])), null)
  }
})

const refusals: { desc: string; bytes: Uint8Array }[] = [
  { desc: 'nothing', bytes: new Uint8Array(0) },
  { desc: 'a length in four bytes that needs one', bytes: Uint8Array.of(0xfb, 0, 0, 0, 1, 0xc0) },
  { desc: 'a byte with a head of its own', bytes: Uint8Array.of(0x81, 0x05) },
  { desc: 'lists in lists without end', bytes: encodeRlp(Array.from({ length: 40 }).reduce<Uint8Array[] | Uint8Array>((inner) => [inner] as never, new Uint8Array(0)) as never) }, // prettier-ignore
  { desc: 'an unknown kind', bytes: encodeRlp([Uint8Array.of(99), []]) },
  { desc: 'a number with a leading zero', bytes: encodeRlp([Uint8Array.of(6), [Uint8Array.of(0, 1), []]]) },
  { desc: 'more than any message may have', bytes: new Uint8Array(messageBytesMax + 1) },
  { desc: 'a bit set beyond the largest set', bytes: encodeRlp([Uint8Array.of(7), [new Uint8Array(0), new Uint8Array(validatorsMax / 8 + 1).fill(1), []]]) }, // prettier-ignore
]
for (const { desc, bytes } of refusals) {
  test(`refused: ${desc}`, () => {
    for (const decode of [decodeMessage, decodeSeal, decodeRecord, decodeEvidence]) assert.equal(decode(bytes), null)
  })
}

test('RLP heads of all widths', () => {
  for (const length of [0, 1, 55, 56, 255, 256, 65_535, 65_536, 1 << 24]) {
    const bytes = new Uint8Array(length).fill(200)
    assert.deepEqual(decodeRlp(encodeRlp([bytes, []])), [bytes, []])
  }
})
