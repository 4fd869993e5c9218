// Owns: the portal's encoding as the coordinator needs it, which does not know the engine.
// Called by: node.ts.

import { PORTAL, SYSTEM } from '../evm-lane/engine/portal/addresses.js'
import { decodeMessageDelivered, decodeMessageSent, deliverCalldata, deliveryGas, messageTopics } from '../evm-lane/engine/portal/messages.js'
import type { PortalAbi } from '../hyper/message.js'

/** After initKeccak: the topics are hashes. */
export function portalAbi(): PortalAbi {
  return { portal: PORTAL, system: SYSTEM, topics: messageTopics(), decodeMessageSent, decodeMessageDelivered, deliverCalldata, deliveryGas }
}
