// Owns: what is known of one message (S9), and what the coordinator has to be told of the portal's ABI.
// Does not own: how messages are found and delivered (outbox.ts), the ABI itself (evm-lane/engine/portal).
// Called by: outbox.ts, reader.ts, rpc, process/portal-abi.ts.

import type { LogData } from '../evm-lane/chain-data.js'
import type { PortalMessage } from '../evm-lane/portal-message.js'
import type { Address, Bytes, Hash32 } from '../primitives.js'

export type MessageStatus =
  | { kind: 'waiting' }
  /** `success`: what the portal told of the target's call last, null until its log was read; a failed one can be retried by anyone. */
  | { kind: 'delivered'; success: boolean | null; session: Hash32; transactionHash: Hash32 }

export type Message = {
  id: Hash32
  from: { chainId: number; transactionHash: Hash32; block: bigint; logIndex: number }
  content: PortalMessage
  status: MessageStatus
}

/** The portal as the coordinator needs it (evm-lane/engine/portal has it). */
export type PortalAbi = {
  portal: Address
  system: Address
  /** First topics of the logs that the two functions below read. */
  topics: Hash32[]
  decodeMessageSent: (log: LogData, fromChainId: bigint) => PortalMessage | null
  decodeMessageDelivered: (log: LogData) => { id: Hash32; success: boolean } | null
  deliverCalldata: (message: PortalMessage) => Bytes
  /** Gas that a delivery never exceeds. */
  deliveryGas: (size: { dataLength: bigint; gasLimit: bigint }) => bigint
}
