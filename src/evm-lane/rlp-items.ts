// Owns: the items of an RLP list as places in the bytes, without copying or decoding them.
// Does not own: whether lengths are in their shortest form; a caller for whom that matters looks.
// Called by: sender-recovery-decode.ts.

import type { Bytes } from '../primitives.js'

/** An RLP item: where its header begins, where its content begins, where both end. */
export type Item = { start: number; data: number; end: number }

/** The items of the list that begins at `at` and ends with the bytes; null for anything else. */
export function listItems(bytes: Bytes, at: number): Item[] | null {
  if ((bytes[at] ?? 0) < 0xc0) return null
  const list = itemAt(bytes, at)
  if (list === null || list.end !== bytes.length) return null
  const items: Item[] = []
  for (let next = list.data; next < list.end;) {
    const item = itemAt(bytes, next)
    if (item === null) return null
    items.push(item)
    next = item.end
  }
  return items
}

function itemAt(bytes: Bytes, start: number): Item | null {
  const first = bytes[start]
  if (first === undefined) return null
  if (first < 0x80) return { start, data: start, end: start + 1 }
  const short = first < 0xc0 ? first - 0x80 : first - 0xc0
  const lengthBytes = short > 55 ? short - 55 : 0
  const data = start + 1 + lengthBytes
  // Four bytes of length are more than any request may have.
  if (lengthBytes > 4 || data > bytes.length) return null
  let length = lengthBytes === 0 ? short : 0
  for (let i = start + 1; i < data; i++) length = length * 256 + (bytes[i] as number)
  const end = data + length
  return end > bytes.length ? null : { start, data, end }
}
