// Owns: a worker thread with the real engine, in which `forkConfig` crashes the thread.
// Called by: lane-client-engine.test.ts (as the file of a Worker).

import { workerData } from 'node:worker_threads'
import { openEngine } from '../../src/evm-lane/engine/engine.js'
import type { EngineEvents, HostedEngine } from '../../src/evm-lane/lane-host.js'
import type { LaneSpec } from '../../src/evm-lane/lane-spec.js'
import { serveThread } from '../../src/evm-lane/serve-thread.js'

async function openCrashing(spec: LaneSpec, events: EngineEvents): Promise<HostedEngine> {
  const engine = await openEngine(spec, events)
  const crash = (): never => process.exit(9)
  return {
    handlers: { ...engine.handlers, forkConfig: crash },
    head: () => engine.head(),
    genesisHash: engine.genesisHash,
    stop: () => engine.stop(),
  }
}

serveThread(openCrashing, workerData as LaneSpec)
