// What every lane client promises, wherever its lane runs; and what only a worker can promise.

import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '../../src/errors.js'
import { laneClientLimits, type LaneClientLimits } from '../../src/evm-lane/client-core.js'
import { openLocalLane } from '../../src/evm-lane/client-local.js'
import { openWorkerLane } from '../../src/evm-lane/client-worker.js'
import type { LaneClient, LaneState } from '../../src/evm-lane/client.js'
import type { LaneSpec } from '../../src/evm-lane/lane-spec.js'
import { misbehave, openFakeEngine, spec } from './fake-engine.js'

const fakeWorker = new URL('./fake-worker.js', import.meta.url)
const worker = (limits: Partial<LaneClientLimits> = {}, given: LaneSpec = spec): LaneClient =>
  openWorkerLane(given, { limits: { ...laneClientLimits, restartMs: 1, ...limits } }, fakeWorker)
const local = (limits: Partial<LaneClientLimits> = {}, given: LaneSpec = spec): LaneClient =>
  openLocalLane(given, openFakeEngine, { limits: { ...laneClientLimits, restartMs: 1, ...limits } })

function ask(lane: LaneClient, first: number, second = 0): Promise<bigint> {
  const address = new Uint8Array(20)
  address[0] = first
  address[1] = second
  return lane.call('balance', { address, at: { kind: 'number', number: 0n } })
}

function reached(lane: LaneClient, wanted: LaneState): Promise<void> {
  if (lane.state() === wanted) return Promise.resolve()
  return new Promise((resolve) => {
    const off = lane.onState((state) => {
      if (state !== wanted) return
      off()
      resolve()
    })
  })
}

const code = (wanted: string) => (error: unknown) => error instanceof AppError && error.code === wanted

for (const [name, open] of [
  ['local', local],
  ['worker', worker],
] as const) {
  test(`${name}: ready brings head and genesis`, async (t) => {
    const lane = open()
    t.after(() => lane.stop())
    assert.equal(lane.state(), 'starting')
    assert.equal(lane.head(), undefined)
    await assert.rejects(ask(lane, 1), code('lane-unavailable'))
    await lane.ready
    assert.equal(lane.state(), 'ready')
    assert.equal(lane.head()?.header.number, 0n)
    assert.deepStrictEqual(lane.genesisHash(), new Uint8Array(32).fill(9))
  })

  test(`${name}: a lane that cannot open fails with the engine's error`, async (t) => {
    const lane = open({}, { ...spec, name: 'broken' })
    t.after(() => lane.stop())
    await assert.rejects(lane.ready, (error) => code('genesis-mismatch')(error) && (error as AppError).data?.['chainId'] === spec.chainId)
    assert.equal(lane.state(), 'failed')
    await assert.rejects(ask(lane, 1), code('lane-unavailable'))
  })

  test(`${name}: replies belong to their requests`, async (t) => {
    const lane = open()
    t.after(() => lane.stop())
    await lane.ready
    const wanted = Array.from({ length: 16 }, (_, i) => i)
    const answers = await Promise.all([ask(lane, misbehave.slow), ...wanted.map((i) => ask(lane, i))])
    assert.deepStrictEqual(answers, [4n, ...wanted.map(BigInt)])
  })

  test(`${name}: errors keep code, message and data`, async (t) => {
    const lane = open()
    t.after(() => lane.stop())
    await lane.ready
    await assert.rejects(ask(lane, misbehave.revert), (error) => {
      assert.ok(error instanceof AppError)
      assert.equal(error.code, 'reverted')
      assert.equal(error.message, 'execution reverted: no')
      assert.deepStrictEqual(error.data, { data: new Uint8Array([1, 2]) })
      return true
    })
  })

  test(`${name}: nothing is shared with the lane`, async (t) => {
    const lane = open()
    t.after(() => lane.stop())
    await lane.ready
    const address = new Uint8Array(20)
    address[0] = misbehave.mutate
    assert.equal(await lane.call('balance', { address, at: { kind: 'number', number: 0n } }), 5n)
    assert.equal(address[0], misbehave.mutate)
  })

  test(`${name}: facts arrive in order and before the reply that follows them`, async (t) => {
    const lane = open()
    t.after(() => lane.stop())
    await lane.ready
    const seen: string[] = []
    lane.on('head', (head) => seen.push(`head ${head.header.number} at ${lane.head()?.header.number}`))
    lane.on('marks', ({ finalized }) => seen.push(`final ${finalized} under ${lane.head()?.header.number} as ${lane.head()?.finalized}`))
    const off = lane.on('poolAdded', ({ txs }) => seen.push(`pool ${txs.length}`))
    seen.push(`reply ${await ask(lane, misbehave.facts)}`)
    assert.deepStrictEqual(seen, ['head 1 at 1', 'pool 1', 'final 1 under 1 as 1', 'head 2 at 2', 'reply 3'])
    off()
    await ask(lane, misbehave.facts)
    assert.deepStrictEqual(seen.slice(5), ['head 1 at 1', 'final 1 under 1 as 1', 'head 2 at 2'])
  })

  test(`${name}: the in-flight bound answers busy`, async (t) => {
    const lane = open({ inFlightMax: 2 })
    t.after(() => lane.stop())
    await lane.ready
    const held = [ask(lane, misbehave.silence), ask(lane, misbehave.silence)]
    await assert.rejects(ask(lane, 1), code('busy'))
    await lane.stop()
    for (const call of held) await assert.rejects(call, code('lane-unavailable'))
  })

  test(`${name}: a fatal engine is restarted and goes on`, async (t) => {
    const lane = open()
    t.after(() => lane.stop())
    await lane.ready
    const again = reached(lane, 'restarting').then(() => reached(lane, 'ready'))
    await assert.rejects(ask(lane, misbehave.fatal), code('lane-unavailable'))
    await again
    assert.equal(await ask(lane, 7), 7n)
  })

  test(`${name}: peers that were added while it ran are those of its next life`, async (t) => {
    const lane = open()
    t.after(() => lane.stop())
    await lane.ready
    assert.equal(await ask(lane, misbehave.peers), 0n)
    await lane.call('setPeers', { peers: [77_001, 77_002] })
    assert.deepEqual(lane.spec.peers, [77_001, 77_002])
    const again = reached(lane, 'restarting').then(() => reached(lane, 'ready'))
    await assert.rejects(ask(lane, misbehave.fatal), code('lane-unavailable'))
    await again
    assert.equal(await ask(lane, misbehave.peers), 2n)
  })

  test(`${name}: stop rejects what comes after it`, async () => {
    const lane = open()
    await lane.ready
    await lane.stop()
    await lane.stop()
    assert.equal(lane.state(), 'stopped')
    await assert.rejects(ask(lane, 1), code('lane-unavailable'))
  })
}

test('a call without an answer times out, and still counts against the bound', async (t) => {
  const lane = local({ inFlightMax: 1 })
  t.after(() => lane.stop())
  await lane.ready
  // The lane stays silent; its deadline is 30 s, so the clock is moved instead of waited for.
  t.mock.timers.enable({ apis: ['setInterval'] })
  const started = performance.now()
  t.mock.method(performance, 'now', () => started + 31_000 * Number(moved))
  let moved = false
  const call = ask(lane, misbehave.silence)
  moved = true
  t.mock.timers.tick(100)
  await assert.rejects(call, code('timeout'))
  await assert.rejects(ask(lane, 1), code('busy'))
})

test('a crashed worker is restarted; what was in flight is rejected', async (t) => {
  const lane = worker()
  t.after(() => lane.stop())
  await lane.ready
  const again = reached(lane, 'restarting').then(() => reached(lane, 'ready'))
  const held = ask(lane, misbehave.silence)
  await assert.rejects(ask(lane, misbehave.crash), code('lane-unavailable'))
  await assert.rejects(held, code('lane-unavailable'))
  await again
  assert.equal(await ask(lane, 7), 7n)
})

test('an endless loop in one worker does not touch another, and the watchdog ends it', async (t) => {
  // Long beside what 16 answers take, also where threads wait for a processor.
  const looping = worker({ watchdogMs: 3_000 })
  const other = worker()
  t.after(() => Promise.all([looping.stop(), other.stop()]))
  await Promise.all([looping.ready, other.ready])
  const again = reached(looping, 'restarting').then(() => reached(looping, 'ready'))
  const stuck = assert.rejects(ask(looping, misbehave.loop), code('lane-unavailable'))
  for (let i = 0; i < 16; i++) assert.equal(await ask(other, i), BigInt(i))
  assert.equal(looping.state(), 'ready')
  await stuck
  await again
  assert.equal(await ask(looping, 7), 7n)
})

test('a lane that never lasts is given up after its bound', async (t) => {
  const lane = local({ restartsMax: 2 })
  t.after(() => lane.stop())
  await lane.ready
  const failed = reached(lane, 'failed')
  lane.onState((state) => {
    if (state === 'ready') ask(lane, misbehave.fatal).catch(() => undefined)
  })
  await assert.rejects(ask(lane, misbehave.fatal), code('lane-unavailable'))
  await failed
  await assert.rejects(ask(lane, 1), code('lane-unavailable'))
})

test('a looping worker is stopped within its bound', async () => {
  const lane = worker({ stopMs: 50 })
  await lane.ready
  const stuck = assert.rejects(ask(lane, misbehave.loop), code('lane-unavailable'))
  await lane.stop()
  await stuck
  assert.equal(lane.state(), 'stopped')
})
