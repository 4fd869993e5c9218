// Owns: a steady load on lanes of a gateway: transfers, and calls of one contract that counts.
// Does not own: the gateway.
// Called by: end-to-end tests and measurements of separate Buddies.

import { rpc } from '../rpc.js'
import { receiptOf } from '../until.js'

export const account = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
/** sstore(0, sload(0) + 1) */
const counter = '0x600a600c600039600a6000f36001600054016000550000'

export async function deployCounter(url: string): Promise<string> {
  const hash = await rpc(url, 'eth_sendTransaction', [{ from: account, data: counter }])
  return (await receiptOf(url, hash)).contractAddress
}

export type Load = { readonly sent: number; stop: () => Promise<void> }

/** One caller per lane, which rests for `pauseMs` after each; what a gateway that is away does not take is sent again. */
export function startLoad(urls: readonly string[], to: readonly string[], pauseMs = 0): Load {
  let sent = 0
  let stopped = false
  const caller = async (url: string, target: string): Promise<void> => {
    while (!stopped) {
      try {
        await rpc(url, 'eth_sendTransaction', [{ from: account, to: target, gas: '0x186a0' }])
        sent++
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
  const callers = Promise.all(urls.map((url, i) => caller(url, to[i] ?? account)))
  return {
    get sent() {
      return sent
    },
    stop: async () => {
      stopped = true
      await callers
    },
  }
}
