// Owns: the JSON of the feed's blocks, both ways: what one end writes the other reads, and nothing else.
// Does not own: asking for them (gateway-feed.ts), answering (rpc/handlers/feed.ts).
// Called by: those two. Hex lives here because both ends of this wire are Paralane.

import type { Leg, SessionLink } from '../../evm-lane/session-protocol.js'
import { toHex } from '../../primitives.js'
import { decodeTranscripts, encodeTranscripts } from '../core/transcript-codec.js'
import type { FeedBatch, FeedBlock } from './feed.js'
import { bigintOf, bytesOf, fieldsOf, invalid, listOf, numberOf, orNull } from './json-read.js'

type Json = Record<string, unknown>

const quantity = (value: bigint | number): string => `0x${value.toString(16)}`

/** Transcripts travel in their canonical bytes, whose hash stands in Hyper Blocks. */
export function blockToJson({ rlp, timestampMs, links, peers, batch }: FeedBlock): Json {
  return {
    rlp: toHex(rlp),
    timestampMs: quantity(timestampMs),
    links: links.map((link) => (link === null ? null : linkToJson(link))),
    peers: peers.map(quantity),
    batch: batch === null ? null : quantity(batch.batch),
    batchBlocks: batch === null ? null : batch.blocks.map(positionToJson),
    sessions: batch === null ? null : toHex(encodeTranscripts(batch.sessions)),
  }
}

/** @throws AppError 'gateway-invalid'. */
export function blockFromJson(json: unknown): FeedBlock {
  const fields = fieldsOf(json, 'a block')
  return {
    rlp: bytesOf(fields['rlp'], 'rlp'),
    timestampMs: numberOf(fields['timestampMs'], 'timestampMs'),
    links: listOf(fields['links'], 'links', (link) => orNull(link, linkFromJson)),
    peers: listOf(fields['peers'], 'peers', (peer) => numberOf(peer, 'a peer')),
    batch: orNull(fields['batch'], (batch): FeedBatch => {
      const sessions = decodeTranscripts(bytesOf(fields['sessions'], 'sessions'))
      if (sessions === null) throw invalid('the transcripts of a batch cannot be read')
      return { batch: numberOf(batch, 'batch'), blocks: listOf(fields['batchBlocks'], 'batchBlocks', positionFromJson), sessions }
    }),
  }
}

function positionToJson({ chainId, number, hash }: FeedBatch['blocks'][number]): Json {
  return { chainId: quantity(chainId), number: quantity(number), hash: toHex(hash) }
}

function positionFromJson(json: unknown): FeedBatch['blocks'][number] {
  const fields = fieldsOf(json, 'a block of a batch')
  return { chainId: numberOf(fields['chainId'], 'chainId'), number: bigintOf(fields['number'], 'number'), hash: bytesOf(fields['hash'], 'hash', 32) }
}

function linkToJson({ session, legs }: SessionLink): Json {
  return { session: toHex(session), legs: legs.map(({ chainId, transactionHash }) => [quantity(chainId), toHex(transactionHash)]) }
}

function linkFromJson(json: unknown): SessionLink {
  const fields = fieldsOf(json, 'a link')
  return { session: bytesOf(fields['session'], 'session', 32), legs: listOf(fields['legs'], 'legs', legFromJson) }
}

function legFromJson(json: unknown): Leg {
  const [chainId, hash] = listOf(json, 'a leg', (item) => item)
  return { chainId: numberOf(chainId, 'chainId'), transactionHash: bytesOf(hash, 'transactionHash', 32) }
}
