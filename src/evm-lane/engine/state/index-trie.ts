// Owns: the root of a list as a block header has it: a trie from RLP(index) to value (transactions, receipts, withdrawals).
// Does not own: how values are encoded.
// Called by: the block builder, import.

import { EMPTY_TRIE_ROOT } from './records.js'
import { Trie } from './trie.js'

export function indexTrieRoot(values: Uint8Array[]): Uint8Array {
  if (values.length === 0) return EMPTY_TRIE_ROOT
  const trie = new Trie(undefined, () => undefined)
  values.forEach((value, index) => trie.put(rlpIndex(index), value))
  return trie.hash()
}

/** No such key begins with another, because RLP tells its own length. */
function rlpIndex(index: number): Uint8Array {
  if (index === 0) return Uint8Array.of(0x80)
  if (index < 0x80) return Uint8Array.of(index)
  if (index < 0x100) return Uint8Array.of(0x81, index)
  if (index < 0x10000) return Uint8Array.of(0x82, index >> 8, index & 0xff)
  return Uint8Array.of(0x83, index >> 16, (index >> 8) & 0xff, index & 0xff)
}
