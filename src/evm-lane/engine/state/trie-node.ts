// Owns: the nodes of a hexary Merkle Patricia trie in memory, and their RLP as the Yellow Paper (appendix D) has it.
// Does not own: changing a trie (trie.ts) or where nodes are kept (trie-checkpoint.ts).
// Called by: trie, trie-checkpoint.

import { assert } from '../../../assert.js'
import { keccak256 } from '../keccak.js'
import { keep } from './arena.js'

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
  switch (node.kind) {
    case 'leaf':
      encodeLeaf(node)
      break
    case 'extension':
      encodeExtension(node)
      break
    case 'branch':
      encodeBranch(node)
  }
  node.ref = node.enc.length < 32 ? node.enc : keccak256(node.enc)
  return node.ref
}

// Nodes are encoded here and then copied out at their length. Room for a branch, and for the head and path of a leaf.
const SCRATCH_BYTES = 1024
const scratch = new Uint8Array(SCRATCH_BYTES)

function encodeLeaf(node: Leaf): void {
  const { path, value } = node
  const { length } = value
  const single = length === 1 && (value[0] ?? 0) < 0x80
  const payload = pathItemLength(path) + (single ? 1 : stringHeadLength(length) + length)
  const total = listHeadLength(payload) + payload
  const out = total <= SCRATCH_BYTES ? scratch : new Uint8Array(total)
  let at = writePathItem(out, writeHead(out, 0, 0xc0, payload), path, 0x20)
  if (!single) at = writeHead(out, at, 0x80, length)
  out.set(value, at)
  node.enc = keep(out, total)
  // The value lives on in the encoding.
  node.value = node.enc.subarray(total - length)
}

function encodeExtension(node: Extension): void {
  assert(node.child !== undefined, 'a changed extension has its child in memory')
  const ref = nodeRef(node.child)
  const payload = pathItemLength(node.path) + (ref.length === 32 ? 33 : ref.length)
  const at = writeRef(scratch, writePathItem(scratch, writeHead(scratch, 0, 0xc0, payload), node.path, 0), ref)
  node.enc = keep(scratch, at)
}

/** A reference as an RLP item: a hash is a string, an embedded node is its own list. Returns where it ends. */
function writeRef(out: Uint8Array, at: number, ref: Uint8Array): number {
  const { length } = ref
  if (length === 32) out[at++] = 0xa0
  // A loop beats Uint8Array.set at this length.
  for (let i = 0; i < length; i++) out[at++] = ref[i] as number
  return at
}

/** Longest head of a branch list: 0xf9 and two bytes. The payload is written behind it and the head put right before. */
const BRANCH_START = 3

/** Kids that did not change are copied from the old RLP in runs; no value in the 17th place, keys of one trie are of one length. */
function encodeBranch(node: Branch): void {
  const { kids, offsets: old } = node
  // Below first: the recursion uses the same scratch.
  for (let i = 0; i < 16; i++) {
    const kid = kids[i]
    if (kid !== null && kid !== undefined && kid.ref === undefined) nodeRef(kid)
  }
  const offsets = new Array<number>(17)
  let at = BRANCH_START
  let i = 0
  while (i < 16) {
    const kid = kids[i]
    offsets[i] = at
    if (kid === undefined) {
      const from = old[i] as number
      const start = at
      for (; i < 16 && kids[i] === undefined; i++) offsets[i] = start + (old[i] as number) - from
      at = copyRun(node.enc, from, old[i] as number, at)
      continue
    }
    if (kid === null) scratch[at++] = 0x80
    else at = writeRef(scratch, at, kid.ref ?? NONE)
    i++
  }
  offsets[16] = at
  scratch[at++] = 0x80
  const payload = at - BRANCH_START
  const headLength = listHeadLength(payload)
  const start = BRANCH_START - headLength
  writeHead(scratch, start, 0xc0, payload)
  node.enc = keep(scratch.subarray(start), at - start)
  for (let k = 0; k < 17; k++) offsets[k] = (offsets[k] as number) - start
  node.offsets = offsets
}

/** Short runs (up to two hashes) in a loop: a view and a set cost more there. */
function copyRun(from: Uint8Array, start: number, end: number, at: number): number {
  if (end - start > 66) scratch.set(from.subarray(start, end), at)
  else for (let i = start, to = at; i < end; i++, to++) scratch[to] = from[i] as number
  return at + end - start
}

function listHeadLength(payload: number): number {
  if (payload < 56) return 1
  return payload < 0x100 ? 2 : payload < 0x10000 ? 3 : payload < 0x1000000 ? 4 : 5
}

const stringHeadLength = listHeadLength

/** Head of a string (base 0x80) or list (0xc0) that is not a single small byte. Returns where the payload begins. */
function writeHead(out: Uint8Array, at: number, base: number, payload: number): number {
  if (payload < 56) {
    out[at] = base + payload
    return at + 1
  }
  const size = listHeadLength(payload) - 1
  out[at] = base + 55 + size
  for (let i = size; i > 0; i--) {
    out[at + i] = payload & 0xff
    payload >>>= 8
  }
  return at + 1 + size
}

/** The packed path: at most 33 bytes; a single one is below 0x40 and stands for itself. */
function pathItemLength(path: Uint8Array): number {
  const packed = 1 + (path.length >> 1)
  return packed === 1 ? 1 : 1 + packed
}

function writePathItem(out: Uint8Array, at: number, path: Uint8Array, flag: number): number {
  const { length } = path
  const packed = 1 + (length >> 1)
  if (packed > 1) out[at++] = 0x80 + packed
  const odd = length & 1
  out[at++] = odd === 1 ? flag | 0x10 | (path[0] as number) : flag
  for (let i = odd; i < length; i += 2) out[at++] = ((path[i] as number) << 4) | (path[i + 1] as number)
  return at
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
