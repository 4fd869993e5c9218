// Every way in which a proposal can be wrong is refused, and for that reason; what cannot be judged yet is lacking.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Block } from '../../../../src/buddy/core/types.js'
import { setHashOf } from '../../../../src/buddy/core/validators.js'
import { decodeBody, decodeHeader, encodeBody, encodeHeader } from '../../../../src/hyper/core/hyper-codec.js'
import type { BatchFact, Refusal } from '../../../../src/hyper/core/hyper-facts.js'
import type { HyperBody, HyperHeader, LaneEntry, MessageEntry } from '../../../../src/hyper/core/hyper-types.js'
import { messagesWithin } from '../../../../src/hyper/core/build.js'
import { addEvidence, addFacts, applySealed, build, changeMistake, check, createLedger } from '../../../../src/hyper/core/ledger.js'
import type { Ledger } from '../../../../src/hyper/core/ledger-state.js'
import { blockCountOf, rootsOf } from '../../../../src/hyper/core/roots.js'
import { addBatch, addBlock, adminChange, censorMs, createWorld, deliverMessage, genesisLane, grow, guilt, judgeOf, periodMs, sendMessage, tell, worldLane } from '../../../fixtures/hyper-world.js' // prettier-ignore
import type { World } from '../../../fixtures/hyper-world.js'
import { prng } from '../../../fixtures/random.js'
import { crypto, keyNumber } from '../../../sim/buddy/crypto.js'

const startMs = 5_000
/** Everything that was told at the start is known for long by now. */
const lateMs = startMs + censorMs + 1

type Scene = { world: World; ledger: Ledger; nowMs: number }
type Parts = { header: { -readonly [K in keyof HyperHeader]: HyperHeader[K] }; body: { -readonly [K in keyof HyperBody]: HyperBody[K][number][] } }

/** A chain of one sealed block, and facts for the next: every lane has blocks, sessions and messages are among them. */
function scene(): Scene {
  const world = createWorld(prng(11))
  const ledger = createLedger({ crypto, genesis: world.genesis, last: null, roster: null })
  grow(world, 20)
  tell(world, ledger, 2_000)
  applySealed(ledger, proposal({ world, ledger, nowMs: 3_000 }))
  const [a, b, c, d] = [11, 12, 13, 21].map((chainId) => worldLane(world, chainId))
  assert.ok(a !== undefined && b !== undefined && c !== undefined && d !== undefined)
  while (deliverMessage(world) !== null);
  for (const lane of world.lanes) addBlock(world, lane)
  addBatch(world, [a, b])
  sendMessage(world, b, c, 0n)
  deliverMessage(world)
  addBatch(world, [c, d])
  for (const lane of world.lanes) addBlock(world, lane)
  tell(world, ledger, startMs)
  return { world, ledger, nowMs: startMs + periodMs }
}

function proposal({ ledger, nowMs }: Scene): Block {
  const block = build(ledger, { height: ledger.head.number + 1n, parentHash: ledger.head.hash, view: 0, proposer: 1, nowMs })
  assert.ok(block !== null)
  return block
}

function remade(block: Block, edit: (parts: Parts) => void): Block {
  const parts = { header: decodeHeader(block.header), body: decodeBody(block.body) } as Parts
  assert.ok(parts.header !== null && parts.body !== null)
  edit(parts)
  Object.assign(parts.header, rootsOf(crypto, parts.body), { laneBlockCount: blockCountOf(parts.body) })
  return { ...block, header: encodeHeader(parts.header), body: encodeBody(parts.body) }
}

function laneEntry({ body }: Parts, chainId: number): LaneEntry & Record<string, unknown> {
  return body.lanes.find((entry) => entry.chainId === chainId) as LaneEntry & Record<string, unknown>
}

/** As an honest proposer builds it that knows less: what is after these blocks has not come to it yet. */
function lessKnown({ world, ledger, nowMs }: Scene, to: [chainId: number, below: bigint][]): Block {
  const other = afterFirst(world)
  tell(world, other, nowMs, new Map(to.map(([chainId, number]) => [chainId, number])))
  assert.deepEqual(other.head, ledger.head)
  return proposal({ world, ledger: other, nowMs })
}

const sealedOnce = (() => {
  const world = createWorld(prng(11))
  const ledger = createLedger({ crypto, genesis: world.genesis, last: null, roster: null })
  grow(world, 20)
  tell(world, ledger, 2_000)
  return proposal({ world, ledger, nowMs: 3_000 })
})()

/** A ledger that went along from the start, with nothing told since. */
function afterFirst(world: World): Ledger {
  const ledger = createLedger({ crypto, genesis: world.genesis, last: null, roster: null })
  tell(world, ledger, 2_000, new Map(decodeBody(sealedOnce.body)?.lanes.map(({ chainId, to }) => [chainId, to])))
  applySealed(ledger, sealedOnce)
  return ledger
}

function messagesOf({ ledger }: Scene, { lanes }: { lanes: readonly LaneEntry[] }): MessageEntry[] {
  return messagesWithin(ledger, new Map(lanes.map(({ chainId, to }) => [chainId, to])))
}

const flip = (hash: Uint8Array): Uint8Array => hash.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
const batchOf = ({ world }: Scene, lanes: number[]): BatchFact => {
  const batch = world.batches.findLast(({ blocks }) => blocks.every(({ chainId }) => lanes.includes(chainId)))
  assert.ok(batch !== undefined)
  return batch
}

type Tampering = { desc: string; refusal: Refusal; spoil: (block: Block, scene: Scene) => Block }

const tamperings: Tampering[] = [
  { desc: 'header that is no header', refusal: 'malformed', spoil: (block) => ({ ...block, header: block.header.subarray(1) }) },
  { desc: 'body with a byte more', refusal: 'malformed', spoil: (block) => ({ ...block, body: Uint8Array.from([...block.body, 0]) }) },
  { desc: 'another network', refusal: 'place', spoil: (block) => remade(block, ({ header }) => (header.genesisHash = flip(header.genesisHash))) },
  { desc: 'stale parent', refusal: 'place', spoil: (block) => remade(block, ({ header }) => (header.parentHash = flip(header.parentHash))) },
  { desc: 'a number that is sealed', refusal: 'place', spoil: (block) => remade(block, ({ header }) => (header.number = 1n)) },
  { desc: 'another set', refusal: 'set', spoil: (block) => remade(block, ({ header }) => (header.setHash = flip(header.setHash))) },
  { desc: 'other parameters', refusal: 'params', spoil: (block) => remade(block, ({ header }) => (header.paramsHash = flip(header.paramsHash))) },
  { desc: 'the time of its parent', refusal: 'time', spoil: (block) => remade(block, ({ header }) => (header.timestampMs = 3_000n)) },
  {
    desc: 'time far ahead',
    refusal: 'time',
    spoil: (block, { nowMs }) => remade(block, ({ header }) => (header.timestampMs = BigInt(nowMs) + 1_001n)),
  },
  ...(['lanesRoot', 'sessionsRoot', 'messagesRoot', 'supplyRoot', 'evidenceRoot', 'changesRoot'] as const).map((name): Tampering => ({
    desc: `another ${name}`,
    refusal: 'roots',
    spoil: (block) => {
      const header = decodeHeader(block.header)
      assert.ok(header !== null)
      return { ...block, header: encodeHeader({ ...header, [name]: flip(header[name]) }) }
    },
  })),
  {
    desc: 'another laneBlockCount',
    refusal: 'roots',
    spoil: (block) => {
      const header = decodeHeader(block.header)
      assert.ok(header !== null)
      return { ...block, header: encodeHeader({ ...header, laneBlockCount: header.laneBlockCount + 1n }) }
    },
  },
  { desc: 'a lane missing', refusal: 'lanes', spoil: (block) => remade(block, ({ body }) => body.lanes.pop()) },
  { desc: 'a lane twice', refusal: 'lanes', spoil: (block) => remade(block, ({ body }) => body.lanes.push(body.lanes[0] as LaneEntry)) },
  { desc: 'lanes out of order', refusal: 'lanes', spoil: (block) => remade(block, ({ body }) => body.lanes.reverse()) },
  { desc: 'a gap', refusal: 'gap', spoil: (block) => remade(block, (parts) => (laneEntry(parts, 11).from += 1n)) },
  { desc: 'a block twice', refusal: 'gap', spoil: (block) => remade(block, (parts) => (laneEntry(parts, 11).from -= 1n)) },
  { desc: 'a tip before what is sealed', refusal: 'gap', spoil: (block) => remade(block, (parts) => (laneEntry(parts, 11).to = laneEntry(parts, 11).from - 2n)) }, // prettier-ignore
  ...(['tipHash', 'stateRoot', 'blocksRoot', 'configHash'] as const).map((name): Tampering => ({
    desc: `another ${name}`,
    refusal: 'lane-facts',
    spoil: (block) => remade(block, (parts) => (laneEntry(parts, 12)[name] = flip(laneEntry(parts, 12)[name]))),
  })),
  ...(['gasUsed', 'supply', 'burned', 'bridgedIn', 'bridgedOut'] as const).map((name): Tampering => ({
    desc: `another ${name}`,
    refusal: 'lane-facts',
    spoil: (block) => remade(block, (parts) => (laneEntry(parts, 13)[name] += 1n)),
  })),
  { desc: 'another txCount', refusal: 'lane-facts', spoil: (block) => remade(block, (parts) => (laneEntry(parts, 13).txCount += 1)) },
  { desc: 'a session left out', refusal: 'sessions', spoil: (block) => remade(block, ({ body }) => body.sessions.pop()) },
  { desc: 'sessions in another order', refusal: 'sessions', spoil: (block) => remade(block, ({ body }) => body.sessions.reverse()) },
  { desc: 'a message left out', refusal: 'messages', spoil: (block) => remade(block, ({ body }) => body.messages.shift()) },
  { desc: 'a message that failed instead of not', refusal: 'messages', spoil: (block) => remade(block, ({ body }) => Object.assign(body.messages[0] as object, { success: !body.messages[0]?.success })) }, // prettier-ignore
  { desc: 'another sum', refusal: 'supply', spoil: (block) => remade(block, ({ body }) => Object.assign(body.supply[0] as object, { lanes: 1n })) },
  { desc: 'a currency left out', refusal: 'supply', spoil: (block) => remade(block, ({ body }) => body.supply.pop()) },
  { desc: 'a next set from nowhere', refusal: 'next-set', spoil: (block) => remade(block, ({ header }) => (header.nextSetHash = flip(header.nextSetHash))) }, // prettier-ignore
  { desc: 'a next set where none is', refusal: 'next-set', spoil: (block, { world }) => ({ ...block, nextSet: world.genesis.set }) },
  {
    desc: 'evidence that proves nothing',
    refusal: 'evidence',
    spoil: (block, { world }) =>
      remade(block, ({ body }) => body.evidence.push({ ...guilt(world, { height: 2n, index: 0, key: keyNumber(0) }), culprit: 1 })),
  },
  {
    desc: 'evidence of times to come',
    refusal: 'evidence',
    spoil: (block, { world }) => remade(block, ({ body }) => body.evidence.push(guilt(world, { height: 3n, index: 0, key: keyNumber(0) }))),
  },
  {
    desc: 'the same guilt twice',
    refusal: 'evidence',
    spoil: (block, { world }) => {
      const evidence = guilt(world, { height: 2n, index: 0, key: keyNumber(0) })
      return remade(block, ({ body }) => body.evidence.push(evidence, evidence))
    },
  },
  {
    desc: 'guilt without consequence',
    refusal: 'next-set',
    spoil: (block, { world }) => remade(block, ({ body }) => body.evidence.push(guilt(world, { height: 2n, index: 0, key: keyNumber(0) }))),
  },
  {
    desc: 'a change that is not the next one',
    refusal: 'changes',
    spoil: (block, { world }) =>
      remade(block, ({ body }) => body.changes.push(adminChange(world, 1n, { kind: 'buddy-set', key: keyNumber(9), weight: 1n }))),
  },
  {
    desc: 'a change by somebody else',
    refusal: 'changes',
    spoil: (block, { world }) =>
      remade(block, ({ body }) => body.changes.push(adminChange(world, 0n, { kind: 'buddy-set', key: keyNumber(9), weight: 1n }, keyNumber(9)))),
  },
]

for (const { desc, refusal, spoil } of tamperings) {
  test(`refused: ${desc}`, () => {
    const at = scene()
    const block = proposal(at)
    assert.deepEqual(check(at.ledger, { block, mode: 'proposed', nowMs: at.nowMs }), { kind: 'valid' })
    const verdict = check(at.ledger, { block: spoil(block, at), mode: 'proposed', nowMs: at.nowMs })
    assert.equal(verdict.kind === 'invalid' ? verdict.refusal : verdict.kind, refusal, verdict.kind === 'invalid' ? verdict.reason : '')
  })
}

/** The entry of a lane as if its tip were earlier, taken from an honest block with that tip. */
function withTip(at: Scene, chainId: number, to: bigint): Block {
  const other = afterFirst(at.world)
  const { lanes } = at.world
  const known = new Map(lanes.map(({ spec }) => [spec.chainId, spec.chainId === chainId ? to : BigInt(worldLane(at.world, spec.chainId).blocks.length)])) // prettier-ignore
  const blocks = lanes.map(({ spec, blocks: all }) => {
    const from = Number(other.lanes.get(spec.chainId)?.tip.to)
    return { chainId: spec.chainId, blocks: all.slice(from, Number(known.get(spec.chainId))).map((fact) => ({ ...fact, messages: [] })) }
  })
  const within = ({ chainId, number }: { chainId: number; number: bigint }): boolean => number <= (known.get(chainId) ?? 0n)
  const batches = at.world.batches.map((batch) => ({ ...batch, blocks: batch.blocks.filter(within) })).filter((batch) => batch.blocks.length > 0)
  const sealed = Number(decodeBody(sealedOnce.body)?.sessions.at(-1)?.batch)
  addFacts(other, { lanes: blocks, batches: batches.filter(({ batch }) => batch > sealed), changes: [], nowMs: at.nowMs })
  return proposal({ ...at, ledger: other })
}

test('refused: half a session batch', () => {
  const at = scene()
  const { blocks } = batchOf(at, [11, 12])
  const number = blocks.find(({ chainId }) => chainId === 12)?.number as bigint
  const verdict = check(at.ledger, { block: withTip(at, 12, number - 1n), mode: 'certified', nowMs: at.nowMs })
  assert.deepEqual(verdict.kind === 'invalid' ? verdict.refusal : verdict.kind, 'half-batch')
})

test('refused: a delivery before its message', () => {
  const at = scene()
  const lane = worldLane(at.world, 12)
  const sent = lane.blocks.findLast(({ messages }) => messages.some(({ kind }) => kind === 'sent'))
  const block = withTip(at, 12, (sent?.number as bigint) - 1n)
  const verdict = check(at.ledger, { block: remade(block, ({ body }) => (body.messages = messagesOf(at, body))), mode: 'proposed', nowMs: at.nowMs })
  assert.deepEqual(verdict.kind === 'invalid' ? verdict.refusal : verdict.kind, 'early-delivery')
  const certified = check(at.ledger, {
    block: remade(block, ({ body }) => (body.messages = messagesOf(at, body))),
    mode: 'certified',
    nowMs: at.nowMs,
  })
  assert.equal(certified.kind, 'valid')
})

test('lacking: lane blocks, a session batch, the block before', () => {
  const at = scene()
  const block = proposal(at)
  const { world } = at
  const other = afterFirst(world)
  const length = BigInt(worldLane(world, 21).blocks.length)
  tell(world, other, at.nowMs, new Map([[21, length - 1n]]))
  const question = { block, mode: 'proposed' as const, nowMs: at.nowMs }
  assert.deepEqual(check(other, question), { kind: 'lacking', lanes: [{ chainId: 21, to: length }] })
  tell(world, other, at.nowMs)
  assert.deepEqual(check(other, question), { kind: 'valid' })
  other.batches.delete(batchOf(at, [13, 21]).batch)
  assert.deepEqual(check(other, question), { kind: 'lacking', lanes: [] })
  const behind = createLedger({ crypto, genesis: world.genesis, last: null, roster: null })
  assert.deepEqual(check(behind, question), { kind: 'lacking', lanes: [] })
})

test('a lane that is left out is censored only when it is known for long', () => {
  const at = scene()
  const newest = BigInt(worldLane(at.world, 21).blocks.length)
  const block = lessKnown(at, [[21, newest - 1n]])
  assert.deepEqual(check(at.ledger, { block, mode: 'proposed', nowMs: lateMs - 1 }), { kind: 'valid' })
  const verdict = check(at.ledger, { block, mode: 'proposed', nowMs: lateMs })
  assert.deepEqual(verdict.kind === 'invalid' ? verdict.refusal : verdict.kind, 'censored-lane')
  assert.deepEqual(check(at.ledger, { block, mode: 'certified', nowMs: lateMs }), { kind: 'valid' })
})

test('Buddies that are far apart agree in some view: what is long doubles, and what is new is left out', () => {
  const world = createWorld(prng(12))
  const begin = (): Ledger => createLedger({ crypto, genesis: world.genesis, last: null, roster: null })
  const [ahead, behind] = [begin(), begin()]
  const lane = worldLane(world, 11)
  // A block per 100 ms for 40 s; the one behind has executed those of the first 20 s.
  for (let nowMs = startMs; nowMs < startMs + 40_000; nowMs += 100) {
    addBlock(world, lane)
    tell(world, ahead, nowMs)
    if (nowMs < startMs + 20_000) tell(world, behind, nowMs)
  }
  const nowMs = startMs + 40_000
  const verdicts = (by: Ledger, of: Ledger): string[] =>
    Array.from({ length: 12 }, (_, view) => {
      const block = build(by, { height: 1n, parentHash: by.head.hash, view, proposer: 1, nowMs })
      assert.ok(block !== null)
      assert.deepEqual(check(by, { block, mode: 'proposed', nowMs }), { kind: 'valid' })
      return check(of, { block, mode: 'proposed', nowMs }).kind
    })
  const repeat = (kind: string, count: number): string[] => Array.from({ length: count }, () => kind)
  assert.deepEqual(verdicts(behind, ahead), [...repeat('invalid', 4), ...repeat('valid', 8)])
  assert.deepEqual(verdicts(ahead, behind), [...repeat('lacking', 8), ...repeat('valid', 4)])
})

test('what cannot be in a whole cut is not censored', () => {
  const at = scene()
  const { world, ledger } = at
  const [a, b] = [worldLane(world, 11), worldLane(world, 12)]
  addBatch(world, [a, b])
  const short = BigInt(b.blocks.length) - 1n
  tell(world, ledger, startMs, new Map([[12, short]]))
  const block = lessKnown(at, [[11, BigInt(a.blocks.length) - 1n], [12, short]]) // prettier-ignore
  assert.deepEqual(check(ledger, { block, mode: 'proposed', nowMs: lateMs }), { kind: 'valid' })
})

test('evidence and changes that are known for long belong into a proposal', () => {
  const at = scene()
  const { world, ledger } = at
  const empty = proposal(at)
  const change = adminChange(world, 0n, { kind: 'buddy-set', key: keyNumber(9), weight: 2n })
  addFacts(ledger, { lanes: [], batches: [], changes: [change], nowMs: startMs })
  const refusal = (block: Block, nowMs: number): string => {
    const verdict = check(ledger, { block, mode: 'proposed', nowMs })
    return verdict.kind === 'invalid' ? verdict.refusal : verdict.kind
  }
  assert.equal(refusal(empty, lateMs - 1), 'valid')
  assert.equal(refusal(empty, lateMs), 'censored-change')
  assert.ok(addEvidence(ledger, guilt(world, { height: 2n, index: 3, key: keyNumber(3) }), startMs))
  assert.equal(refusal(empty, lateMs), 'censored-evidence')
  const whole = proposal({ ...at, nowMs: lateMs })
  assert.equal(refusal(whole, lateMs), 'valid')
  assert.deepEqual(whole.nextSet, [0, 1, 2].map((i) => ({ key: keyNumber(i), weight: 1n })).concat({ key: keyNumber(9), weight: 2n })) // prettier-ignore
  const header = decodeHeader(whole.header)
  assert.ok(header !== null && whole.nextSet !== null)
  assert.deepEqual(header.nextSetHash, setHashOf(judgeOf(world.genesis), whole.nextSet))
  applySealed(ledger, whole)
  assert.equal(addEvidence(ledger, guilt(world, { height: 2n, index: 3, key: keyNumber(3) }), lateMs), false, 'convicted already')
})

test('guilt of before a change of the set is judged by the set of then', () => {
  const at = scene()
  const { world, ledger } = at
  addFacts(ledger, {
    lanes: [],
    batches: [],
    changes: [adminChange(world, 0n, { kind: 'buddy-set', key: keyNumber(0), weight: 0n })],
    nowMs: startMs,
  })
  applySealed(ledger, proposal(at))
  assert.equal(addEvidence(ledger, guilt(world, { height: 2n, index: 0, key: keyNumber(0) }), lateMs), false, 'not in the set any more')
  assert.ok(addEvidence(ledger, guilt(world, { height: 2n, index: 3, key: keyNumber(3) }), lateMs), 'place 3 of then')
  assert.equal(addEvidence(ledger, guilt(world, { height: 3n, index: 3, key: keyNumber(3) }), lateMs), false, 'no place 3 now')
  assert.deepEqual(
    proposal({ ...at, nowMs: lateMs }).nextSet,
    [1, 2].map((i) => ({ key: keyNumber(i), weight: 1n })),
  )
})

test('a lane that is added begins with the next Hyper Block', () => {
  const at = scene()
  const { world, ledger } = at
  const lane = genesisLane(14, 'ETH')
  const change = adminChange(world, 0n, { kind: 'lane-add', lane })
  assert.equal(changeMistake(ledger, change), null)
  assert.match(String(changeMistake(ledger, adminChange(world, 0n, { kind: 'lane-add', lane: genesisLane(11, 'ETH') }))), /there already/)
  addFacts(ledger, { lanes: [], batches: [], changes: [change], nowMs: startMs })
  const first = proposal(at)
  assert.deepEqual(decodeBody(first.body)?.lanes.map(({ chainId }) => chainId), [11, 12, 13, 21]) // prettier-ignore
  applySealed(ledger, first)
  world.lanes.push({ spec: lane, blocks: [] })
  addBlock(world, worldLane(world, 14))
  tell(world, ledger, lateMs)
  const second = proposal({ ...at, nowMs: lateMs })
  assert.deepEqual(check(ledger, { block: second, mode: 'proposed', nowMs: lateMs }), { kind: 'valid' })
  assert.deepEqual(decodeBody(second.body)?.lanes.map(({ chainId, to }) => [chainId, to]).at(3), [14, 1n]) // prettier-ignore
})

test('a lane that makes money from nothing is left out, with those of its currency; the others go on', () => {
  const world = createWorld(prng(3))
  const ledger = createLedger({ crypto, genesis: world.genesis, last: null, roster: null })
  for (const lane of world.lanes) addBlock(world, lane)
  addBlock(world, worldLane(world, 21), { minted: 0n })
  const forged = worldLane(world, 21).blocks.at(-1)
  assert.ok(forged !== undefined)
  forged.supply += 10n ** 20n
  tell(world, ledger, startMs)
  const block = proposal({ world, ledger, nowMs: startMs })
  assert.deepEqual(decodeBody(block.body)?.lanes.map(({ to }) => to), [1n, 1n, 1n, 0n]) // prettier-ignore
  assert.deepEqual(check(ledger, { block, mode: 'proposed', nowMs: startMs + censorMs + 1 }), { kind: 'valid' })
})

test('facts that contradict each other are not taken', () => {
  const { world, ledger } = scene()
  const lane = worldLane(world, 11)
  const last = lane.blocks.at(-1)
  assert.ok(last !== undefined)
  const tellOne = (fact: typeof last): void => addFacts(ledger, { lanes: [{ chainId: 11, blocks: [fact] }], batches: [], changes: [], nowMs: 0 })
  assert.throws(() => tellOne({ ...last, hash: flip(last.hash) }), { code: 'block-invalid', message: /two different blocks/ })
  assert.throws(() => tellOne({ ...last, number: last.number + 1n }), { code: 'block-invalid', message: /two different blocks/ })
  assert.throws(() => tellOne({ ...last, number: last.number + 2n }), { code: 'block-invalid', message: /was told before/ })
  assert.throws(() => addFacts(ledger, { lanes: [{ chainId: 99, blocks: [] }], batches: [], changes: [], nowMs: 0 }), { code: 'unknown-lane' })
  const batch = { batch: 99, blocks: [{ chainId: 11, number: last.number, hash: flip(last.hash) }], sessions: [] }
  assert.throws(() => addFacts(ledger, { lanes: [], batches: [batch], changes: [], nowMs: 0 }), { code: 'block-invalid' })
})

test('a sealed block with another lane block than ours is told, not taken', () => {
  const at = scene()
  const block = remade(proposal(at), (parts) => (laneEntry(parts, 11).tipHash = flip(laneEntry(parts, 11).tipHash)))
  assert.throws(() => applySealed(at.ledger, block), { code: 'block-invalid', message: /not the one that was sealed/ })
})

test('nothing is built on another parent', () => {
  const { ledger, nowMs } = scene()
  assert.equal(build(ledger, { height: 2n, parentHash: flip(ledger.head.hash), view: 0, proposer: 0, nowMs }), null)
  assert.equal(build(ledger, { height: 3n, parentHash: ledger.head.hash, view: 0, proposer: 0, nowMs }), null)
})
