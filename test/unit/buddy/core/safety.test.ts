// Directed attacks on one Buddy, each against one check that safety hangs on: without that check exactly these tests fail.

import assert from 'node:assert/strict'
import test from 'node:test'
import { encodeRecord, decodeRecord } from '../../../../src/buddy/core/codec.js'
import { recover } from '../../../../src/buddy/core/recovery.js'
import { digestOf, preimage, timeoutPreimage } from '../../../../src/buddy/core/signing.js'
import { createState } from '../../../../src/buddy/core/state.js'
import type { State } from '../../../../src/buddy/core/state.js'
import { step } from '../../../../src/buddy/core/step.js'
import type { Block, Effect, Input, Message, Propose, Qc, Tc, VoteKind, WalRecord } from '../../../../src/buddy/core/types.js'
import { proposersOf } from '../../../../src/buddy/core/validators.js'
import { createBench, envOf, genesisHash, setOf, toyBlock } from '../../../fixtures/buddy-bench.js'
import { keyNumber, signAs } from '../../../sim/buddy/crypto.js'

const place = { parentHash: genesisHash, height: 1n }
const order = proposersOf(envOf(0), 4, place)
/** Proposes in neither of the first two views. */
const self = order[2] as number
const others = order.filter((validator) => validator !== self)
const env = envOf(self)
const bench = createBench([1n, 1n, 1n, 1n])
const start = { ...place, set: setOf([1n, 1n, 1n, 1n]) }

const blockOf = (view: number, salt: number): Block => toyBlock(bench, order[view] as number, { ...place, view, salt })
const proposeOf = (view: number, block: Block, tc: Tc | null): Propose => {
  const digest = digestOf(env, env.crypto.hash(block.header), tc)
  const key = keyNumber(order[view] as number)
  return { kind: 'propose', height: 1n, view, block, tc, signature: signAs(key, preimage(env, 'propose', 1n, view, digest)) }
}
const digestIn = ({ block, tc }: Propose): Uint8Array => digestOf(env, env.crypto.hash(block.header), tc)
const qcOf = (kind: VoteKind, propose: Propose): Qc => {
  const signers = [...others].sort((a, b) => a - b)
  const message = preimage(env, kind, 1n, propose.view, digestIn(propose))
  return { kind, height: 1n, view: propose.view, digest: digestIn(propose), signers, signatures: signers.map((i) => signAs(keyNumber(i), message)) }
}
/** All others gave up view 0; the first of them reports the lock. */
const tcOf = (highQc: Qc | null): Tc => {
  const timeouts = [...others]
    .sort((a, b) => a - b)
    .map((validator, i) => {
      const high = i === 0 && highQc !== null ? { view: highQc.view, digest: highQc.digest } : null
      return { validator, high, signature: signAs(keyNumber(validator), timeoutPreimage(env, 1n, 0, high)) }
    })
  return { height: 1n, view: 0, timeouts, highQc }
}

type Told = { state: State; effects: Effect[]; log: WalRecord[] }

/** What a Buddy does with all this; it judges a block by its body as soon as it is asked to. */
function tell(messages: readonly Message[], state = createState(env, start)): Told {
  const effects: Effect[] = []
  const queue: Input[] = messages.map((message) => ({ kind: 'receive', from: keyNumber(others[0] as number), message }))
  for (let input = queue.shift(); input !== undefined; input = queue.shift()) {
    const news = step(env, state, input)
    effects.push(...news)
    for (const effect of news) {
      if (effect.kind !== 'validate') continue
      queue.unshift({ kind: 'validated', height: effect.height, hash: effect.hash, valid: effect.block.body[0] === 1 })
    }
  }
  const log = effects.flatMap((effect) => (effect.kind === 'persist' ? [decodeRecord(encodeRecord(effect.record)) as WalRecord] : []))
  return { state, effects, log }
}

const votesIn = (log: readonly WalRecord[], kind: 'prepared' | 'committed'): string[] =>
  log.flatMap((record) => (record.kind === kind ? [`${record.view}:${Buffer.from(record.digest).toString('hex')}`] : []))
const nameOf = (propose: Propose): string => `${propose.view}:${Buffer.from(digestIn(propose)).toString('hex')}`
const accusations = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => (effect.kind === 'evidence' ? [`${effect.evidence.rule} ${effect.evidence.culprit}`] : []))

const first = proposeOf(0, blockOf(0, 1), null)
const rival = proposeOf(0, blockOf(0, 2), null)

test('B4.3: one PREPARE per view, also when a quorum went with the other proposal', () => {
  const { log, state } = tell([first, { kind: 'qc', height: 1n, qc: qcOf('prepare', rival) }, rival])
  assert.deepEqual(votesIn(log, 'prepared'), [nameOf(first)])
  // The lock is on the rival all the same, and the second vote is for what a quorum prepared.
  assert.deepEqual(state.round.highQc?.digest, digestIn(rival))
  assert.deepEqual(votesIn(log, 'committed'), [nameOf(rival)])
})

test('B3, B4.3: one PREPARE per view, also after a crash', () => {
  const before = tell([first])
  assert.deepEqual(votesIn(before.log, 'prepared'), [nameOf(first)])
  const after = tell([rival, { kind: 'qc', height: 1n, qc: qcOf('prepare', rival) }, rival], recover(env, start, before.log))
  assert.deepEqual(votesIn(after.log, 'prepared'), [])
})

test('B4.2: under a lock no other block is voted for, whoever proposes it', () => {
  const tc = tcOf(qcOf('prepare', first))
  const free = proposeOf(1, blockOf(1, 3), tc)
  const refused = tell([first, free])
  assert.deepEqual(votesIn(refused.log, 'prepared'), [nameOf(first)])
  assert.deepEqual(accusations(refused.effects), [`E4 ${order[1]}`])
  const bound = proposeOf(1, first.block, tc)
  assert.deepEqual(votesIn(tell([first, bound]).log, 'prepared'), [nameOf(first), nameOf(bound)])
})

test('B4.2: a TC that hides its lock justifies nothing', () => {
  const tc = { ...tcOf(qcOf('prepare', first)), highQc: null }
  assert.deepEqual(votesIn(tell([proposeOf(1, blockOf(1, 3), tc)]).log, 'prepared'), [])
})

test('B4.2: without a lock the block is of this view and this proposer', () => {
  assert.deepEqual(votesIn(tell([proposeOf(1, first.block, tcOf(null))]).log, 'prepared'), [])
  const own = proposeOf(1, blockOf(1, 3), tcOf(null))
  assert.deepEqual(votesIn(tell([own]).log, 'prepared'), [nameOf(own)])
})

test('B3: what goes to the log is the body that was judged, not another one under its header', () => {
  const tc = tcOf(qcOf('prepare', first))
  const falseBody = { ...first.block, body: Uint8Array.of(1, 9, 9) }
  const { log } = tell([first, proposeOf(1, falseBody, tc)])
  assert.equal(votesIn(log, 'prepared').length, 2)
  const held = [...recover(env, start, log).round.blocks.values()]
  assert.deepEqual(held.map(({ block, valid }) => ({ block, valid })), [{ block: first.block, valid: true }]) // prettier-ignore
})

test('B4.5: a TC of a height that is sealed enters no view of the next one', () => {
  const tc = tcOf(qcOf('prepare', first))
  const second = proposeOf(1, first.block, tc)
  const { state, log } = tell([first, { kind: 'qc', height: 1n, qc: qcOf('commit', second) }, second])
  assert.equal(state.height, 2n)
  assert.deepEqual({ view: state.round.view, tcs: state.round.tcs.size, started: state.round.started }, { view: 0, tcs: 0, started: false })
  assert.ok(!log.some((record) => record.kind === 'view' && record.height === 2n))
})
