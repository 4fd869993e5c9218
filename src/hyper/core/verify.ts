// Owns: what a light verifier may conclude: from a genesis document the Seals after it, from a sealed header its lanes' blocks, from those their accounts (H2).
// Does not own: fetching anything (hyper/light-client.ts), the keccak and Ed25519 of a browser (light-crypto.ts).
// Called by: hyper/light-client.ts.

import { decodeSeal } from '../../buddy/core/codec.js'
import { verifySeal } from '../../buddy/core/certificate.js'
import type { Crypto, Hash, Judge, ValidatorSet } from '../../buddy/core/types.js'
import { committeeOf, quorumWeight, setHashOf } from '../../buddy/core/validators.js'
import { sameBytes } from '../../codec/bytes.js'
import type { Bytes } from '../../codec/bytes.js'
import { hexOf } from '../../codec/hex.js'
import { accountUnder, BadTrieProof, slotUnder } from './account-proof.js'
import type { ProvenAccount } from './account-proof.js'
import { decodeBody, decodeHeader, genesisHashOf, readHeader } from './hyper-codec.js'
import type { HyperBody, HyperGenesis, HyperHeader } from './hyper-types.js'
import { decodeLaneProof, judgeLaneProof } from './proof.js'
import type { ProvenLaneBlock } from './proof.js'
import { rootsOf } from './roots.js'

/** What was claimed is not proven; the message says where it breaks. */
export class NotProven extends Error {
  override readonly name = 'NotProven'
}

/** A place in the chain that is known to be sealed; nothing else is needed to verify what comes after it. */
export type Anchor = {
  genesisHash: Hash
  /** 0: the genesis itself, which has no header. */
  number: bigint
  hash: Hash
  header: HyperHeader | null
  /** Who seals the next block. */
  set: ValidatorSet
}

export function genesisAnchor(crypto: Crypto, genesis: HyperGenesis): Anchor {
  const hash = genesisHashOf(crypto, genesis)
  return { genesisHash: hash, number: 0n, hash, header: null, set: genesis.set }
}

/** The next Hyper Block, by its Seal. @throws NotProven */
export function followSeal(crypto: Crypto, anchor: Anchor, seal: Bytes): Anchor {
  const { header } = opened(anchor, seal)
  if (header.number !== anchor.number + 1n) throw new NotProven(`the Seal is of Hyper Block ${header.number}, not of ${anchor.number + 1n}`)
  if (!sameBytes(header.parentHash, anchor.hash)) throw new NotProven(`Hyper Block ${header.number} does not follow the one before it`)
  return jumpToSeal(crypto, anchor, seal)
}

/**
 * Any later Hyper Block that the same set sealed. The blocks in between need not be seen: a quorum that is known vouches for this one, and an honest Buddy
 * among it has seen those before. @throws NotProven
 */
export function jumpToSeal(crypto: Crypto, anchor: Anchor, sealBytes: Bytes): Anchor {
  const { seal, header } = opened(anchor, sealBytes)
  if (header.number <= anchor.number) throw new NotProven(`Hyper Block ${header.number} is not after ${anchor.number}`)
  const judge = judgeOf(crypto, anchor)
  const committee = committeeOf(judge, anchor.set)
  if (!sameBytes(header.setHash, committee.hash))
    throw new NotProven(`Hyper Block ${header.number} names another set of Buddies than the one that is known`)
  if (!verifySeal(judge, committee, { height: header.number, parentHash: header.parentHash }, seal)) {
    throw new NotProven(`the Seal of Hyper Block ${header.number} is not signed by more than 2/3 of the weight, or its parts do not fit`)
  }
  const { genesisHash } = anchor
  return { genesisHash, number: header.number, hash: crypto.hash(seal.header), header, set: seal.nextSet ?? anchor.set }
}

/** Whether `jumpToSeal` can take a Seal as far as its set goes. */
export function isOfKnownSet(crypto: Crypto, anchor: Anchor, seal: Bytes): boolean {
  return sameBytes(opened(anchor, seal).header.setHash, setHashOf(judgeOf(crypto, anchor), anchor.set))
}

/** What is in a sealed Hyper Block. @throws NotProven */
export function openBody(crypto: Crypto, anchor: Anchor, bytes: Bytes): HyperBody {
  const header = headerOf(anchor)
  const body = decodeBody(bytes)
  if (body === null) throw new NotProven(`the body of Hyper Block ${header.number} cannot be read`)
  for (const [name, root] of Object.entries(rootsOf(crypto, body))) {
    if (!sameBytes(root, header[name as 'lanesRoot'])) throw new NotProven(`the body of Hyper Block ${header.number} does not have its ${name}`)
  }
  return body
}

/** @throws NotProven */
export function verifyLaneBlock(crypto: Crypto, anchor: Anchor, proof: Bytes): ProvenLaneBlock {
  const header = headerOf(anchor)
  const read = decodeLaneProof(proof)
  if (read === null) throw new NotProven(`the proof for Hyper Block ${header.number} cannot be read`)
  const judged = judgeLaneProof(crypto, header, read)
  if (typeof judged === 'string') throw new NotProven(`Hyper Block ${header.number}: ${judged}`)
  return judged
}

export type SlotProof = { slot: Bytes; proof: readonly Bytes[] }
export type AccountAnswer = { account: ProvenAccount | null; slots: readonly { slot: Bytes; value: bigint }[] }

/** Null: that there is no such account is proven. @throws NotProven */
export function verifyAccount(
  crypto: Crypto,
  block: Pick<ProvenLaneBlock, 'chainId' | 'number' | 'stateRoot'>,
  of: { address: Bytes; proof: readonly Bytes[]; slots: readonly SlotProof[] },
): AccountAnswer {
  try {
    const account = accountUnder(crypto, block.stateRoot, of.address, of.proof)
    const slots = of.slots.map(({ slot, proof }) => ({
      slot,
      value: account === null ? 0n : slotUnder(crypto, account.storageRoot, slot, proof),
    }))
    return { account, slots }
  } catch (error) {
    if (!(error instanceof BadTrieProof)) throw error
    throw new NotProven(`account ${hexOf(of.address)} in block ${block.number} of lane ${block.chainId}: ${error.message}`)
  }
}

function opened(anchor: Anchor, bytes: Bytes): { seal: NonNullable<ReturnType<typeof decodeSeal>>; header: HyperHeader } {
  const seal = decodeSeal(bytes)
  const header = seal === null ? null : decodeHeader(seal.header)
  if (seal === null || header === null) throw new NotProven('a Seal cannot be read')
  if (!sameBytes(header.genesisHash, anchor.genesisHash))
    throw new NotProven(`the Seal is of another network, whose genesis is ${hexOf(header.genesisHash)}`)
  return { seal, header }
}

function headerOf({ header }: Anchor): HyperHeader {
  if (header === null) throw new NotProven('the genesis holds no lane blocks: follow a Seal first')
  return header
}

function judgeOf(crypto: Crypto, { genesisHash }: Anchor): Judge {
  return { crypto, genesisHash, readHeader, quorum: quorumWeight }
}
