// Owns: the bytes of a session's transcript (S12): canonical RLP, bounded, strict. Its hash stands in Hyper Blocks, so it does not depend on what wrote it.
// Does not own: what a transcript means (evm-lane/engine/session), the journal's own form of records (journal-codec.ts).
// Called by: the feed that followers read, whoever makes a Hyper Block's session entries.

import { ascii, uintBytes, uintOf } from '../../codec/bytes.js'
import type { Bytes } from '../../codec/bytes.js'
import { array, blob, fixed, flag, optional, record, small, uint64, union } from '../../codec/fields.js'
import type { Codec } from '../../codec/fields.js'
import { CodecError, decodeRlp, encodeRlp } from '../../codec/rlp.js'
import type {
  CrossCall,
  CrossResult,
  Leg,
  SessionTxOutcome,
  SystemRefusal,
  TranscriptEvent,
  TranscriptOfSession,
} from '../../evm-lane/session-protocol.js'

/** Well above what the limits of a session (core/types.ts) let its transcript hold. */
const eventsMax = 100_000
const sessionsMax = 1_024
const dataBytesMax = 64 * 1024 * 1024
/** A character becomes twelve bytes at most. */
const textLengthMax = 300
const textBytesMax = 12 * textLengthMax
const countMax = Number.MAX_SAFE_INTEGER

const hash = fixed(32)
const address = fixed(20)
const count = small(countMax)

const uint256: Codec<bigint> = {
  put: (value) => {
    if (value < 0n || value >= 1n << 256n) throw new CodecError(`${value} is no 256-bit integer`)
    return uintBytes(value)
  },
  take: (item) => {
    if (!(item instanceof Uint8Array) || item.length > 32 || item[0] === 0) throw new CodecError('not a shortest 256-bit integer')
    return uintOf(item)
  },
}

/** Zero has no sign. */
const signed: Codec<bigint> = {
  put: (value) => [flag.put(value < 0n), uint64.put(value < 0n ? -value : value)],
  take: (item) => {
    const [sign, size, ...more] = item instanceof Uint8Array ? [] : item
    if (sign === undefined || size === undefined || more.length > 0) throw new CodecError('not a sign and a size')
    const value = uint64.take(size)
    if (!flag.take(sign)) return value
    if (value === 0n) throw new CodecError('zero with a sign')
    return -value
  },
}

/** Percent-encoded, so that each text has one form; the rest of a long one says nothing that a replay would miss. */
const text: Codec<string> = {
  put: (value) => ascii(encodeURIComponent([...value].slice(0, textLengthMax).join(''))),
  take: (item) => {
    if (!(item instanceof Uint8Array) || item.length > textBytesMax) throw new CodecError('not a text')
    const written = String.fromCharCode(...item)
    try {
      const value = decodeURIComponent(written)
      if (encodeURIComponent(value) === written) return value
    } catch {
      // Falls through: it is refused like any other text in another form.
    }
    throw new CodecError('a text in another form')
  },
}

type Tagged<T extends { error: string }> = T extends { error: infer E } ? Omit<T, 'error'> & { kind: E } : never

const taggedRefusal = union<Tagged<SystemRefusal>>({
  LaneUnknown: record({ chainId: count }),
  LaneUnavailable: record({ chainId: count }),
  SessionConflict: record({}),
  SessionLimit: record({ which: text }),
})
const refusal: Codec<SystemRefusal> = {
  put: ({ error, ...fields }) => taggedRefusal.put({ kind: error, ...fields } as Tagged<SystemRefusal>),
  take: (item) => {
    const { kind, ...fields } = taggedRefusal.take(item)
    return { error: kind, ...fields } as SystemRefusal
  },
}

const account = record<CrossCall['from']>({ chainId: count, account: address })
const call = record<CrossCall>({
  from: account,
  to: account,
  value: uint256,
  data: blob(dataBytesMax),
  gas: uint64,
  isStatic: flag,
  depth: count,
  origin: address,
  gasPrice: uint256,
})
const result = union<CrossResult>({
  done: record({ success: flag, returnData: blob(dataBytesMax), gasUsed: uint64, gasRefund: signed, mark: count }),
  refused: record({ refusal, mark: count }),
  abandoned: record({}),
})
const outcome = union<SessionTxOutcome>({
  executed: record({ hash, success: flag, gasUsed: uint64, crossed: flag }),
  rejected: record({ reason: text, blockFull: flag }),
  abandoned: record({}),
})
const event = union<TranscriptEvent>({
  transaction: record({ part: record<Leg>({ chainId: count, transactionHash: hash }), refuse: optional(refusal) }),
  delivery: record({ message: hash, call, refuse: optional(refusal) }),
  call: record({ mark: count, call }),
  refused: record({ from: count, to: count, refusal }),
  return: record({ mark: count, result }),
  undo: record({ chainId: count, mark: count }),
  end: record({ outcome }),
})
const events = array(event, eventsMax)
const transcript: Codec<TranscriptOfSession> = {
  put: (value) => [hash.put(value.id), events.put(value.events)],
  take: (item) => {
    const [id, list, ...more] = item instanceof Uint8Array ? [] : item
    if (id === undefined || list === undefined || more.length > 0) throw new CodecError('not a transcript')
    return { id: hash.take(id), events: [...events.take(list)] }
  },
}
const transcripts = array(transcript, sessionsMax)

/** Its keccak-256 is a session entry's `transcriptHash`. */
export function encodeTranscript(value: TranscriptOfSession): Bytes {
  return encodeRlp(transcript.put(value))
}

/** Those of a batch, in order. */
export function encodeTranscripts(values: readonly TranscriptOfSession[]): Bytes {
  return encodeRlp(transcripts.put(values))
}

/** null for bytes that `encodeTranscripts` would not have written. */
export function decodeTranscripts(bytes: Bytes): TranscriptOfSession[] | null {
  try {
    return [...transcripts.take(decodeRlp(bytes))]
  } catch (error) {
    if (error instanceof CodecError) return null
    throw error
  }
}
