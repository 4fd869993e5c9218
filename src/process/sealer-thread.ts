// Owns: the thread that seals Hyper Blocks, off the event loop that answers callers.
// Does not own: what the messages mean (hyper/sealer-protocol.ts), what happens in the thread (sealer-worker.ts).
// Called by: node.ts.

import { Worker } from 'node:worker_threads'
import type { OpenSealerPort } from '../hyper/sealer-client.js'

export const openSealerThread: OpenSealerPort = (spec, onMessage) => {
  const worker = new Worker(new URL('./sealer-worker.js', import.meta.url), { workerData: spec })
  let ended = false
  const lost = (why: string): void => {
    if (ended) return
    ended = true
    onMessage({ kind: 'fatal', error: { code: 'internal', message: why } })
  }
  worker.on('message', onMessage)
  worker.on('error', (error) => lost(error instanceof Error ? (error.stack ?? error.message) : String(error)))
  worker.on('exit', (code) => lost(`its thread ended with ${code}`))
  return {
    post: (message) => worker.postMessage(message),
    kill: async () => {
      ended = true
      await worker.terminate()
    },
  }
}
