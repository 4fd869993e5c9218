// Owns: knowing when a client's background calls (eth_subscribe, eth_unsubscribe) have been answered, by looking at its WebSocket.
// Does not own: the sockets. Called by: tests of watchers, whose libraries subscribe without saying when it took effect.

/** The part that browser sockets, Node's own and the ws package share. */
export type SocketLike = {
  send(data: string): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
}

/** Call before the client sends; the promise resolves once `count` calls of the method have succeeded. */
export function answered(socket: SocketLike, method: string, count: number): Promise<void> {
  const asked = new Set<unknown>()
  const send = socket.send.bind(socket)
  socket.send = (data) => {
    for (const call of [JSON.parse(data)].flat()) if (call.method === method) asked.add(call.id)
    send(data)
  }
  return new Promise((resolve, reject) => {
    let successes = 0
    socket.addEventListener('message', ({ data }) => {
      for (const reply of [JSON.parse(String(data))].flat()) {
        if (!asked.delete(reply.id)) continue
        if (reply.error !== undefined) reject(new Error(`${method}: ${reply.error.message}`))
        // One turn later the client itself has dealt with the answer too.
        if (++successes === count) setImmediate(resolve)
      }
    })
  })
}
