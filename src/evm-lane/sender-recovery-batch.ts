// Owns: the two messages of the sender pool: transactions packed into one buffer, senders packed into another.
// Does not own: recovering (sender-recovery-task.ts).
// Called by: sender-recovery.ts, sender-recovery-task.ts. One buffer for all costs one copy instead of one per transaction.

import type { Address, Bytes } from '../primitives.js'

export type RawBatch = { bytes: Bytes; ends: Uint32Array }

/** One byte that says whether the sender is known, then the sender. */
const senderWidth = 21

export function packRaws(raws: readonly Bytes[]): RawBatch {
  const ends = new Uint32Array(raws.length)
  let length = 0
  raws.forEach((raw, i) => {
    length += raw.length
    ends[i] = length
  })
  const bytes = new Uint8Array(length)
  raws.forEach((raw, i) => bytes.set(raw, (ends[i] as number) - raw.length))
  return { bytes, ends }
}

export function unpackRaws({ bytes, ends }: RawBatch): Bytes[] {
  return Array.from(ends, (end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end))
}

export function packSenders(senders: readonly (Address | null)[]): Bytes {
  const out = new Uint8Array(senders.length * senderWidth)
  senders.forEach((sender, i) => {
    if (sender === null) return
    out[i * senderWidth] = 1
    out.set(sender, i * senderWidth + 1)
  })
  return out
}

export function unpackSenders(packed: Bytes): (Address | null)[] {
  return Array.from({ length: packed.length / senderWidth }, (_, i) => {
    const at = i * senderWidth
    // A copy, because a view would take the whole batch along to the lane.
    return packed[at] === 1 ? packed.slice(at + 1, at + senderWidth) : null
  })
}
