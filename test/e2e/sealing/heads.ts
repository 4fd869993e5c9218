// Owns: waiting for Hyper Blocks as a client does: by subscription.
// Called by: the sealing tests, scripts/bench/seal.ts.

import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Json } from '../rpc.js'

export type Heads = {
  /** Resolves with the first head from now on for which it holds. */
  until: (holds: (head: Json) => boolean) => Promise<Json>
  close: () => void
}

export async function subscribeHeads(wsUrl: string): Promise<Heads> {
  const socket = new WebSocket(wsUrl)
  const waiting = new Set<(head: Json) => void>()
  await once(socket, 'open')
  const answered = once(socket, 'message')
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['hyperHeads'] }))
  await answered
  socket.on('message', (data) => {
    const { params } = JSON.parse(String(data))
    for (const tell of waiting) tell(params.result)
  })
  return {
    until: (holds) =>
      new Promise((resolve, reject) => {
        const gone = (): void => reject(new Error('the gateway closed the subscription'))
        const tell = (head: Json): void => {
          if (!holds(head)) return
          waiting.delete(tell)
          socket.off('close', gone)
          resolve(head)
        }
        socket.once('close', gone)
        waiting.add(tell)
      }),
    close: () => socket.terminate(),
  }
}
