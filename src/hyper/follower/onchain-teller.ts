// Owns: telling the gateway what this Buddy signs for contracts: one at a time, the oldest given up when the gateway is slower than the Seals.
// Does not own: the signatures (onchain-seals.ts), the call (feed/gateway-rpc.ts).
// Called by: buddy-node.ts.

import { AppError } from '../../errors.js'
import { toHex } from '../../primitives.js'
import { encodeOnchainSignature } from '../core/onchain-seal.js'
import type { OnchainSignature } from '../core/onchain-seal.js'
import type { GatewayRpc } from '../feed/gateway-rpc.js'
import type { HyperLog } from '../log.js'

const waitingMax = 16

export type OnchainTeller = { tell: (signature: OnchainSignature) => void }

export function createOnchainTeller(gateway: GatewayRpc, log: HyperLog): OnchainTeller {
  const waiting: OnchainSignature[] = []
  let telling = false
  const tellAll = async (): Promise<void> => {
    telling = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await gateway.call('hyper_submitOnchainSeal', [toHex(encodeOnchainSignature(next))])
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        // Nothing hangs on one: the next Hyper Block commits to this one.
        log('info', `the signature for contracts on Hyper Block ${next.number} is not taken: ${error.message}`, { code: error.code })
      }
    }
    telling = false
  }
  return {
    tell: (signature) => {
      waiting.push(signature)
      if (waiting.length > waitingMax) waiting.shift()
      if (!telling) void tellAll()
    },
  }
}
