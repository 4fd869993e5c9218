// Owns: a message between lanes (S9) as plain data, which lanes and the coordinator share.
// Does not own: its log, id and delivery (engine/portal/messages.ts), what becomes of it (hyper/message.ts).
// Called by: those two.

import type { Address, Bytes } from '../primitives.js'

/** As the portal announces it. */
export type PortalMessage = {
  fromChainId: bigint
  toChainId: bigint
  sender: Address
  /** Counts from 0 per (sender, toChainId). */
  nonce: bigint
  target: Address
  value: bigint
  gasLimit: bigint
  /** The zero address: a failed message is kept to be retried. */
  refundTo: Address
  data: Bytes
}
