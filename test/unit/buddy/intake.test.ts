// What many peers send at once: each has its turn, nobody has more than its share for long, and what waits is bounded.

import assert from 'node:assert/strict'
import test from 'node:test'
import { createIntake, type Intake } from '../../../src/buddy/intake.js'
import { intakeLengthMax, workBurst, workPerMs, workPerTurn } from '../../../src/buddy/limits.js'
import { VirtualClock } from '../../fixtures/virtual-clock.js'

type Rig = { clock: VirtualClock; intake: Intake; taken: { peer: string; atMs: number }[]; wanted: string[] }

/** Every message is as much work as it is long. */
function rig(): Rig {
  const clock = new VirtualClock()
  const startMs = clock.nowMs()
  const taken: Rig['taken'] = []
  const wanted: string[] = []
  const intake = createIntake({
    timers: clock,
    nowMs: clock.nowMs,
    take: (peer, bytes) => {
      taken.push({ peer, atMs: clock.nowMs() - startMs })
      return bytes.length
    },
    wanted: (peer) => wanted.push(peer),
  })
  return { clock, intake, taken, wanted }
}

const message = (work: number): Uint8Array => new Uint8Array(work)

/** Goes on whenever it may. */
function flood({ intake, wanted }: Rig, peer: string, work: number): () => void {
  let may = true
  return () => {
    if (wanted.splice(0).includes(peer)) may = true
    while (may) may = intake.put(peer, message(work))
  }
}

test('what a peer sends is taken in its order, and at once while there is little', async () => {
  const { clock, intake, taken } = rig()
  for (let i = 0; i < 20; i++) assert.equal(intake.put(i % 2 === 0 ? 'a' : 'b', message(1)), true)
  await clock.settle()
  assert.deepEqual(taken.map(({ atMs }) => atMs), Array.from({ length: 20 }, () => 0)) // prettier-ignore
  assert.equal(taken.filter(({ peer }) => peer === 'a').length, 10)
})

test('who sends little does not wait for one who floods', async () => {
  const r = rig()
  const more = flood(r, 'flooder', 64)
  r.intake.put('friend', message(1))
  await r.clock.settle()
  for (let ms = 0; ms < 3_000; ms++) {
    more()
    if (ms % 50 === 0) r.intake.put('friend', message(4))
    await r.clock.advance(1)
  }
  const of = (peer: string): number[] => r.taken.filter((each) => each.peer === peer).map(({ atMs }) => atMs)
  // Each in the millisecond in which it came.
  assert.deepEqual(of('friend'), [0, ...Array.from({ length: 60 }, (_, i) => i * 50)])
  const work = of('flooder').length * 64
  const most = workBurst + workPerTurn + 2 * workPerMs * 3_000
  assert.ok(work <= most, `${work} of at most ${most}`)
  // What others leave is not wasted: its half of the share, and what is spare.
  assert.ok(work >= 1.4 * workPerMs * 3_000, `${work} is too little`)
})

test('who has sent enough is told so, and told when it may go on', async () => {
  const r = rig()
  let put = 1
  while (r.intake.put('flooder', message(200))) put++
  assert.equal(put, intakeLengthMax)
  for (let turn = 0; turn < 10_000 && r.wanted.length === 0; turn++) await r.clock.advance(10)
  assert.deepEqual(r.wanted, ['flooder'])
  assert.ok(r.taken.length >= intakeLengthMax / 2)
  // Large messages count by their bytes.
  assert.equal(r.intake.put('other', message(2 * 1024 * 1024)), false)
})

test('a peer that has to go is not heard any more', async () => {
  const { clock, intake, taken } = rig()
  intake.put('gone', message(1))
  intake.put('friend', message(1))
  intake.forget('gone')
  await clock.settle()
  assert.deepEqual(taken.map(({ peer }) => peer), ['friend']) // prettier-ignore
  intake.put('friend', message(1))
  intake.close()
  await clock.settle()
  assert.equal(taken.length, 1)
})
