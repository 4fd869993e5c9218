// Owns: the bytes of the row that says where a Buddy goes on.
// Does not own: when it is written (wal.ts).
// Called by: wal.ts.

import { validatorSetCodec } from './core/codec.js'
import type { Bytes } from '../codec/bytes.js'
import { fixed, record, uint64 } from '../codec/fields.js'
import { CodecError, decodeRlp, encodeRlp } from '../codec/rlp.js'
import type { Start } from './core/state.js'

const start = record<Start>({ height: uint64, parentHash: fixed(32), set: validatorSetCodec })

export const encodeStart = (value: Start): Bytes => encodeRlp(start.put(value))

/** Null for bytes that were not written by `encodeStart`. */
export function decodeStart(bytes: Bytes): Start | null {
  try {
    return start.take(decodeRlp(bytes))
  } catch (error) {
    if (error instanceof CodecError) return null
    throw error
  }
}
