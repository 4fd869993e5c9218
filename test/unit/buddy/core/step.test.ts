// What one Buddy does with what it hears: tables of inputs and effects.

import assert from 'node:assert/strict'
import test from 'node:test'
import { digestOf, preimage, timeoutPreimage } from '../../../../src/buddy/core/signing.js'
import { createState } from '../../../../src/buddy/core/state.js'
import type { State } from '../../../../src/buddy/core/state.js'
import { step } from '../../../../src/buddy/core/step.js'
import type { Effect, Input, Message, Propose, Qc, Timeout, Votes } from '../../../../src/buddy/core/types.js'
import { proposersOf } from '../../../../src/buddy/core/validators.js'
import { createBench, envOf, genesisHash, setOf, toyBlock } from '../../../fixtures/buddy-bench.js'
import { keyNumber, signAs } from '../../../sim/buddy/crypto.js'

const size = 4
const place = { parentHash: genesisHash, height: 1n, view: 0 }
const proposer = proposersOf(envOf(0), size, place)[0] as number
const self = (proposer + 1) % size
const others = [0, 1, 2, 3].filter((validator) => validator !== self)
const env = envOf(self)
const bench = createBench([1n, 1n, 1n, 1n])

const block = toyBlock(bench, proposer, place)
const digest = digestOf(env, env.crypto.hash(block.header), null)
const propose: Propose = {
  kind: 'propose',
  height: 1n,
  view: 0,
  block,
  tc: null,
  signature: signAs(keyNumber(proposer), preimage(env, 'propose', 1n, 0, digest)),
}
const from = (validator: number, message: Message): Input => ({ kind: 'receive', from: keyNumber(validator), message })
const validated: Input = { kind: 'validated', height: 1n, hash: env.crypto.hash(block.header), valid: true }
const votes = (kind: 'prepare' | 'commit', validators: readonly number[], of = digest): Votes => ({
  kind: 'votes',
  vote: kind,
  height: 1n,
  view: 0,
  want: false,
  votes: validators.map((validator) => ({ validator, digest: of, signature: signAs(keyNumber(validator), preimage(env, kind, 1n, 0, of)) })),
})
const unsigned: Votes = {
  ...votes('prepare', others),
  votes: votes('prepare', others).votes.map((vote) => ({ ...vote, signature: new Uint8Array(32) })),
}
const prepared: Qc = {
  kind: 'prepare',
  height: 1n,
  view: 0,
  digest,
  signers: others,
  signatures: votes('prepare', others).votes.map(({ signature }) => signature),
}
const timeout = (validator: number, view: number): Timeout => ({
  kind: 'timeout',
  height: 1n,
  view,
  validator,
  highQc: null,
  signature: signAs(keyNumber(validator), timeoutPreimage(env, 1n, view, null)),
})
const rival = toyBlock(bench, proposer, { ...place, salt: 1 })
const rivalDigest = digestOf(env, env.crypto.hash(rival.header), null)
const rivalPropose: Propose = { ...propose, block: rival, signature: signAs(keyNumber(proposer), preimage(env, 'propose', 1n, 0, rivalDigest)) }
const viewTimer: Input = { kind: 'timer', id: { what: 'view', height: 1n, view: 0 } }
const cycle: Input = { kind: 'cycle', height: 1n, certs: [] }

/** Kinds of effects in order, with what is said or written. */
function shape(effects: readonly Effect[]): string {
  return effects
    .filter(({ kind }) => kind !== 'timer')
    .map((effect) => {
      if (effect.kind === 'send') return effect.message.kind === 'votes' ? `send ${effect.message.vote}` : `send ${effect.message.kind}`
      if (effect.kind === 'persist') return `log ${effect.record.kind}`
      return effect.kind === 'evidence' ? effect.evidence.rule : effect.kind
    })
    .join(', ')
}

const steps: { desc: string; before: Input[]; input: Input; effects: string }[] = [
  { desc: 'a proposal is judged before it is voted for', before: [], input: from(proposer, propose), effects: 'validate' },
  { desc: 'B3: the vote is in the log before it is sent', before: [from(proposer, propose)], input: validated, effects: 'log accepted, log prepared, send prepare' },
  { desc: 'B4.3: one vote per view', before: [from(proposer, propose), validated], input: validated, effects: '' },
  { desc: 'an invalid block gets none', before: [from(proposer, propose)], input: { ...validated, valid: false } as Input, effects: '' },
  { desc: 'B4.3: none after the Timeout', before: [from(proposer, propose), viewTimer], input: validated, effects: '' },
  { desc: 'B4: the Timeout is logged, then told', before: [cycle], input: viewTimer, effects: 'log timed-out, send timeout' },
  { desc: 'and repeated as it was', before: [cycle, viewTimer], input: viewTimer, effects: 'send timeout' },
  { desc: 'a relayed proposal counts by its signature', before: [], input: from(others[2] as number, propose), effects: 'validate' },
  { desc: 'a proposal with a wrong signature does not', before: [], input: from(proposer, { ...propose, signature: new Uint8Array(32) }), effects: '' },
  { desc: 'E2: two proposals of one view', before: [from(proposer, propose)], input: from(proposer, rivalPropose), effects: 'E2' },
  { desc: 'E1: two votes of one view', before: [from(others[0] as number, votes('prepare', [others[0] as number]))], input: from(others[1] as number, votes('prepare', [others[0] as number], rivalDigest)), effects: 'E1' },
  { desc: 'a replay says nothing', before: [from(others[0] as number, votes('prepare', others.slice(0, 1)))], input: from(others[0] as number, votes('prepare', others.slice(0, 1))), effects: '' },
  { desc: 'a vote in the name of another is ignored', before: [], input: from(others[0] as number, { ...votes('prepare', [self]), votes: [{ validator: 3, digest, signature: new Uint8Array(32) }] }), effects: '' },
  { desc: 'a stranger is ignored', before: [], input: { kind: 'receive', from: keyNumber(77), message: propose }, effects: '' },
  { desc: 'B4.4: a PREPARE QC without the block: the lock, and a question', before: [], input: from(others[0] as number, votes('prepare', others)), effects: 'log high, send ask' },
  { desc: 'B4.4: with the block: the lock, then the second vote', before: [from(proposer, propose), validated], input: from(others[0] as number, votes('prepare', others)), effects: 'send qc, log high, log committed, send commit' },
  { desc: 'B4.4: one COMMIT per view', before: [from(proposer, propose), validated, from(others[0] as number, votes('prepare', others))], input: from(others[1] as number, { kind: 'qc', height: 1n, qc: prepared }), effects: '' },
  { desc: 'votes that nobody signed are no QC', before: [from(proposer, propose), validated], input: from(others[0] as number, unsigned), effects: '' },
  { desc: 'B4.4: no second vote after the Timeout', before: [from(proposer, propose), validated, viewTimer], input: from(others[0] as number, votes('prepare', others)), effects: 'send qc, log high' },
  { desc: 'B4.5: a COMMIT QC ends the height', before: [from(proposer, propose), validated], input: from(others[0] as number, votes('commit', others)), effects: 'log decided, decided' },
  { desc: 'also after the Timeout', before: [from(proposer, propose), validated, viewTimer], input: from(others[0] as number, votes('commit', others)), effects: 'log decided, decided' },
  { desc: 'B4: one Timeout is not enough to join', before: [], input: from(others[0] as number, timeout(others[0] as number, 3)), effects: '' },
  { desc: 'B4: more than a third of the weight is', before: [from(others[0] as number, timeout(others[0] as number, 3))], input: from(others[1] as number, timeout(others[1] as number, 5)), effects: 'log view, log timed-out, send timeout' },
  { desc: 'B4: with the own one, a quorum of Timeouts ends the view', before: [from(others[0] as number, timeout(others[0] as number, 0))], input: from(others[1] as number, timeout(others[1] as number, 0)), effects: 'log timed-out, send timeout, log view' },
  { desc: 'whoever times out a view that is over gets its TC', before: [from(others[0] as number, timeout(others[0] as number, 0)), from(others[1] as number, timeout(others[1] as number, 0))], input: from(others[2] as number, timeout(others[2] as number, 0)), effects: 'send tc' },
  { desc: 'B7: a COMMIT and a Timeout that denies it are E3', before: [from(others[0] as number, votes('commit', others.slice(0, 1)))], input: from(others[0] as number, timeout(others[0] as number, 2)), effects: 'E3' },
  { desc: 'a later height is a reason to ask', before: [], input: from(others[0] as number, { ...timeout(others[0] as number, 0), height: 9n }), effects: 'send ask' },
  { desc: 'but not twice', before: [from(others[0] as number, { ...timeout(others[0] as number, 0), height: 9n })], input: from(others[1] as number, { ...timeout(others[1] as number, 0), height: 9n }), effects: '' },
  { desc: 'an old height is answered with its Seal', before: [from(proposer, propose), validated, from(others[0] as number, votes('commit', others))], input: from(others[0] as number, timeout(others[0] as number, 0)), effects: 'send sealed' },
  { desc: 'a very old one from the store', before: [], input: from(others[0] as number, { kind: 'ask', height: 0n, view: null }), effects: 'serve' },
  { desc: 'a proposal of a later view needs a TC', before: [], input: from(proposer, { ...propose, view: 1 }), effects: '' },
  { desc: 'timers of other heights are stale', before: [], input: { kind: 'timer', id: { what: 'view', height: 2n, view: 0 } }, effects: '' },
] // prettier-ignore

for (const { desc, before, input, effects } of steps) {
  test(desc, () => {
    const state = fresh()
    for (const earlier of before) step(env, state, earlier)
    assert.equal(shape(step(env, state, input)), effects)
  })
}

test('what floods in of later heights is bounded', () => {
  const state = fresh()
  for (let i = 0; i < 1_000; i++) step(env, state, from(others[i % 3] as number, { ...timeout(others[0] as number, i), height: BigInt(5 + i) }))
  assert.ok(state.future.length <= 48, `${state.future.length} kept`)
})

test('votes of far views and endless Timeouts of one validator are bounded', () => {
  const state = fresh()
  for (let view = 0; view < 500; view++) {
    step(env, state, from(others[0] as number, timeout(others[0] as number, view)))
    step(env, state, from(others[0] as number, { ...votes('prepare', []), view }))
  }
  assert.ok(state.round.timeouts.size <= 4)
  assert.ok(state.round.pools.prepare.size <= 16)
})

function fresh(): State {
  return createState(env, { set: setOf([1n, 1n, 1n, 1n]), height: 1n, parentHash: genesisHash })
}
