// Owns: a lane in a worker thread of its own, so that its load, crash or endless loop stays there (L7).
// Does not own: requests, deadlines, state and restart (client-core.ts).
// Called by: node.ts and the lane commands.

import { Worker } from 'node:worker_threads'
import { errorText } from '../errors.js'
import { ConnectedLane, type LaneClientOptions, type LanePort, type LanePortEvents } from './client-core.js'
import type { LaneClient } from './client.js'
import type { LaneSpec } from './lane-spec.js'
import type { FromLane } from './protocol.js'

const laneWorker = new URL('./worker.js', import.meta.url)

/**
 * A block leaves thousands of short-lived objects. With V8's 48 MB for new ones a lane under load spends an eighth of its time collecting,
 * and keeps what would have died a little later; an idle lane does not use the room.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 128 }

export function openWorkerLane(spec: LaneSpec, options: LaneClientOptions = {}, entry: URL = laneWorker): LaneClient {
  return new ConnectedLane(spec, (events, now) => openPort(now, entry, events), options)
}

function openPort(spec: LaneSpec, entry: URL, events: LanePortEvents): LanePort {
  const worker = new Worker(entry, { workerData: spec, name: `lane-${spec.chainId}`, resourceLimits })
  let reason = 'worker ended'
  worker.on('message', (messages: FromLane) => events.onMessages(messages))
  worker.on('messageerror', (error) => {
    reason = `unreadable message: ${error.message}`
    void worker.terminate()
  })
  worker.on('error', (error) => {
    reason = `worker crashed: ${errorText(error)}`
  })
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      resolve()
      events.onExit(`${reason} (exit code ${code})`)
    })
  })
  return {
    post: (messages) => worker.postMessage(messages),
    kill: async () => {
      await worker.terminate()
      await exited
    },
  }
}
