// Owns: judging Merkle-Patricia proofs of accounts and slots (eth_getProof) against a state root, with an RLP decoder and a walk of its own: it shares no
// code with the storage of lanes that makes them.
// Does not own: which root to trust (proof.ts, verify.ts).
// Called by: verify.ts.

import type { Crypto, Hash } from '../../buddy/core/types.js'
import { sameBytes, uintOf } from '../../codec/bytes.js'
import type { Bytes } from '../../codec/bytes.js'
import { CodecError, decodeRlp, encodeRlp } from '../../codec/rlp.js'
import type { Rlp } from '../../codec/rlp.js'

type Hasher = Pick<Crypto, 'hash'>

export type ProvenAccount = { nonce: bigint; balance: bigint; storageRoot: Hash; codeHash: Hash }

/** The proof does not prove anything about the key. */
export class BadTrieProof extends Error {
  override readonly name = 'BadTrieProof'
}

/** Null: there is no such account. @throws BadTrieProof */
export function accountUnder(crypto: Hasher, stateRoot: Hash, address: Bytes, proof: readonly Bytes[]): ProvenAccount | null {
  const value = valueUnder(crypto, stateRoot, crypto.hash(address), proof)
  if (value === null) return null
  const fields = decoded(value)
  if (fields instanceof Uint8Array || fields.length !== 4) throw new BadTrieProof('the value of an account has four fields')
  const [nonce, balance, storageRoot, codeHash] = fields.map((field) => bytesOf(field))
  if (nonce === undefined || balance === undefined || storageRoot?.length !== 32 || codeHash?.length !== 32)
    throw new BadTrieProof('the value is no account')
  return { nonce: uintOf(nonce), balance: uintOf(balance), storageRoot, codeHash }
}

/** An empty slot is 0. @throws BadTrieProof */
export function slotUnder(crypto: Hasher, storageRoot: Hash, slot: Bytes, proof: readonly Bytes[]): bigint {
  const value = valueUnder(crypto, storageRoot, crypto.hash(slot), proof)
  if (value === null) return 0n
  const content = bytesOf(decoded(value))
  if (content.length > 32) throw new BadTrieProof('the value of a slot has at most 32 bytes')
  return uintOf(content)
}

/** `proof`: the nodes from the root on; a node within its parent may be listed again or not. Null: the trie has nothing there. */
export function valueUnder(crypto: Hasher, root: Hash, key: Bytes, proof: readonly Bytes[]): Bytes | null {
  if (sameBytes(root, crypto.hash(encodeRlp(new Uint8Array(0))))) return null
  const path = nibblesOf(key)
  const walk = { proof, used: 0 }
  let node = hashed(crypto, walk, root)
  for (let at = 0; ;) {
    const step = node.length === 17 ? branchStep(node, path, at) : node.length === 2 ? shortStep(node as readonly [Rlp, Rlp], path, at) : null
    if (step === null) throw new BadTrieProof(`a node of ${node.length} items`)
    if (step.kind === 'end') {
      if (walk.used !== proof.length) throw new BadTrieProof('nodes that are not on the way')
      return step.value
    }
    at = step.at
    node = step.next instanceof Uint8Array ? hashed(crypto, walk, step.next) : within(walk, step.next)
  }
}

type Step = { kind: 'end'; value: Bytes | null } | { kind: 'on'; next: Rlp; at: number }

function branchStep(node: readonly Rlp[], path: readonly number[], at: number): Step {
  if (at === path.length) return end(bytesOf(node[16] as Rlp))
  const next = node[path[at] as number] as Rlp
  return next.length === 0 ? end(new Uint8Array(0)) : { kind: 'on', next, at: at + 1 }
}

/** A leaf or an extension: hex-prefix encoding, yellow paper, appendix C. */
function shortStep([encoded, next]: readonly [Rlp, Rlp], path: readonly number[], at: number): Step {
  const nibbles = nibblesOf(bytesOf(encoded))
  const flag = nibbles[0] ?? 16
  if (flag > 3 || (flag % 2 === 0 && nibbles[1] !== 0)) throw new BadTrieProof('a path without its prefix')
  const own = nibbles.slice(flag % 2 === 0 ? 2 : 1)
  const fits = own.every((nibble, i) => path[at + i] === nibble)
  const isLeaf = flag >= 2
  if (isLeaf) return end(fits && at + own.length === path.length ? bytesOf(next) : new Uint8Array(0))
  return fits ? { kind: 'on', next, at: at + own.length } : end(new Uint8Array(0))
}

function end(value: Bytes): Step {
  return { kind: 'end', value: value.length === 0 ? null : value }
}

function hashed(crypto: Hasher, walk: { proof: readonly Bytes[]; used: number }, hash: Bytes): readonly Rlp[] {
  const bytes = walk.proof[walk.used++]
  if (bytes === undefined) throw new BadTrieProof('the proof ends too early')
  if (!sameBytes(crypto.hash(bytes), hash)) throw new BadTrieProof(`node ${walk.used - 1} is not the one its parent names`)
  return listOf(decoded(bytes))
}

/** A node shorter than a hash stands in its parent. */
function within(walk: { proof: readonly Bytes[]; used: number }, node: readonly Rlp[]): readonly Rlp[] {
  const listed = walk.proof[walk.used]
  if (listed !== undefined && sameBytes(listed, encodeRlp(node))) walk.used++
  return node
}

function decoded(bytes: Bytes): Rlp {
  try {
    return decodeRlp(bytes)
  } catch (error) {
    if (error instanceof CodecError) throw new BadTrieProof(`not RLP: ${error.message}`)
    throw error
  }
}

function bytesOf(item: Rlp): Bytes {
  if (!(item instanceof Uint8Array)) throw new BadTrieProof('a list where bytes belong')
  return item
}

function listOf(item: Rlp): readonly Rlp[] {
  if (item instanceof Uint8Array) throw new BadTrieProof('bytes where a node belongs')
  return item
}

function nibblesOf(bytes: Bytes): number[] {
  return Array.from(bytes).flatMap((byte) => [byte >> 4, byte & 15])
}
