// Owns: the tie between a worker thread's port and a lane host.
// Called by: worker.ts, and worker entries of tests that host another engine.

import { parentPort } from 'node:worker_threads'
import { assert } from '../assert.js'
import { hostLane, type OpenEngine } from './lane-host.js'
import type { LaneSpec } from './lane-spec.js'
import type { ToLane } from './protocol.js'

export function serveThread(openEngine: OpenEngine, spec: LaneSpec): void {
  const port = parentPort
  assert(port !== null, 'a lane worker runs only as a worker thread')
  const host = hostLane(openEngine, spec, (messages) => port.postMessage(messages))
  port.on('message', (messages: ToLane) => host.receive(messages))
  void host.stopped.then(() => port.close())
}
