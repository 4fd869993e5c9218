// Owns: methods about Hyper Blocks, their Seals, and who makes them.
// Does not own: any of it (hyper/); this file only asks.
// Called by: the method table.

import { AppError } from '../../errors.js'
import type { BlockRef } from '../../evm-lane/chain-data.js'
import { decodeChange, encodeChange, encodeGenesis } from '../../hyper/core/hyper-codec.js'
import { genesisToJson } from '../../hyper/core/genesis.js'
import type { HyperBlock, OnchainMember, SealingReader } from '../../hyper/sealing-reader.js'
import type { Bytes, Hash32 } from '../../primitives.js'
import { toHex } from '../../primitives.js'
import { keccak } from '../format/checksum.js'
import { formatEvidence, formatHyperBlock, formatSet } from '../format/hyper-block.js'
import { quantity } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import type { CallContext } from '../method.js'

/** Evidence in one answer. */
const evidenceMax = 256

/** @throws AppError 'unsupported' where lanes are served without Hyper Blocks. */
export function sealingOf(ctx: Pick<CallContext, 'sealing'>): SealingReader {
  if (ctx.sealing === null) throw new AppError('unsupported', 'this server makes no Hyper Blocks')
  return ctx.sealing
}

export function blockNumber(ctx: CallContext): string {
  return quantity(sealingOf(ctx).height())
}

export async function getBlockByNumber(ctx: CallContext, at: BlockRef): Promise<Json | null> {
  return orNull(await blockAt(ctx, at))
}

export async function blockAt(ctx: CallContext, at: BlockRef): Promise<HyperBlock | null> {
  const sealing = sealingOf(ctx)
  const number = at.kind === 'number' ? at.number : at.kind === 'tag' && at.tag === 'earliest' ? 1n : sealing.height()
  return sealing.byNumber(number)
}

export async function getBlockByHash(ctx: CallContext, hash: Hash32): Promise<Json | null> {
  return orNull(await sealingOf(ctx).byHash(hash))
}

/** Every lane of the network; what it says of itself only where this server runs it. */
export function getLanes(ctx: CallContext): Json[] {
  return sealingOf(ctx)
    .lanes()
    .map(({ chainId, name, genesisHash, stateRoot, configHash, currency, supply, sealed, unsealed }) => {
      const lane = ctx.lanes.find(String(chainId))
      const head = lane?.head()
      return {
        chainId: quantity(chainId),
        name,
        state: lane?.state() ?? 'absent',
        head: head === undefined ? null : quantity(head.header.number),
        safe: head === undefined ? null : quantity(head.safe),
        finalized: quantity(sealed),
        unsealed: quantity(unsealed),
        genesisHash: toHex(genesisHash),
        genesisStateRoot: toHex(stateRoot),
        configHash: toHex(configHash),
        currency,
        genesisSupply: quantity(supply),
      }
    })
}

export function getValidators(ctx: CallContext): Json {
  const { since, set, nonce } = sealingOf(ctx).validators()
  const { quorum, weight } = sealingOf(ctx).trust()
  const onchain = sealingOf(ctx).onchain?.members() ?? []
  return {
    since: quantity(since),
    validators: formatSet(set).map((validator, i) => ({ ...validator, onchain: formatOnchain(onchain[i] ?? null) })),
    weight: quantity(weight),
    quorum: quantity(quorum),
    nextNonce: quantity(nonce),
  }
}

export async function getEvidence(ctx: CallContext, from: bigint = 1n): Promise<Json[]> {
  const found = await sealingOf(ctx).evidence(from, evidenceMax)
  return found.map(({ number, evidence }) => ({ blockNumber: quantity(number), ...formatEvidence(evidence) }))
}

export async function trustModel(ctx: CallContext): Promise<Json> {
  const { model, buddies, quorum, weight, reexecuted, text } = sealingOf(ctx).trust()
  const status = await sealingOf(ctx).status()
  return {
    model,
    byzantine: model === 'separate',
    buddies: quantity(buddies),
    quorum: quantity(quorum),
    weight: quantity(weight),
    reexecuted,
    text,
    running: status.buddies.map(({ key, state, height, view }) => ({ key: toHex(key), state, number: quantity(height), view: quantity(view) })),
    viewChanges: quantity(status.viewChanges),
  }
}

export function genesis(ctx: CallContext): Json {
  const { document } = sealingOf(ctx).genesis
  return { ...genesisToJson({ hash: keccak }, document), rlp: toHex(encodeGenesis(document)) }
}

/** For Buddies that are processes of their own: each takes them from here and looks at the signature itself. */
export async function getPendingChanges(ctx: CallContext): Promise<string[]> {
  return (await sealingOf(ctx).changesWaiting()).map((change) => toHex(encodeChange(change)))
}

/** The lane runs when this answers; it is part of the network once it is among `hyper_getLanes`. */
export async function addLane(ctx: CallContext, text: string, nonce: bigint, signature: Bytes): Promise<Json> {
  if (ctx.addLane === null) throw new AppError('unsupported', 'this server adds no lanes')
  const { spec } = await ctx.addLane({ text, nonce, signature })
  const { genesisHash, stateRoot, configHash, currency, supply } = await sealingOf(ctx).describeLane(spec.chainId)
  return {
    chainId: quantity(spec.chainId),
    name: spec.name,
    genesisHash: toHex(genesisHash),
    genesisStateRoot: toHex(stateRoot),
    configHash: toHex(configHash),
    currency,
    genesisSupply: quantity(supply),
    nextNonce: quantity(sealingOf(ctx).validators().nonce),
  }
}

/** The bytes of a change that the admin signed. Answers its nonce; it is in force from the Hyper Block after the one that holds it. */
export async function submitChange(ctx: CallContext, bytes: Bytes): Promise<string> {
  const change = decodeChange(bytes)
  if (change === null) throw new AppError('invalid-params', 'not a signed change')
  await sealingOf(ctx).submitChange(change)
  return quantity(change.nonce)
}

export async function stopBuddy(ctx: CallContext, index: number): Promise<boolean> {
  await sealingOf(ctx).stopBuddy(index)
  return true
}

export async function startBuddy(ctx: CallContext, index: number): Promise<boolean> {
  await sealingOf(ctx).startBuddy(index)
  return true
}

/** By this address contracts know the Buddy; `binding` is by its Ed25519 key. */
function formatOnchain(member: OnchainMember | null): Json | null {
  return member === null ? null : { address: toHex(member.address), binding: toHex(member.binding) }
}

function orNull(block: HyperBlock | null): Json | null {
  return block === null ? null : formatHyperBlock(block)
}
