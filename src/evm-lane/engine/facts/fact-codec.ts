// Owns: a block fact as bytes.
// Called by: fact-store.ts.

import { RLP } from '@ethereumjs/rlp'
import { AppError } from '../../../errors.js'
import { bigintToBytes, bytesToBigint } from '../../../primitives.js'
import type { Bytes } from '../../../primitives.js'
import type { BlockFact, MessageFact } from '../../protocol.js'

const version = 1n

export function encodeFact(fact: BlockFact): Uint8Array {
  return RLP.encode([
    bigintToBytes(version),
    bigintToBytes(fact.number),
    fact.hash,
    fact.parentHash,
    fact.stateRoot,
    fact.hyperHash,
    bigintToBytes(fact.timestampMs),
    bigintToBytes(BigInt(fact.txCount)),
    bigintToBytes(fact.gasUsed),
    bigintToBytes(fact.supply),
    bigintToBytes(fact.burned),
    bigintToBytes(fact.bridgedIn),
    bigintToBytes(fact.bridgedOut),
    fact.messages.map(encodeMessage),
  ])
}

/** @throws AppError 'store-corrupt' for what this version did not write. */
export function decodeFact(bytes: Bytes): BlockFact {
  const items = RLP.decode(bytes)
  const [tag, number, hash, parentHash, stateRoot, hyperHash, timestampMs, txCount, gasUsed, supply, burned, bridgedIn, bridgedOut] = items as Bytes[]
  const messages = items[13] as unknown as Bytes[][]
  if (tag === undefined || bytesToBigint(tag) !== version) throw new AppError('store-corrupt', 'a block fact is of another version')
  const integer = (field: Bytes | undefined): bigint => bytesToBigint(field as Bytes)
  return {
    number: integer(number),
    hash: hash as Bytes,
    parentHash: parentHash as Bytes,
    stateRoot: stateRoot as Bytes,
    hyperHash: hyperHash as Bytes,
    timestampMs: integer(timestampMs),
    txCount: Number(integer(txCount)),
    gasUsed: integer(gasUsed),
    supply: integer(supply),
    burned: integer(burned),
    bridgedIn: integer(bridgedIn),
    bridgedOut: integer(bridgedOut),
    messages: messages.map(decodeMessage),
  }
}

const delivered = 1
const succeeded = 2

function encodeMessage({ kind, id, peer, success }: MessageFact): Bytes[] {
  return [Uint8Array.of((kind === 'delivered' ? delivered : 0) | (success ? succeeded : 0)), id, bigintToBytes(BigInt(peer))]
}

function decodeMessage([flags, id, peer]: Bytes[]): MessageFact {
  const bits = (flags as Bytes)[0] as number
  return {
    kind: (bits & delivered) !== 0 ? 'delivered' : 'sent',
    id: id as Bytes,
    peer: Number(bytesToBigint(peer as Bytes)),
    success: (bits & succeeded) !== 0,
  }
}
