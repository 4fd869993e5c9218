// Owns: the durable form of batch records, sealed blocks and messages: a version byte, then node's structured serialisation, which keeps bigints and bytes.
// Does not own: where they are kept (journal.ts, outbox.ts).
// Called by: journal.ts, outbox.ts.

import { deserialize, serialize } from 'node:v8'
import { AppError, errorText } from '../errors.js'

const version = 1

export function encodeValue(value: unknown): Uint8Array {
  const body = serialize(value)
  const out = new Uint8Array(body.length + 1)
  out[0] = version
  out.set(body, 1)
  return out
}

/** @throws AppError 'store-corrupt' for what this version did not write. */
export function decodeValue<T>(bytes: Uint8Array): T {
  if (bytes[0] !== version)
    throw new AppError('store-corrupt', `the session journal has a value of version ${bytes[0]}; this program reads ${version}`)
  try {
    return deserialize(bytes.subarray(1)) as T
  } catch (error) {
    throw new AppError('store-corrupt', `the session journal has a value that cannot be read: ${errorText(error)}`)
  }
}
