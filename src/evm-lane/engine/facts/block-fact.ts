// Owns: what a Hyper Block must know of one lane block, worked out from the block, its receipts and what its state changed (H1, S11).
// Does not own: keeping it (fact-store.ts), the sums over lanes (hyper).
// Called by: committer.ts.

import type { BlockFact, MessageFact } from '../../protocol.js'
import { systemTxType } from '../system-tx.js'
import type { BlockEntry } from '../chain/chain-store.js'
import { zeroHash } from '../header.js'
import { decodeMessageDelivered, decodeMessageSent } from '../portal/messages.js'
import type { Sealed } from '../state/lane-state.js'

/** `parent`: null for the genesis block. */
export function factAfter(parent: BlockFact | null, entry: BlockEntry, sealed: Pick<Sealed, 'balanceDelta' | 'bridged'>, chainId: number): BlockFact {
  const { header } = entry.block
  return {
    number: header.number,
    hash: header.hash,
    parentHash: header.parentHash,
    stateRoot: header.stateRoot,
    hyperHash: header.parentBeaconBlockRoot ?? zeroHash,
    timestampMs: entry.timestampMs === null ? header.timestamp * 1_000n : BigInt(entry.timestampMs),
    txCount: entry.txs.length,
    gasUsed: header.gasUsed,
    supply: (parent?.supply ?? 0n) + sealed.balanceDelta,
    burned: (parent?.burned ?? 0n) + burnedIn(entry),
    bridgedIn: (parent?.bridgedIn ?? 0n) + sealed.bridged.in,
    bridgedOut: (parent?.bridgedOut ?? 0n) + sealed.bridged.out,
    messages: messagesIn(entry, chainId),
  }
}

/** EIP-1559, EIP-4844. Nobody pays here for a 0x7E transaction (S5). */
export function burnedIn({ block, receipts }: BlockEntry): bigint {
  const baseFee = block.header.baseFeePerGas ?? 0n
  let gas = block.header.gasUsed
  let blobs = 0n
  for (const receipt of receipts) {
    if (receipt.type === systemTxType) gas -= receipt.gasUsed
    if (receipt.blobGasUsed !== undefined) blobs += receipt.blobGasUsed * (receipt.blobGasPrice ?? 0n)
  }
  return gas * baseFee + blobs
}

function messagesIn({ receipts }: BlockEntry, chainId: number): MessageFact[] {
  const messages: MessageFact[] = []
  for (const { logs } of receipts) {
    for (const log of logs) {
      const sent = decodeMessageSent(log, BigInt(chainId))
      const id = log.topics[1]
      if (sent !== null && id !== undefined) messages.push({ kind: 'sent', id, peer: Number(sent.toChainId), success: true })
      const delivered = sent === null ? decodeMessageDelivered(log) : null
      if (delivered !== null) {
        messages.push({ kind: 'delivered', id: delivered.id, peer: Number(delivered.fromChainId), success: delivered.success })
      }
    }
  }
  return messages
}
