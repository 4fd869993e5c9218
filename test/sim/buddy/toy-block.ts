// The Hyper Block of the simulator: a header with what consensus reads, and a body of a few bytes that is right or wrong.

import { uintBytes, uintOf, sameBytes } from '../../../src/codec/bytes.js'
import type { Bytes } from '../../../src/codec/bytes.js'
import { decodeRlp, encodeRlp } from '../../../src/codec/rlp.js'
import type { Block, HeaderFacts, ValidatorSet } from '../../../src/buddy/core/types.js'
import { crypto } from './crypto.js'

export type ToyHeader = HeaderFacts & { timestampMs: number }

const right = 1

export function makeBlock(facts: ToyHeader, content: { salt: number; valid: boolean; nextSet: ValidatorSet | null }): Block {
  const body = Uint8Array.of(content.valid ? right : 0, content.salt & 255, (content.salt >> 8) & 255)
  const numbers = [facts.number, BigInt(facts.view), BigInt(facts.proposer), BigInt(facts.timestampMs)].map(uintBytes)
  const header = encodeRlp([...numbers, facts.parentHash, facts.setHash, facts.nextSetHash, crypto.hash(body)])
  return { header, body, nextSet: content.nextSet }
}

export function readHeader(header: Bytes): ToyHeader | null {
  const items = decodeRlp(header) as readonly Bytes[]
  const [number, view, proposer, timestampMs, parentHash, setHash, nextSetHash] = items
  if (items.length !== 8 || !number || !view || !proposer || !timestampMs || !parentHash || !setHash || !nextSetHash) return null
  const facts = { number: uintOf(number), view: Number(uintOf(view)), proposer: Number(uintOf(proposer)), timestampMs: Number(uintOf(timestampMs)) }
  return { ...facts, parentHash, setHash, nextSetHash }
}

/** What every honest Buddy finds when it executes the block, whenever it does. */
export function bodyHolds(block: Block): boolean {
  const items = decodeRlp(block.header) as readonly Bytes[]
  return block.body[0] === right && sameBytes(crypto.hash(block.body), items[7] as Bytes)
}
