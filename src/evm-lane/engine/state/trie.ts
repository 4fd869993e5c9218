// Owns: reading and changing a hexary Merkle Patricia trie, copy-on-write: a batch of changes gives a new root and leaves the old one whole.
// Does not own: node encoding (trie-node.ts), writing nodes (trie-checkpoint.ts), what keys and values mean. Keys of one trie have one length.
// Called by: seal, proof.

import { assert } from '../../../assert.js'
import { AppError } from '../../../errors.js'
import { equalBytes, toHex } from '../../../primitives.js'
import { keccak256 } from '../keccak.js'
import { keyOf, type StateKey } from './keys.js'
import { EMPTY_TRIE_ROOT } from './records.js'
import {
  branchItem,
  copyBranch,
  decodeNode,
  extensionChildItem,
  hashRoot,
  newBranch,
  newExtension,
  newLeaf,
  type Branch,
  type Extension,
  type Node,
} from './trie-node.js'

/** The RLP that the store has at a position (nibbles from the root), for the trie version the caller stands on. */
export type NodeLoader = (path: Uint8Array) => Uint8Array | undefined

/** Thrown by a loader that has to fetch first; the step that asked is to be repeated then. */
export class MissingNode extends Error {
  readonly position: Uint8Array
  constructor(position: Uint8Array) {
    super('trie node is not fetched yet')
    this.position = position
  }
}

let lastGen = 0

/** Batches begun so far in this thread. */
export function currentGen(): number {
  return lastGen
}

/** One batch of changes over one trie, or a reader of it. Not used further once its root is part of a sealed block. */
export class Trie {
  root: Node | undefined
  /** What the store has at positions that this batch emptied: position → RLP. */
  readonly removed = new Map<StateKey, Uint8Array>()
  readonly #gen: number
  readonly #load: NodeLoader

  constructor(root: Node | undefined, load: NodeLoader) {
    this.root = root
    this.#load = load
    this.#gen = ++lastGen
  }

  /** The root node is read at once, so that a missing trie shows here. */
  static open(rootHash: Uint8Array, load: NodeLoader): Trie {
    const trie = new Trie(undefined, load)
    if (!equalBytes(rootHash, EMPTY_TRIE_ROOT)) trie.root = trie.#loadAt(new Uint8Array(0), rootHash)
    return trie
  }

  /** As `open`, for a root hash that the caller checks once its changes are in. */
  static openStored(load: NodeLoader): Trie {
    const enc = load(new Uint8Array(0))
    return Trie.open(enc === undefined ? EMPTY_TRIE_ROOT : keccak256(enc), load)
  }

  hash(): Uint8Array {
    return this.root === undefined ? EMPTY_TRIE_ROOT : hashRoot(this.root)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const nibbles = toNibbles(key)
    let node = this.root
    let depth = 0
    while (node !== undefined) {
      if (node.kind === 'branch') {
        node = this.#kid(node, nibbles, depth, nibbles[depth] ?? 0)
        depth++
        continue
      }
      const shared = commonPrefix(node.path, nibbles, depth)
      if (shared < node.path.length) return undefined
      if (node.kind === 'leaf') return node.value
      depth += shared
      node = this.#child(node, nibbles, depth)
    }
    return undefined
  }

  /** Nodes on the way to the key, root first, embedded ones left out (eth_getProof). The trie must be hashed. */
  prove(key: Uint8Array): Uint8Array[] {
    const nibbles = toNibbles(key)
    const proof: Uint8Array[] = []
    let node = this.root
    let depth = 0
    while (node !== undefined) {
      if (depth === 0 || node.enc.length >= 32) proof.push(node.enc)
      if (node.kind === 'leaf') break
      if (node.kind === 'branch') {
        node = this.#kid(node, nibbles, depth, nibbles[depth] ?? 0)
        depth++
        continue
      }
      const shared = commonPrefix(node.path, nibbles, depth)
      if (shared < node.path.length) break
      depth += shared
      node = this.#child(node, nibbles, depth)
    }
    return proof
  }

  /** Reads whatever putting or deleting the key would read, changes nothing. */
  touch(key: Uint8Array): void {
    const nibbles = toNibbles(key)
    let node = this.root
    let depth = 0
    while (node !== undefined && node.kind !== 'leaf') {
      if (node.kind === 'extension') {
        const shared = commonPrefix(node.path, nibbles, depth)
        if (shared < node.path.length) return
        depth += shared
        node = this.#child(node, nibbles, depth)
        continue
      }
      const nibble = nibbles[depth] ?? 0
      // With two kids a deletion may leave one, which then moves up.
      const others = otherKids(node, nibble)
      if (others.length === 1 && others[0] !== undefined) this.#kid(node, nibbles, depth, others[0])
      node = this.#kid(node, nibbles, depth, nibble)
      depth++
    }
  }

  put(key: Uint8Array, value: Uint8Array): void {
    assert(value.length > 0, 'a trie holds no empty value')
    const nibbles = toNibbles(key)
    this.root = this.root === undefined ? newLeaf(this.#gen, nibbles, value, undefined) : this.#insert(this.root, nibbles, 0, value)
  }

  delete(key: Uint8Array): void {
    if (this.root !== undefined) this.root = this.#remove(this.root, toNibbles(key), 0)
  }

  #insert(node: Node, key: Uint8Array, depth: number, value: Uint8Array): Node {
    const gen = this.#gen
    if (node.kind === 'branch') {
      const nibble = key[depth] ?? 0
      const kid = this.#kid(node, key, depth, nibble)
      const changed = kid === undefined ? newLeaf(gen, key.subarray(depth + 1), value, undefined) : this.#insert(kid, key, depth + 1, value)
      return changed === kid && changed.ref !== undefined ? node : this.#withKid(node, nibble, changed)
    }
    const shared = commonPrefix(node.path, key, depth)
    if (shared < node.path.length) return this.#split(node, key, depth, shared, value)
    if (node.kind === 'leaf') return equalBytes(node.value, value) ? node : newLeaf(gen, node.path, value, node.disk)
    const child = this.#child(node, key, depth + shared)
    const changed = this.#insert(child, key, depth + shared, value)
    assert(changed.kind === 'branch', 'inserting into a branch gives a branch')
    return changed === child && changed.ref !== undefined ? node : this.#withChild(node, changed)
  }

  /** A leaf or extension whose path parts from the key: a branch at the parting, below an extension when they share a beginning. */
  #split(node: Exclude<Node, Branch>, key: Uint8Array, depth: number, shared: number, value: Uint8Array): Node {
    const gen = this.#gen
    const branch = newBranch(gen, shared === 0 ? node.disk : undefined)
    const rest = node.path.subarray(shared + 1)
    const oldNibble = node.path[shared] ?? 0
    if (node.kind === 'leaf') branch.kids[oldNibble] = newLeaf(gen, rest, node.value, undefined)
    else {
      const child = this.#child(node, prefixed(key, depth, node.path), depth + node.path.length)
      // With nothing left of its path the child itself moves up to the branch; its own position is unchanged.
      branch.kids[oldNibble] = rest.length === 0 ? child : newExtension(gen, rest, child, undefined)
    }
    branch.kids[key[depth + shared] ?? 0] = newLeaf(gen, key.subarray(depth + shared + 1), value, undefined)
    return shared === 0 ? branch : newExtension(gen, node.path.subarray(0, shared), branch, node.disk)
  }

  #remove(node: Node, key: Uint8Array, depth: number): Node | undefined {
    if (node.kind === 'branch') {
      const nibble = key[depth] ?? 0
      const kid = this.#kid(node, key, depth, nibble)
      if (kid === undefined) return node
      const changed = this.#remove(kid, key, depth + 1)
      if (changed === kid && changed.ref !== undefined) return node
      const branch = this.#withKid(node, nibble, changed ?? null)
      return changed === undefined ? this.#shrink(branch, key, depth) : branch
    }
    const shared = commonPrefix(node.path, key, depth)
    if (shared < node.path.length) return node
    if (node.kind === 'leaf') {
      this.#vacate(key.subarray(0, depth), node)
      return undefined
    }
    const child = this.#child(node, key, depth + shared)
    const changed = this.#remove(child, key, depth + shared)
    assert(changed !== undefined, 'a branch never vanishes at once')
    if (changed === child && changed.ref !== undefined) return node
    if (changed.kind === 'branch') return this.#withChild(node, changed)
    this.#vacate(key.subarray(0, depth + shared), changed)
    return this.#joined(node.path, changed, node.disk)
  }

  /** A branch left with one kid becomes that kid, a nibble longer. */
  #shrink(branch: Branch, key: Uint8Array, depth: number): Node {
    let only = -1
    for (let i = 0; i < 16; i++) {
      const kid = branch.kids[i]
      if (kid === null || (kid === undefined && branchItem(branch, i)[0] === 0x80)) continue
      if (only >= 0) return branch
      only = i
    }
    assert(only >= 0, 'a branch has at least two kids before a removal')
    const kid = this.#kid(branch, key, depth, only)
    assert(kid !== undefined, 'the last kid of a branch exists')
    const nibble = Uint8Array.of(only)
    if (kid.kind === 'branch') return newExtension(this.#gen, nibble, kid, branch.disk)
    const position = new Uint8Array(depth + 1)
    position.set(key.subarray(0, depth))
    position[depth] = only
    this.#vacate(position, kid)
    return this.#joined(nibble, kid, branch.disk)
  }

  /** A leaf or extension moved up by `prefix`. A moved extension keeps its child, read now because its RLP is left behind. */
  #joined(prefix: Uint8Array, node: Exclude<Node, Branch>, disk: Uint8Array | undefined): Node {
    const path = new Uint8Array(prefix.length + node.path.length)
    path.set(prefix)
    path.set(node.path, prefix.length)
    if (node.kind === 'leaf') return newLeaf(this.#gen, path, node.value, disk)
    assert(node.child !== undefined, 'a moved extension has its child in memory')
    return newExtension(this.#gen, path, node.child, disk)
  }

  #withKid(branch: Branch, nibble: number, kid: Node | null): Branch {
    const own = branch.gen === this.#gen ? branch : copyBranch(this.#gen, branch)
    own.kids[nibble] = kid
    own.ref = undefined
    return own
  }

  #withChild(node: Extension, child: Branch): Extension {
    if (node.gen !== this.#gen) return newExtension(this.#gen, node.path, child, node.disk)
    node.child = child
    node.ref = undefined
    return node
  }

  #vacate(position: Uint8Array, node: Node): void {
    if (node.disk === undefined) return
    const key = keyOf(position)
    if (!this.removed.has(key)) this.removed.set(key, node.disk)
  }

  /** The kid of a branch at `key[0..depth]`; read from the store when not in memory, and then kept. */
  #kid(branch: Branch, key: Uint8Array, depth: number, nibble: number): Node | undefined {
    const known = branch.kids[nibble]
    if (known !== undefined) return known ?? undefined
    const item = branchItem(branch, nibble)
    if (item[0] === 0x80) return undefined
    const position = key.slice(0, depth + 1)
    position[depth] = nibble
    const kid = this.#resolve(item, position)
    branch.kids[nibble] = kid
    return kid
  }

  #child(node: Extension, key: Uint8Array, depth: number): Branch {
    if (node.child !== undefined) return node.child
    const child = this.#resolve(extensionChildItem(node), key.slice(0, depth))
    assert(child.kind === 'branch', 'below an extension is a branch')
    node.child = child
    return child
  }

  #resolve(item: Uint8Array, position: Uint8Array): Node {
    if (item[0] === 0xa0 && item.length === 33) return this.#loadAt(position, item.slice(1))
    const node = decodeNode(item, item, undefined)
    if (node.kind === 'extension') this.#child(node, prefixed(position, position.length, node.path), position.length + node.path.length)
    return node
  }

  #loadAt(position: Uint8Array, hash: Uint8Array): Node {
    const enc = this.#load(position)
    if (enc === undefined || !equalBytes(keccak256(enc), hash)) {
      throw new AppError('store-corrupt', `trie node ${toHex(hash)} is ${enc === undefined ? 'missing' : 'not what the store has'}`, {
        position: [...position],
      })
    }
    const node = decodeNode(enc, hash, enc)
    // An extension is read together with its child, so that moving it never needs the store.
    if (node.kind === 'extension') this.#child(node, prefixed(position, position.length, node.path), position.length + node.path.length)
    return node
  }
}

function otherKids(branch: Branch, nibble: number): number[] {
  const others: number[] = []
  for (let i = 0; i < 16; i++) {
    const kid = branch.kids[i]
    if (i !== nibble && kid !== null && (kid !== undefined || branchItem(branch, i)[0] !== 0x80)) others.push(i)
  }
  return others
}

function toNibbles(key: Uint8Array): Uint8Array {
  const out = new Uint8Array(key.length * 2)
  for (let i = 0; i < key.length; i++) {
    const byte = key[i] ?? 0
    out[2 * i] = byte >> 4
    out[2 * i + 1] = byte & 0x0f
  }
  return out
}

/** `key[0..depth]` followed by `path`. */
function prefixed(key: Uint8Array, depth: number, path: Uint8Array): Uint8Array {
  const out = new Uint8Array(depth + path.length)
  out.set(key.subarray(0, depth))
  out.set(path, depth)
  return out
}

function commonPrefix(path: Uint8Array, key: Uint8Array, depth: number): number {
  let i = 0
  while (i < path.length && path[i] === key[depth + i]) i++
  return i
}
