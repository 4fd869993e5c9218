// Owns: the proof that a lane block is in a Hyper Block: its bytes, making it from a body, judging it against a header (B2).
// Does not own: whether the header is sealed (verify.ts), what is in the lane's state (account-proof.ts).
// Called by: the hyper shell (makes them), the light verifier.

import type { Crypto, Hash } from '../../buddy/core/types.js'
import { uintOf } from '../../codec/bytes.js'
import type { Bytes } from '../../codec/bytes.js'
import { array, blob, decodeWith, fixed, optional, record, small } from '../../codec/fields.js'
import type { Codec } from '../../codec/fields.js'
import { CodecError, decodeRlp, encodeRlp } from '../../codec/rlp.js'
import { laneEntryCodec } from './hyper-codec.js'
import { headerBytesMax, lanesMax } from './hyper-limits.js'
import type { HyperBody, HyperHeader, LaneEntry } from './hyper-types.js'
import { merkleBranch, underRoot } from './merkle.js'
import { laneLeaf } from './roots.js'

type Hasher = Pick<Crypto, 'hash'>

/** `block` null: it is the lane's newest block, of which the entry says everything. */
export type LaneProof = {
  entry: LaneEntry
  /** Where the entry is among those of all lanes. */
  index: number
  count: number
  branch: readonly Hash[]
  block: { header: Bytes; branch: readonly Hash[] } | null
}

export type ProvenLaneBlock = { chainId: number; number: bigint; hash: Hash; stateRoot: Hash }

/** A lane with extra data of any length still has headers far below this. */
const laneHeaderBytesMax = 64 * 1024
/** A tree of 2^32 leaves. */
const branchMax = 32

const branch = array(fixed(32), branchMax)
const laneProof: Codec<LaneProof> = record<LaneProof>({
  entry: laneEntryCodec,
  index: small(lanesMax - 1),
  count: small(lanesMax),
  branch,
  block: optional(record<{ header: Bytes; branch: readonly Hash[] }>({ header: blob(laneHeaderBytesMax), branch })),
})

export const encodeLaneProof = (value: LaneProof): Bytes => encodeRlp(laneProof.put(value))
/** Null for bytes that its encoder would not have written. */
export const decodeLaneProof = (bytes: Bytes): LaneProof | null => decodeWith(laneProof, bytes, laneHeaderBytesMax + headerBytesMax)

/**
 * Null when the body has no such lane, or not this block of it. `block`: for any other than the lane's newest, its header (RLP, as Ethereum hashes it) and the
 * hashes of all of the lane's blocks in this body, in order.
 */
export function makeLaneProof(
  crypto: Hasher,
  body: HyperBody,
  of: { chainId: number; number: bigint; block: { header: Bytes; hashes: readonly Hash[] } | null },
): LaneProof | null {
  const index = body.lanes.findIndex(({ chainId }) => chainId === of.chainId)
  const entry = body.lanes[index]
  if (entry === undefined) return null
  const lane = { entry, index, count: body.lanes.length, branch: merkleBranch(crypto, body.lanes.map(laneLeaf), index) }
  if (of.number === entry.to) return { ...lane, block: null }
  if (of.block === null || of.number < entry.from || of.number > entry.to) return null
  const { header, hashes } = of.block
  return { ...lane, block: { header, branch: merkleBranch(crypto, hashes, Number(of.number - entry.from)) } }
}

/** A text says what is wrong. */
export function judgeLaneProof(crypto: Hasher, header: HyperHeader, proof: LaneProof): ProvenLaneBlock | string {
  const { entry, index, count, block } = proof
  if (!underRoot(crypto, header.lanesRoot, laneLeaf(entry), { index, count, branch: proof.branch })) return 'the lane entry is not in the Hyper Block'
  const { chainId, from, to } = entry
  if (block === null) return { chainId, number: to, hash: entry.tipHash, stateRoot: entry.stateRoot }
  const facts = readLaneHeader(block.header)
  if (facts === null) return 'the header of the lane block cannot be read'
  const hash = crypto.hash(block.header)
  const place = { index: Number(facts.number - from), count: Number(to - from + 1n), branch: block.branch }
  if (facts.number < from || facts.number > to || !underRoot(crypto, entry.blocksRoot, hash, place)) return 'the lane block is not in the Hyper Block'
  return { chainId, number: facts.number, hash, stateRoot: facts.stateRoot }
}

/** The header in the RLP of a whole block. */
export function headerOfBlock(block: Bytes): Bytes | null {
  try {
    const items = decodeRlp(block)
    const header = items instanceof Uint8Array ? undefined : items[0]
    return header === undefined || header instanceof Uint8Array ? null : encodeRlp(header)
  } catch (error) {
    if (error instanceof CodecError) return null
    throw error
  }
}

/** The two fields of an Ethereum header that matter here; they have had these places since the first block. */
function readLaneHeader(header: Bytes): { stateRoot: Hash; number: bigint } | null {
  try {
    const fields = decodeRlp(header)
    if (fields instanceof Uint8Array) return null
    const [stateRoot, number] = [fields[3], fields[8]]
    if (!(stateRoot instanceof Uint8Array) || stateRoot.length !== 32 || !(number instanceof Uint8Array) || number.length > 8) return null
    return { stateRoot, number: uintOf(number) }
  } catch (error) {
    if (error instanceof CodecError) return null
    throw error
  }
}
