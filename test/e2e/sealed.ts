// Owns: waiting until a lane block is in a sealed Hyper Block, by the notifications of new ones.
// Called by: end-to-end tests and scripts that look at what is sealed.

import { WebSocket } from 'ws'
import type { Gateway } from './gateway.js'
import { rpc } from './rpc.js'
import { waitMsMax } from './until.js'

export async function untilSealed({ url }: Pick<Gateway, 'url'>, chainId: number, number: bigint): Promise<void> {
  const socket = new WebSocket(url.replace('http', 'ws'))
  const isSealed = async (): Promise<boolean> => {
    const lanes = (await rpc(url, 'hyper_getLanes')) as { chainId: string; finalized: string }[]
    return lanes.some((lane) => Number(lane.chainId) === chainId && BigInt(lane.finalized) >= number)
  }
  try {
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`block ${number} of lane ${chainId} was not sealed within ${waitMsMax} ms`)), waitMsMax)
      const settle = (then: () => void): void => {
        clearTimeout(deadline)
        then()
      }
      socket.once('error', (error) => settle(() => reject(error)))
      socket.once('open', () => socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['hyperHeads'] })))
      // The first message answers the subscription: what is sealed from there on is told.
      socket.on('message', () => {
        isSealed().then(
          (sealed) => sealed && settle(resolve),
          (error: Error) => settle(() => reject(error)),
        )
      })
    })
  } finally {
    socket.terminate()
  }
}
