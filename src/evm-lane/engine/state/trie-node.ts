// Owns: the nodes of a hexary Merkle Patricia trie in memory, and their RLP as the Yellow Paper (appendix D) has it.
// Does not own: changing a trie (trie.ts) or where nodes are kept (trie-checkpoint.ts).
// Called by: trie, trie-checkpoint.

import { assert } from '../../../assert.js'
import { keccak256 } from '../keccak.js'

/** All nodes share these; a node hangs at one position (path from the root) of its trie. */
type NodeBase = {
  /** The batch that made it; only that batch may change it in place. 0 = read from the store. */
  gen: number
  /** RLP; for a branch it may be older than its kids while `ref` is undefined. */
  enc: Uint8Array
  /** How the parent names it: the hash (32 bytes) or, when shorter than 32, the RLP itself. undefined = changed since. */
  ref: Uint8Array | undefined
  /** What the store has at this position as of the last checkpoint. */
  disk: Uint8Array | undefined
  /** It and everything below is in the store (or embedded in a parent that is). */
  saved: boolean
}
export type Leaf = NodeBase & { kind: 'leaf'; path: Uint8Array; value: Uint8Array }
export type Extension = NodeBase & { kind: 'extension'; path: Uint8Array; child: Branch | undefined }
/** A kid that is undefined is as `enc` says (`offsets` has where its item begins); null is none. */
export type Branch = NodeBase & { kind: 'branch'; kids: (Node | null | undefined)[]; offsets: number[] }
export type Node = Leaf | Extension | Branch

const NONE = new Uint8Array(0)

export function newLeaf(gen: number, path: Uint8Array, value: Uint8Array, disk: Uint8Array | undefined): Leaf {
  return { kind: 'leaf', gen, enc: NONE, ref: undefined, disk, saved: false, path, value }
}

export function newExtension(gen: number, path: Uint8Array, child: Branch, disk: Uint8Array | undefined): Extension {
  return { kind: 'extension', gen, enc: NONE, ref: undefined, disk, saved: false, path, child }
}

export function newBranch(gen: number, disk: Uint8Array | undefined): Branch {
  return { kind: 'branch', gen, enc: NONE, ref: undefined, disk, saved: false, kids: new Array<null>(16).fill(null), offsets: [] }
}

export function copyBranch(gen: number, from: Branch): Branch {
  return { kind: 'branch', gen, enc: from.enc, ref: undefined, disk: from.disk, saved: false, kids: from.kids.slice(), offsets: from.offsets }
}

/** The item of kid `i` in the branch's RLP: 0x80 for none, 0xa0 ‖ hash, or an embedded node. */
export function branchItem(branch: Branch, i: number): Uint8Array {
  return branch.enc.subarray(branch.offsets[i], branch.offsets[i + 1])
}

/** Brings `enc` and `ref` of the node and of all changed nodes below up to date. The root is named by hash whatever its length. */
export function hashRoot(node: Node): Uint8Array {
  const ref = nodeRef(node)
  return ref.length === 32 ? ref : keccak256(ref)
}

function nodeRef(node: Node): Uint8Array {
  if (node.ref !== undefined) return node.ref
  if (node.kind === 'leaf') node.enc = encodePair(node.path, 0x20, rlpString(node.value))
  else if (node.kind === 'extension') node.enc = encodePair(node.path, 0, extensionItem(node))
  else encodeBranch(node)
  node.ref = node.enc.length < 32 ? node.enc : keccak256(node.enc)
  return node.ref
}

function extensionItem(node: Extension): Uint8Array {
  assert(node.child !== undefined, 'a changed extension has its child in memory')
  return refItem(nodeRef(node.child))
}

/** A reference as an RLP item: a hash is a string, an embedded node is its own list. */
function refItem(ref: Uint8Array): Uint8Array {
  if (ref.length < 32) return ref
  const item = new Uint8Array(33)
  item[0] = 0xa0
  item.set(ref, 1)
  return item
}

const BRANCH_PAYLOAD_MAX = 16 * 33 + 1
const scratch = new Uint8Array(BRANCH_PAYLOAD_MAX)

/** Kids that did not change are copied from the old RLP in runs; no value in the 17th place, keys of one trie are of one length. */
function encodeBranch(node: Branch): void {
  // Below first: the recursion uses the same scratch.
  for (const kid of node.kids) if (kid !== null && kid !== undefined && kid.ref === undefined) nodeRef(kid)
  const offsets = new Array<number>(17)
  let at = 0
  let i = 0
  while (i < 16) {
    const kid = node.kids[i]
    offsets[i] = at
    if (kid === undefined) {
      const from = node.offsets[i] ?? 0
      const start = at
      while (i < 16 && node.kids[i] === undefined) {
        offsets[i] = start + (node.offsets[i] ?? 0) - from
        i++
      }
      const run = node.enc.subarray(from, node.offsets[i])
      scratch.set(run, at)
      at += run.length
      continue
    }
    if (kid === null) scratch[at++] = 0x80
    else {
      const ref = kid.ref ?? NONE
      if (ref.length === 32) scratch[at++] = 0xa0
      scratch.set(ref, at)
      at += ref.length
    }
    i++
  }
  offsets[16] = at
  scratch[at++] = 0x80
  const head = listHead(at)
  const enc = new Uint8Array(head.length + at)
  enc.set(head)
  enc.set(scratch.subarray(0, at), head.length)
  node.enc = enc
  node.offsets = offsets.map((offset) => offset + head.length)
}

function listHead(length: number): Uint8Array {
  if (length < 56) return Uint8Array.of(0xc0 + length)
  if (length < 256) return Uint8Array.of(0xf8, length)
  if (length < 65536) return Uint8Array.of(0xf9, length >> 8, length & 0xff)
  return Uint8Array.of(0xfa, length >> 16, (length >> 8) & 0xff, length & 0xff)
}

function rlpString(bytes: Uint8Array): Uint8Array {
  const { length } = bytes
  if (length === 1 && (bytes[0] ?? 0) < 0x80) return bytes
  const head = listHead(length)
  // A string's head is a list's minus 0x40.
  head[0] = (head[0] ?? 0) - 0x40
  const out = new Uint8Array(head.length + length)
  out.set(head)
  out.set(bytes, head.length)
  return out
}

function encodePair(path: Uint8Array, flag: number, item: Uint8Array): Uint8Array {
  const odd = path.length % 2
  const packedLength = 1 + ((path.length - odd) >> 1)
  const short = packedLength === 1
  const payload = (short ? 1 : 1 + packedLength) + item.length
  const head = listHead(payload)
  const out = new Uint8Array(head.length + payload)
  out.set(head)
  let at = head.length
  // At most 33 bytes; a single one is below 0x40 and stands for itself.
  if (!short) out[at++] = 0x80 + packedLength
  out[at++] = flag | (odd === 1 ? 0x10 | (path[0] ?? 0) : 0)
  for (let i = odd; i < path.length; i += 2) out[at++] = ((path[i] ?? 0) << 4) | (path[i + 1] ?? 0)
  out.set(item, at)
  return out
}

/** A node from its RLP. `disk` is the same bytes when it hangs by hash, undefined when it was embedded. */
export function decodeNode(enc: Uint8Array, ref: Uint8Array, disk: Uint8Array | undefined): Node {
  const start = enc.length - listPayload(enc)
  const starts: number[] = []
  let at = start
  while (at < enc.length) {
    starts.push(at)
    at += itemLength(enc, at)
  }
  assert(at === enc.length && (starts.length === 2 || starts.length === 17), 'a trie node has 2 or 17 items')
  const base = { gen: 0, enc, ref, disk, saved: true }
  if (starts.length === 17) return { kind: 'branch', ...base, kids: new Array<undefined>(16).fill(undefined), offsets: starts }
  const second = starts[1] ?? 0
  const packed = stringAt(enc, start)
  const flags = (packed[0] ?? 0) >> 4
  const path = unpack(packed, (flags & 1) === 1)
  if ((flags & 2) === 2) return { kind: 'leaf', ...base, path, value: stringAt(enc, second) }
  return { kind: 'extension', ...base, path, child: undefined }
}

/** How a clean extension names its child: 0xa0 ‖ hash or an embedded node. */
export function extensionChildItem(node: Extension): Uint8Array {
  const start = node.enc.length - listPayload(node.enc)
  return node.enc.subarray(start + itemLength(node.enc, start))
}

function unpack(packed: Uint8Array, odd: boolean): Uint8Array {
  const path = new Uint8Array(packed.length * 2 - (odd ? 1 : 2))
  let at = 0
  if (odd) path[at++] = (packed[0] ?? 0) & 0x0f
  for (let i = 1; i < packed.length; i++) {
    path[at++] = (packed[i] ?? 0) >> 4
    path[at++] = (packed[i] ?? 0) & 0x0f
  }
  return path
}

function listPayload(enc: Uint8Array): number {
  const first = enc[0] ?? 0
  assert(first >= 0xc0, 'a trie node is a list')
  return first < 0xf8 ? first - 0xc0 : bigEndian(enc, 1, first - 0xf7)
}

function itemLength(enc: Uint8Array, at: number): number {
  const first = enc[at] ?? 0
  if (first < 0x80) return 1
  if (first < 0xb8) return 1 + first - 0x80
  if (first < 0xc0) return 1 + (first - 0xb7) + bigEndian(enc, at + 1, first - 0xb7)
  if (first < 0xf8) return 1 + first - 0xc0
  return 1 + (first - 0xf7) + bigEndian(enc, at + 1, first - 0xf7)
}

function stringAt(enc: Uint8Array, at: number): Uint8Array {
  const first = enc[at] ?? 0
  const end = at + itemLength(enc, at)
  if (first < 0x80) return enc.subarray(at, end)
  return enc.subarray(first < 0xb8 ? at + 1 : at + 1 + (first - 0xb7), end)
}

function bigEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let i = 0; i < length; i++) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}
