// Transcripts: one encoding each, a decoder that takes no other, and a form that does not change unseen.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import type { CrossCall, CrossResult, SystemRefusal, TranscriptEvent, TranscriptOfSession } from '../../../../src/evm-lane/session-protocol.js'
import { decodeTranscripts, encodeTranscript, encodeTranscripts } from '../../../../src/hyper/core/transcript-codec.js'
import { prng, seededRandom, type Random } from '../../../fixtures/random.js'

/** The digest of 4,096 generated transcripts. A new value is a new version of the format: followers of another version refuse each other's blocks. */
const formatLock = 'd6cdf6b5d7f9f2c34c23529995b25d2674bf0c6968c62081dac15f00d83e4a68'

function refusal(random: Random): SystemRefusal {
  const chainId = random.below(100_000)
  return random.pick<SystemRefusal>([
    { error: 'LaneUnknown', chainId },
    { error: 'LaneUnavailable', chainId },
    { error: 'SessionConflict' },
    { error: 'SessionLimit', which: random.pick(['blockGas', 'sessionTime', '100 %, größer']) },
  ])
}

function bigint(random: Random, bytesMax: number): bigint {
  const bytes = random.bytes(random.below(bytesMax + 1))
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function call(random: Random): CrossCall {
  const side = (): CrossCall['from'] => ({ chainId: random.below(100_000), account: random.bytes(20) })
  return {
    from: side(),
    to: side(),
    value: bigint(random, 32),
    data: random.bytes(random.below(200)),
    gas: bigint(random, 8),
    isStatic: random.chance(2),
    depth: random.below(1_024),
    origin: random.bytes(20),
    gasPrice: bigint(random, 16),
  }
}

function result(random: Random): CrossResult {
  const mark = random.below(1_000)
  if (random.chance(8)) return { kind: 'abandoned' }
  if (random.chance(4)) return { kind: 'refused', refusal: refusal(random), mark }
  const gasRefund = bigint(random, 3) * (random.chance(2) ? -1n : 1n)
  return { kind: 'done', success: random.chance(2), returnData: random.bytes(random.below(100)), gasUsed: bigint(random, 7), gasRefund, mark }
}

function event(random: Random): TranscriptEvent {
  const mark = random.below(1_000)
  const chainId = random.below(100_000)
  const refuse = random.chance(3) ? refusal(random) : null
  const hash = random.bytes(32)
  return random.pick<() => TranscriptEvent>([
    () => ({ kind: 'transaction', part: { chainId, transactionHash: hash }, refuse }),
    () => ({ kind: 'delivery', message: hash, call: call(random), refuse }),
    () => ({ kind: 'call', mark, call: call(random) }),
    () => ({ kind: 'refused', from: chainId, to: random.below(100_000), refusal: refusal(random) }),
    () => ({ kind: 'return', mark, result: result(random) }),
    () => ({ kind: 'undo', chainId, mark }),
    () => ({ kind: 'end', outcome: { kind: 'executed', hash, success: random.chance(2), gasUsed: bigint(random, 8), crossed: random.chance(2) } }),
    () => ({ kind: 'end', outcome: { kind: 'rejected', reason: 'nonce too low: next nonce 3', blockFull: random.chance(2) } }),
    () => ({ kind: 'end', outcome: { kind: 'abandoned' } }),
  ])()
}

function transcript(random: Random): TranscriptOfSession {
  return { id: random.bytes(32), events: Array.from({ length: random.below(20) }, () => event(random)) }
}

test('transcripts come back as they were', () => {
  const random = seededRandom('transcripts')
  for (let i = 0; i < 500; i++) {
    const batch = Array.from({ length: random.below(4) }, () => transcript(random))
    const bytes = encodeTranscripts(batch)
    assert.deepEqual(decodeTranscripts(bytes), batch)
  }
})

test('spoiled bytes are null, or other transcripts in their one form', () => {
  const random = seededRandom('spoiled transcripts')
  for (let i = 0; i < 2_000; i++) {
    const bytes = Uint8Array.from(encodeTranscripts([transcript(random), transcript(random)]))
    bytes[random.below(bytes.length)] = random.below(256)
    const decoded = decodeTranscripts(random.chance(3) ? bytes.subarray(0, random.below(bytes.length)) : bytes)
    if (decoded !== null) assert.deepEqual(encodeTranscripts(decoded), bytes)
  }
})

test('a reason longer than any of ours is cut at a character', () => {
  const id = new Uint8Array(32)
  const reason = '€'.repeat(1_000)
  const decoded = decodeTranscripts(encodeTranscripts([{ id, events: [{ kind: 'end', outcome: { kind: 'rejected', reason, blockFull: false } }] }]))
  const [end] = decoded?.[0]?.events ?? []
  assert.deepEqual(end, { kind: 'end', outcome: { kind: 'rejected', reason: '€'.repeat(300), blockFull: false } })
})

test('the format is what it was', () => {
  const random = prng(4_096)
  const digest = createHash('sha256')
  for (let i = 0; i < 4_096; i++) digest.update(encodeTranscript(transcript(random)))
  assert.equal(digest.digest('hex'), formatLock)
})
