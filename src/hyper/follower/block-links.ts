// Owns: what a follower reads of a lane block before it executes it: its header's bytes, and the Hyper Block that it builds on (H4).
// Does not own: decoding or checking blocks (the lane).
// Called by: lane-follower.ts.

import type { Bytes, Hash32 } from '../../primitives.js'

export type HeaderLinks = {
  /** Hashed they are the block's hash. */
  header: Bytes
  /** null where the header has no such field. */
  hyperHash: Hash32 | null
}

/** Place of parentBeaconBlockRoot in a header (EIP-4788). */
const beaconRootPlace = 19

/** null for bytes that are no block. */
export function readHeaderLinks(rlp: Bytes): HeaderLinks | null {
  const block = span(rlp, 0)
  const header = block === null ? null : span(rlp, block.start)
  if (block === null || header === null) return null
  const links: HeaderLinks = { header: rlp.slice(block.start, header.end), hyperHash: null }
  let at = header.start
  for (let place = 0; at < header.end; place++) {
    const item = span(rlp, at)
    if (item === null) return null
    if (place === beaconRootPlace && item.end - item.start === 32) links.hyperHash = rlp.slice(item.start, item.end)
    at = item.end
  }
  return links
}

/** Content of the RLP item at `at`; null when the bytes end before it does. */
function span(bytes: Bytes, at: number): { start: number; end: number } | null {
  const first = bytes[at]
  if (first === undefined) return null
  if (first < 0x80) return { start: at, end: at + 1 }
  const short = first - (first < 0xc0 ? 0x80 : 0xc0)
  const digits = short > 55 ? short - 55 : 0
  let length = digits === 0 ? short : 0
  for (let i = 1; i <= digits; i++) length = length * 256 + (bytes[at + i] ?? 0)
  const start = at + 1 + digits
  return start + length > bytes.length ? null : { start, end: start + length }
}
