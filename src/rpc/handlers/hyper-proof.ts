// Owns: the method that proves a lane block to be in a sealed Hyper Block (H2).
// Does not own: the proof (hyper/core/proof.ts), finding the Hyper Block (hyper/).
// Called by: the method table.

import { assert } from '../../assert.js'
import { AppError } from '../../errors.js'
import type { LaneClient } from '../../evm-lane/client.js'
import type { LaneEntry } from '../../hyper/core/hyper-types.js'
import { encodeLaneProof, headerOfBlock, judgeLaneProof, makeLaneProof } from '../../hyper/core/proof.js'
import type { Bytes, Hash32 } from '../../primitives.js'
import { toHex } from '../../primitives.js'
import { keccak } from '../format/checksum.js'
import { quantity } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import type { CallContext } from '../method.js'
import { sealingOf } from './hyper-blocks.js'

const crypto = { hash: keccak }
/** Facts of one question to a lane. */
const factsMax = 1_000

/** What a verifier reads are `headerRlp`, `sealRlp` and `proofRlp`; the rest is for people. */
export async function getProof(ctx: CallContext, chainId: number, number: bigint): Promise<Json | null> {
  const holder = await sealingOf(ctx).ofLaneBlock(chainId, number)
  const entry = holder?.body.lanes.find((lane) => lane.chainId === chainId)
  if (holder === null || entry === undefined || number < entry.from) return null
  const block = number === entry.to ? null : await blockOf(laneOf(ctx, chainId), entry, number)
  const proof = makeLaneProof(crypto, holder.body, { chainId, number, block })
  assert(proof !== null, `block ${number} of lane ${chainId} is in Hyper Block ${holder.header.number}`)
  // Pair assertion: what a verifier would not take is not told.
  const judged = judgeLaneProof(crypto, holder.header, proof)
  if (typeof judged === 'string') throw new AppError('store-corrupt', `lane ${chainId}, block ${number}: ${judged}`)
  return {
    hyperNumber: quantity(holder.header.number),
    hyperHash: toHex(holder.hash),
    chainId: quantity(chainId),
    blockNumber: quantity(number),
    blockHash: toHex(judged.hash),
    stateRoot: toHex(judged.stateRoot),
    headerRlp: toHex(holder.block.header),
    sealRlp: toHex(holder.sealBytes),
    proofRlp: toHex(encodeLaneProof(proof)),
  }
}

async function blockOf(lane: LaneClient, { from, to }: LaneEntry, number: bigint): Promise<{ header: Bytes; hashes: Hash32[] }> {
  const exported = await lane.call('exportBlock', { number })
  const header = exported === null ? null : headerOfBlock(exported.rlp)
  if (header === null) throw new AppError('block-not-found', `lane ${lane.spec.chainId} has no block ${number}`)
  const hashes: Hash32[] = []
  for (let next = from; next <= to; next = from + BigInt(hashes.length)) {
    const facts = await lane.call('blockFacts', { from: next, max: Math.min(factsMax, Number(to - next) + 1) })
    if (facts.length === 0) throw new AppError('block-not-found', `lane ${lane.spec.chainId} has no block ${next}`)
    hashes.push(...facts.map(({ hash }) => hash))
  }
  return { header, hashes }
}

function laneOf(ctx: CallContext, chainId: number): LaneClient {
  const lane = ctx.lanes.find(String(chainId))
  if (lane === undefined) throw new AppError('unknown-lane', `lane ${chainId} is not here`)
  return lane
}
