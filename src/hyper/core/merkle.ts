// Owns: Merkle trees: keccak with 0x00 before a leaf and 0x01 before a node, an odd one rises as it is, so no leaf counts twice (B2).
// Does not own: what the leaves are (roots.ts, proof.ts).
// Called by: roots.ts, proof.ts, build.ts.

import type { Crypto, Hash } from '../../buddy/core/types.js'
import { assert } from '../../assert.js'
import { joinBytes, sameBytes } from '../../codec/bytes.js'
import type { Bytes } from '../../codec/bytes.js'

type Hasher = Pick<Crypto, 'hash'>

const leafPrefix = Uint8Array.of(0)
const nodePrefix = Uint8Array.of(1)
/** No hash of anything: the root of no leaves. */
const emptyRoot = new Uint8Array(32)

export function merkleRoot(crypto: Hasher, leaves: readonly Bytes[]): Hash {
  if (leaves.length === 0) return emptyRoot
  let row = leaves.map((leaf) => leafHash(crypto, leaf))
  while (row.length > 1) row = above(crypto, row)
  return row[0] as Hash
}

/** Siblings from the leaf to the root; a row in which the leaf's branch is the odd one has none. */
export function merkleBranch(crypto: Hasher, leaves: readonly Bytes[], index: number): Hash[] {
  assert(index >= 0 && index < leaves.length, `leaf ${index} of ${leaves.length}`)
  const branch: Hash[] = []
  let row = leaves.map((leaf) => leafHash(crypto, leaf))
  for (let at = index; row.length > 1; at >>= 1) {
    const sibling = row[at ^ 1]
    if (sibling !== undefined) branch.push(sibling)
    row = above(crypto, row)
  }
  return branch
}

/** Place and number of leaves decide which siblings there are, so a branch proves both that and where the leaf is. */
export function underRoot(crypto: Hasher, root: Hash, leaf: Bytes, at: { index: number; count: number; branch: readonly Hash[] }): boolean {
  const { branch } = at
  if (!Number.isSafeInteger(at.index) || at.index < 0 || at.index >= at.count) return false
  let hash = leafHash(crypto, leaf)
  let used = 0
  for (let index = at.index, last = at.count - 1; last > 0; index = Math.floor(index / 2), last = Math.floor(last / 2)) {
    if (index === last && index % 2 === 0) continue
    const sibling = branch[used++]
    if (sibling?.length !== 32) return false
    hash = index % 2 === 0 ? nodeHash(crypto, hash, sibling) : nodeHash(crypto, sibling, hash)
  }
  return used === branch.length && sameBytes(hash, root)
}

function above(crypto: Hasher, row: readonly Hash[]): Hash[] {
  const out: Hash[] = []
  for (let i = 0; i < row.length; i += 2) {
    const right = row[i + 1]
    out.push(right === undefined ? (row[i] as Hash) : nodeHash(crypto, row[i] as Hash, right))
  }
  return out
}

function leafHash(crypto: Hasher, leaf: Bytes): Hash {
  return crypto.hash(joinBytes(leafPrefix, leaf))
}

function nodeHash(crypto: Hasher, left: Hash, right: Hash): Hash {
  return crypto.hash(joinBytes(nodePrefix, left, right))
}
