// Owns: a lane in the caller's own thread, with the semantics of one in a worker: nothing is shared, messages arrive later.
// Does not own: requests, deadlines and state (client-core.ts) or serving (lane-host.ts).
// Called by: tests, and commands that want no thread.

import { ConnectedLane, type LaneClientOptions, type LanePort, type LanePortEvents } from './client-core.js'
import type { LaneClient } from './client.js'
import { hostLane, type OpenEngine } from './lane-host.js'
import type { LaneSpec } from './lane-spec.js'

export function openLocalLane(spec: LaneSpec, openEngine: OpenEngine, options: LaneClientOptions = {}): LaneClient {
  const open = (events: LanePortEvents, now: LaneSpec): LanePort => {
    const host = hostLane(openEngine, structuredClone(now), (messages) => {
      const copy = structuredClone(messages)
      setImmediate(() => events.onMessages(copy))
    })
    return {
      post: (messages) => {
        const copy = structuredClone(messages)
        setImmediate(() => host.receive(copy))
      },
      // A second stop answers with the first one's result; a lane that was lost closes its store here.
      kill: async () => {
        host.receive([{ kind: 'request', id: 0, op: 'stop', req: {} }])
        await host.stopped
      },
    }
  }
  return new ConnectedLane(spec, open, options)
}
