// Owns: memory for the many byte strings of 65 to 600 bytes that trie nodes are made of.
// Does not own: what is in them; nothing is ever given back, a slab goes when its last string goes.
// Called by: trie-node, records.

const SLAB_BYTES = 32 * 1024

/** Views of one slab: an array buffer for each string costs V8 an allocation outside its heap and most of the time in garbage collection. */
let slab = new ArrayBuffer(SLAB_BYTES)
let used = 0

/** A lasting copy of the first `length` bytes of `from`. */
export function keep(from: Uint8Array, length: number): Uint8Array {
  // V8 keeps arrays of up to 64 bytes inside its heap, which is cheapest.
  if (length <= 64 || length > SLAB_BYTES / 8) return from.slice(0, length)
  if (used + length > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES)
    used = 0
  }
  const out = new Uint8Array(slab, used, length)
  used += length
  out.set(from.subarray(0, length))
  return out
}
