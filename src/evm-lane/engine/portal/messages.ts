// Owns: a message between lanes (S9) as the portal announces and takes it: its id, its log, its delivery and what that costs at most.
// Does not own: when it is delivered (the coordinator) or what a delivery does (contracts/portal/Messages.sol).
// Called by: engine/session; plain data crosses to the coordinator.

import { bigintMax, bytesToBigint, concatBytes, equalBytes, type Address, type Bytes, type Hash32 } from '../../../primitives.js'
import type { PortalMessage } from '../../portal-message.js'
import { keccak256 } from '../keccak.js'
import { AbiReader, addressWord, bytesTail, selectorOf, word } from './abi.js'
import { PORTAL } from './addresses.js'

const deliverSelector = selectorOf('deliver((uint256,uint256,address,uint256,address,uint256,uint256,address,bytes))')
const sentTopic = topicOf('MessageSent(bytes32,uint256,address,uint256,address,uint256,uint256,address,bytes)')
const deliveredTopic = topicOf('MessageDelivered(bytes32,uint256,bool,bytes)')

/** First topics of the logs that the two decoders below read. */
export function messageTopics(): Bytes[] {
  return [sentTopic, deliveredTopic]
}

/** As the portal computes it: every field counts. */
export function messageId(message: PortalMessage): Hash32 {
  return keccak256(concatBytes(...fields(message), keccak256(message.data)))
}

/** Calldata of the delivery, which SYSTEM sends to the portal with message.value. */
export function deliverCalldata(message: PortalMessage): Bytes {
  const head = fields(message)
  // One dynamic tuple, whose own last field is dynamic.
  return concatBytes(deliverSelector, word(32n), ...head, word(BigInt((head.length + 1) * 32)), bytesTail(message.data))
}

export type PortalLog = { address: Address; topics: Bytes[]; data: Bytes }

/** The message that a log of lane `fromChainId` announces; null for any other log. */
export function decodeMessageSent(log: PortalLog, fromChainId: bigint): PortalMessage | null {
  const [topic, id, chainId, sender] = log.topics
  if (!equalBytes(log.address, PORTAL) || topic === undefined || !equalBytes(topic, sentTopic)) return null
  if (id === undefined || chainId === undefined || sender === undefined) return null
  const reader = new AbiReader(log.data, 0)
  const nonce = reader.uint()
  const target = reader.address()
  const value = reader.uint()
  const gasLimit = reader.uint()
  const refundTo = reader.address()
  const data = reader.finalBytes()
  if (nonce === null || target === null || value === null || gasLimit === null || refundTo === null || data === null) return null
  const toChainId = bytesToBigint(chainId)
  const message = { fromChainId, toChainId, sender: sender.slice(12), nonce, target, value, gasLimit, refundTo, data }
  return equalBytes(messageId(message), id) ? message : null
}

/** What became of a delivered message, read from the log of its delivery or retry; null for any other log. */
export function decodeMessageDelivered(log: PortalLog): { id: Hash32; fromChainId: bigint; success: boolean; returnData: Bytes } | null {
  const [topic, id, fromChainId] = log.topics
  if (!equalBytes(log.address, PORTAL) || topic === undefined || !equalBytes(topic, deliveredTopic)) return null
  if (id === undefined || fromChainId === undefined) return null
  const reader = new AbiReader(log.data, 0)
  const success = reader.uint()
  const returnData = reader.finalBytes()
  if (success === null || success > 1n || returnData === null) return null
  return { id, fromChainId: bytesToBigint(fromChainId), success: success === 1n, returnData }
}

/** The portal's own work: proxy, books, keeping a failed message of no data. Measured 289,000 at most; the unit test holds it to this. */
const deliveryBaseGas = 350_000n
/** Per byte of data: calldata 16 (40 by EIP-7623), copies in memory, and 200 when a failed message is kept as code. */
const deliveryByteGas = 260n

/**
 * Gas limit that a delivery never exceeds, whatever the target does; the fee of `send` pays for it. Deliveries that have less revert
 * and leave the message undelivered.
 */
export function deliveryGas({ dataLength, gasLimit }: { dataLength: bigint; gasLimit: bigint }): bigint {
  // 63/64 of what the portal has at its call must be the target's limit.
  return deliveryBaseGas + deliveryByteGas * dataLength + gasLimit + gasLimit / 63n + 1n
}

/** Prepaid on the source lane at its price, never nothing: a fee of 0 would make work for free (S9). */
export function deliveryFee({ dataLength, gasLimit, baseFee }: { dataLength: bigint; gasLimit: bigint; baseFee: bigint }): bigint {
  return deliveryGas({ dataLength, gasLimit }) * bigintMax(baseFee, 1n)
}

function fields(message: PortalMessage): Bytes[] {
  return [
    word(message.fromChainId),
    word(message.toChainId),
    addressWord(message.sender),
    word(message.nonce),
    addressWord(message.target),
    word(message.value),
    word(message.gasLimit),
    addressWord(message.refundTo),
  ]
}

function topicOf(signature: string): Hash32 {
  return keccak256(new TextEncoder().encode(signature))
}
