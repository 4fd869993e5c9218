// Every operation of the lane protocol survives the trip to a lane and back, in a thread and in a worker.

import assert from 'node:assert/strict'
import test from 'node:test'
import { openLocalLane } from '../../src/evm-lane/client-local.js'
import { openWorkerLane } from '../../src/evm-lane/client-worker.js'
import type { LaneClient } from '../../src/evm-lane/client.js'
import type { Op } from '../../src/evm-lane/protocol.js'
import { openFakeEngine, spec } from './fake-engine.js'
import { samples } from './protocol-samples.js'

const fakeWorker = new URL('./fake-worker.js', import.meta.url)
const ways: { name: string; open: () => LaneClient }[] = [
  { name: 'local', open: () => openLocalLane(spec, openFakeEngine) },
  { name: 'worker', open: () => openWorkerLane(spec, {}, fakeWorker) },
]

for (const { name, open } of ways) {
  test(`${name}: every sample comes back unchanged`, async (t) => {
    const lane = open()
    t.after(() => lane.stop())
    await lane.ready
    // `stop` ends the lane, so it goes last, through the client's own method.
    const ops = (Object.keys(samples) as Op[]).filter((op) => op !== 'stop')
    for (const op of ops) {
      const reply = await lane.call(op, samples[op].req)
      assert.deepStrictEqual(reply, samples[op].res, op)
    }
  })
}
