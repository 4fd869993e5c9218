// Owns: block tags: their names and what number a tag stands for under a given head (L5).
// Does not own: reading a whole block parameter (params/block.ts) or finding the block (the lane).
// Called by: params/block.ts, log and filter handlers.

import type { BlockRef, BlockTag, HeadInfo } from '../evm-lane/chain-data.js'
import { unreachable } from '../assert.js'

const tags: ReadonlySet<string> = new Set<BlockTag>(['earliest', 'finalized', 'safe', 'latest', 'pending'])

export const latest: BlockRef = { kind: 'tag', tag: 'latest' }

export function isTag(text: string): text is BlockTag {
  return tags.has(text)
}

/** The height a reference names; null for a hash, which names no height by itself. */
export function heightOf(ref: BlockRef, head: HeadInfo): bigint | null {
  if (ref.kind === 'hash') return null
  if (ref.kind === 'number') return ref.number
  switch (ref.tag) {
    case 'earliest':
      return 0n
    case 'finalized':
      return head.finalized
    case 'safe':
      return head.safe
    case 'latest':
      return head.header.number
    case 'pending':
      return head.header.number + 1n
    default:
      return unreachable(ref.tag)
  }
}
