// Owns: making a message cheap to clone: bytes that are a small window on a large buffer get a buffer of their own.
// Called by: lane-host.ts. structuredClone copies the whole buffer under a view: 32 bytes of a 2 MB block would cost 2 MB.

/** A view that wastes less than this is sent as it is. */
const wasteBytesMax = 4_096

/** The same value where nothing is to be done; otherwise a copy of the path to the bytes, so that nobody else's data changes. */
export function compact<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return (value.buffer.byteLength - value.byteLength > wasteBytesMax ? new Uint8Array(value) : value) as T
  return (Array.isArray(value) ? compactArray(value) : compactRecord(value as Record<string, unknown>)) as T
}

function compactArray(values: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | null = null
  for (let i = 0; i < values.length; i++) {
    const compacted = compact(values[i])
    if (compacted === values[i]) continue
    copy ??= [...values]
    copy[i] = compacted
  }
  return copy ?? values
}

function compactRecord(record: Record<string, unknown>): Record<string, unknown> {
  let copy: Record<string, unknown> | null = null
  for (const key in record) {
    const compacted = compact(record[key])
    if (compacted === record[key]) continue
    copy ??= { ...record }
    copy[key] = compacted
  }
  return copy ?? record
}
