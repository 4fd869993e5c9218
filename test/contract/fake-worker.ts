// Owns: nothing; a worker thread that hosts the fake engine.
// Called by: lane-client tests (as the file of a Worker).

import { workerData } from 'node:worker_threads'
import type { LaneSpec } from '../../src/evm-lane/lane-spec.js'
import { serveThread } from '../../src/evm-lane/serve-thread.js'
import { openFakeEngine } from './fake-engine.js'

serveThread(openFakeEngine, workerData as LaneSpec)
