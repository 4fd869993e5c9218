// Owns: the durable form of a followed batch: canonical, so that two batches are the same exactly when their bytes are.
// Called by: batch-book.ts.

import { fixed, array, record, small, uint64, blob } from '../../codec/fields.js'
import { CodecError, decodeRlp, encodeRlp } from '../../codec/rlp.js'
import { AppError } from '../../errors.js'
import { decodeTranscripts, encodeTranscripts } from '../core/transcript-codec.js'
import type { FeedBatch } from '../feed/feed.js'

const lanesMax = 1_024
const count = small(Number.MAX_SAFE_INTEGER)
const stored = record<{ batch: number; blocks: readonly FeedBatch['blocks'][number][]; sessions: Uint8Array }>({
  batch: count,
  blocks: array(record({ chainId: count, number: uint64, hash: fixed(32) }), lanesMax),
  sessions: blob(0xffff_ffff),
})

export function encodeBatch({ batch, blocks, sessions }: FeedBatch): Uint8Array {
  return encodeRlp(stored.put({ batch, blocks, sessions: encodeTranscripts(sessions) }))
}

/** @throws AppError 'store-corrupt'. */
export function decodeBatch(bytes: Uint8Array): FeedBatch {
  try {
    const { batch, blocks, sessions } = stored.take(decodeRlp(bytes))
    const transcripts = decodeTranscripts(sessions)
    if (transcripts !== null) return { batch, blocks: [...blocks], sessions: transcripts }
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
  }
  throw new AppError('store-corrupt', 'a followed session batch cannot be read')
}
