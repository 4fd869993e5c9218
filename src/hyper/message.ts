// Owns: what is known of one message (S9).
// Does not own: how it is found and delivered (outbox.ts).
// Called by: outbox.ts, reader.ts, rpc.

import type { Address, Bytes, Hash32 } from '../primitives.js'

export type MessageStatus =
  | { kind: 'waiting' }
  /** `success`: the target did not revert; one that did can be retried by anyone. */
  | { kind: 'delivered'; success: boolean; session: Hash32; transactionHash: Hash32 }

export type Message = {
  id: Hash32
  from: { chainId: number; sender: Address; transactionHash: Hash32; block: bigint; logIndex: number }
  to: { chainId: number; target: Address }
  value: bigint
  gasLimit: bigint
  data: Bytes
  status: MessageStatus
}
