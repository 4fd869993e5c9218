// Owns: nothing; the entry point of a lane's thread, which ties the engine to the port.
// Called by: client-worker.ts (as the file of a Worker).

import { openEngine } from './engine/engine.js'
import type { LaneSpec } from './lane-spec.js'
import { workerData } from 'node:worker_threads'
import { serveThread } from './serve-thread.js'

serveThread(openEngine, workerData as LaneSpec)
