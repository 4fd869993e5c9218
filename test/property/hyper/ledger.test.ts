// Random histories: what one ledger builds, another that knows the same takes, one that knows less lacks; what is sealed stays whole.

import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import test from 'node:test'
import type { Block } from '../../../src/buddy/core/types.js'
import { keyOf } from '../../../src/codec/bytes.js'
import { decodeBody, decodeHeader, decodeRoster, encodeRoster } from '../../../src/hyper/core/hyper-codec.js'
import type { HyperBody, HyperHeader, Roster } from '../../../src/hyper/core/hyper-types.js'
import { addEvidence, addFacts, applySealed, build, check, createLedger, hasNews } from '../../../src/hyper/core/ledger.js'
import type { Ledger } from '../../../src/hyper/core/ledger-state.js'
import { adminChange, createWorld, genesisLane, grow, guilt, periodMs, tell } from '../../fixtures/hyper-world.js'
import type { World } from '../../fixtures/hyper-world.js'
import { prng } from '../../fixtures/random.js'
import { crypto, keyNumber } from '../../sim/buddy/crypto.js'

const seeds = Array.from({ length: 80 }, (_, i) => i + 1)
const heights = 12

function open({ genesis }: World): Ledger {
  return createLedger({ crypto, genesis, last: null, roster: null })
}

function buildNow(ledger: Ledger, nowMs: number): Block {
  const { head } = ledger
  const block = build(ledger, { height: head.number + 1n, parentHash: head.hash, view: 0, proposer: 0, nowMs })
  assert.ok(block !== null)
  return block
}

function opened(block: Block): { header: HyperHeader; body: HyperBody } {
  const header = decodeHeader(block.header)
  const body = decodeBody(block.body)
  assert.ok(header !== null && body !== null)
  return { header, body }
}

/** A part of what the world has of each lane, never less than before, and never less than what it had of it a period ago. */
function someOf(world: World, ledger: Ledger, old: ReadonlyMap<number, number> = new Map()): Map<number, bigint> {
  return new Map(
    world.lanes.map(({ spec, blocks }) => {
      const lane = ledger.lanes.get(spec.chainId)
      const known = Math.max(old.get(spec.chainId) ?? 0, lane === undefined ? 0 : Number(lane.tip.to) + lane.held.length)
      return [spec.chainId, BigInt(known + world.random.below(blocks.length - known + 1))]
    }),
  )
}

/** No batch and no message is cut in two by the tips, whatever the ledgers think. */
function assertWhole(world: World, ledger: Ledger, seed: number): void {
  const sealed = ({ chainId, number }: { chainId: number; number: bigint }): boolean => number <= (ledger.lanes.get(chainId)?.tip.to ?? 0n)
  for (const { batch, blocks } of world.batches) {
    assert.ok(blocks.every(sealed) || !blocks.some(sealed), `seed ${seed}: batch ${batch} is sealed on a part of its lanes`)
  }
  const sent = new Map<string, boolean>()
  for (const { spec, blocks } of world.lanes) {
    for (const { number, messages } of blocks) {
      for (const { kind, id } of messages) if (kind === 'sent') sent.set(keyOf(id), sealed({ chainId: spec.chainId, number }))
    }
  }
  for (const { spec, blocks } of world.lanes) {
    for (const { number, messages } of blocks) {
      for (const { kind, id } of messages) {
        if (kind === 'delivered' && sealed({ chainId: spec.chainId, number }))
          assert.ok(sent.get(keyOf(id)), `seed ${seed}: delivered before it is sent`)
      }
    }
  }
}

function surprise(world: World, ledgers: readonly Ledger[], nowMs: number): void {
  const [first] = ledgers
  const { random } = world
  if (first === undefined) return
  const nonce = first.roster.nonce
  const what = random.below(20)
  if (what < 3) {
    const change = adminChange(world, nonce, { kind: 'buddy-set', key: keyNumber(50 + random.below(5)), weight: BigInt(1 + random.below(3)) })
    for (const ledger of ledgers) addFacts(ledger, { lanes: [], batches: [], changes: [change], nowMs })
  } else if (what < 5) {
    const lane = genesisLane(30 + Number(nonce), random.pick(['ETH', 'SILVER']))
    world.lanes.push({ spec: lane, blocks: [] })
    for (const ledger of ledgers)
      addFacts(ledger, { lanes: [], batches: [], changes: [adminChange(world, nonce, { kind: 'lane-add', lane })], nowMs })
  } else if (what < 8) {
    const set = first.roster.sets.at(-1)?.set ?? []
    const index = random.below(set.length)
    const evidence = guilt(world, { height: first.head.number + 1n, index, key: set[index]?.key as Uint8Array })
    for (const ledger of ledgers) addEvidence(ledger, evidence, nowMs)
  }
}

test(`${seeds.length} histories of ${heights} Hyper Blocks`, () => {
  let sessions = 0
  let messages = 0
  let waited = 0
  for (const seed of seeds) {
    const world = createWorld(prng(seed))
    const [builder, checker, full] = [open(world), open(world), open(world)]
    let nowMs = 2_000
    for (let height = 0; height < heights; height++, nowMs += periodMs) {
      surprise(world, [builder, checker, full], nowMs)
      const old = new Map(world.lanes.map(({ spec, blocks }) => [spec.chainId, blocks.length]))
      grow(world, world.random.below(12))
      tell(world, builder, nowMs, someOf(world, builder, old))
      tell(world, checker, nowMs, someOf(world, checker, old))
      tell(world, full, nowMs)
      const before = builder.head.number
      if (!hasNews(builder, nowMs) && world.random.chance(2)) continue
      const block = buildNow(builder, nowMs)
      const at = { block, mode: 'proposed' as const, nowMs }
      assert.deepEqual(check(builder, at), { kind: 'valid' }, `seed ${seed}, height ${height}`)
      assert.deepEqual(check(full, at), { kind: 'valid' }, `seed ${seed}, height ${height}`)
      const verdict = check(checker, { ...at, mode: 'certified' })
      assert.notEqual(verdict.kind, 'invalid', `seed ${seed}, height ${height}: ${inspect(verdict)}`)
      if (verdict.kind === 'lacking') waited++
      tell(world, checker, nowMs)
      assert.deepEqual(check(checker, { ...at, mode: 'certified' }), { kind: 'valid' }, `seed ${seed}, height ${height}`)
      const rosters = [builder, checker, full].map((ledger) => applySealed(ledger, block))
      assert.deepEqual(rosters[0], rosters[2])
      assertWhole(world, builder, seed)
      const { header, body } = opened(block)
      sessions += body.sessions.length
      messages += body.messages.length
      assert.equal(header.number, before + 1n)
      assert.equal(body.supply.reduce((sum, { lanes, inFlight, burned, destroyed }) => sum + lanes + inFlight + burned + destroyed, 0n) % (10n ** 24n), 0n) // prettier-ignore
    }
  }
  assert.ok(sessions > 500 && messages > 100 && waited > 100, `${sessions} sessions, ${messages} messages, ${waited} waited`)
})

test('a builder that forgets which blocks belong together is found out', () => {
  let found = 0
  for (const seed of seeds) {
    const world = createWorld(prng(seed))
    const [careless, honest] = [open(world), open(world)]
    grow(world, 40)
    tell(world, careless, 2_000, someOf(world, careless))
    tell(world, honest, 2_000)
    careless.batches.clear()
    const verdict = check(honest, { block: buildNow(careless, 3_000), mode: 'proposed', nowMs: 3_000 })
    if (verdict.kind === 'invalid' && ['half-batch', 'sessions'].includes(verdict.refusal)) found++
  }
  assert.ok(found > seeds.length / 2, `${found} of ${seeds.length}`)
})

test('a ledger that begins again where it was goes on as the one that did not', () => {
  for (const seed of seeds.slice(0, 50)) {
    const world = createWorld(prng(seed))
    const steady = open(world)
    let restarted = open(world)
    let roster: Roster | null = null
    let nowMs = 2_000
    for (let height = 0; height < heights; height++, nowMs += periodMs) {
      surprise(world, [steady, restarted], nowMs)
      grow(world, 8)
      tell(world, steady, nowMs)
      const block = buildNow(steady, nowMs)
      roster = applySealed(steady, block) ?? roster
      applySealed(restarted, block)
      const kept: Roster | null = roster === null ? null : decodeRoster(encodeRoster(roster))
      restarted = createLedger({ crypto, genesis: world.genesis, last: block, roster: kept })
      assert.deepEqual(restarted.roster, steady.roster, `seed ${seed}`)
      assert.deepEqual(restarted.head, steady.head)
      assert.deepEqual([...restarted.lanes].map(([, { tip }]) => tip), [...steady.lanes].map(([, { tip }]) => tip)) // prettier-ignore
      tell(world, steady, nowMs)
      tell(world, restarted, nowMs)
    }
  }
})

test('two Buddies at different places in the facts seal everything in the end', () => {
  for (const seed of seeds.slice(0, 50)) {
    const world = createWorld(prng(seed))
    const ledgers = [open(world), open(world)]
    let nowMs = 2_000
    grow(world, 60)
    for (let height = 0; height < 40; height++, nowMs += periodMs) {
      const proposer = ledgers[height % 2] as Ledger
      for (const ledger of ledgers) tell(world, ledger, nowMs, height < 30 ? someOf(world, ledger) : new Map())
      if (!hasNews(proposer, nowMs)) continue
      const block = buildNow(proposer, nowMs)
      for (const ledger of ledgers) {
        tell(world, ledger, nowMs, new Map(opened(block).body.lanes.map(({ chainId, to }) => [chainId, to])))
        applySealed(ledger, block)
      }
    }
    for (const { spec, blocks } of world.lanes) assert.equal(ledgers[0]?.lanes.get(spec.chainId)?.tip.to, BigInt(blocks.length), `seed ${seed}, lane ${spec.chainId}`) // prettier-ignore
  }
})
