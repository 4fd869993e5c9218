// Owns: bringing the nodes that changed since the last checkpoint into the store, by position, and the keys of positions.
// Does not own: when a checkpoint is due (seal) or history entries (the caller writes them from `before`).
// Called by: seal, trie-source.

import { keyOf, bytesOf, type StateKey } from './keys.js'
import type { Node } from './trie-node.js'

/** One position whose stored node changes; undefined = no node there. */
export type NodeChange = { position: Uint8Array; before: Uint8Array | undefined; after: Uint8Array | undefined }

/** Nodes to mark once the block that has the checkpoint is the head. */
export type NodeMarks = { node: Node; disk: Uint8Array | undefined }[]

/** Count of nibbles, then the nibbles packed: no key begins with another. */
export function positionKey(position: Uint8Array): Uint8Array {
  const out = new Uint8Array(1 + ((position.length + 1) >> 1))
  out[0] = position.length
  for (let i = 0; i < position.length; i += 2) out[1 + (i >> 1)] = ((position[i] ?? 0) << 4) | (position[i + 1] ?? 0)
  return out
}

/** Walks the unsaved part of a hashed trie. Changes nothing: a sealed block may still be dropped. */
export function collectUnsaved(root: Node | undefined, removed: ReadonlyMap<StateKey, Uint8Array>, marks: NodeMarks): NodeChange[] {
  const changes: NodeChange[] = []
  const emptied = new Map(removed)
  const walk = (node: Node, position: Uint8Array): void => {
    if (node.saved) return
    const key = keyOf(position)
    const before = node.disk ?? emptied.get(key)
    emptied.delete(key)
    // A node shorter than its hash lives inside its parent; the root always stands alone.
    const after = node.enc.length < 32 && position.length > 0 ? undefined : node.enc
    if (before !== undefined || after !== undefined) changes.push({ position, before, after })
    marks.push({ node, disk: after })
    if (node.kind === 'extension' && node.child !== undefined) walk(node.child, joined(position, node.path))
    if (node.kind !== 'branch') return
    for (let i = 0; i < 16; i++) {
      const kid = node.kids[i]
      if (kid !== null && kid !== undefined && !kid.saved) walk(kid, joined(position, Uint8Array.of(i)))
    }
  }
  if (root !== undefined) walk(root, new Uint8Array(0))
  for (const [key, before] of emptied) changes.push({ position: bytesOf(key), before, after: undefined })
  return changes
}

export function markSaved(marks: NodeMarks): void {
  for (const { node, disk } of marks) {
    node.saved = true
    node.disk = disk
  }
}

/** What `forget` spares: nodes of depth up to `depth` (branches count), and nodes that a batch made since `gen`. */
export type Spared = { depth: number; gen: number }
export const spareAll: Spared = { depth: Infinity, gen: 0 }

/** Forgets saved nodes that are not spared and returns how many stay. What is forgotten must be in the store. Extensions go with their child. */
export function forget(node: Node, spared: Spared): number {
  let count = 1
  const below = { depth: spared.depth - 1, gen: spared.gen }
  if (node.kind === 'extension') return node.child === undefined ? 1 : 1 + forget(node.child, below)
  if (node.kind !== 'branch') return count
  for (let i = 0; i < 16; i++) {
    const kid = node.kids[i]
    if (kid === null || kid === undefined) continue
    if (spared.depth <= 0 && kid.gen < spared.gen && kid.saved && node.saved) node.kids[i] = undefined
    else count += forget(kid, below)
  }
  return count
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}
