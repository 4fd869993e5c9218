// Owns: the JSON of Hyper Blocks, their parts and their Seals. `headerRlp`, `bodyRlp` and `sealRlp` are the exact bytes: a verifier reads those only.
// Called by: handlers/hyper-blocks.ts, subscriptions.ts.

import { encodeChange } from '../../hyper/core/hyper-codec.js'
import type { LaneEntry, MessageEntry, SessionEntry, SignedChange, SupplyEntry } from '../../hyper/core/hyper-types.js'
import type { Evidence, HyperBlock, Seal, ValidatorSet } from '../../hyper/sealing-reader.js'
import { toHex } from '../../primitives.js'
import { quantity } from './quantity.js'
import type { Json } from './quantity.js'

/** Header and Seal: what a head notification tells. */
export function formatHyperHead({ header, hash, seal, sealBytes, block }: HyperBlock): Json {
  return {
    number: quantity(header.number),
    hash: toHex(hash),
    parentHash: toHex(header.parentHash),
    version: quantity(header.version),
    genesisHash: toHex(header.genesisHash),
    timestampMs: quantity(header.timestampMs),
    view: quantity(header.view),
    proposer: quantity(header.proposer),
    setHash: toHex(header.setHash),
    nextSetHash: toHex(header.nextSetHash),
    lanesRoot: toHex(header.lanesRoot),
    sessionsRoot: toHex(header.sessionsRoot),
    messagesRoot: toHex(header.messagesRoot),
    supplyRoot: toHex(header.supplyRoot),
    evidenceRoot: toHex(header.evidenceRoot),
    changesRoot: toHex(header.changesRoot),
    laneBlockCount: quantity(header.laneBlockCount),
    paramsHash: toHex(header.paramsHash),
    seal: formatSeal(seal),
    headerRlp: toHex(block.header),
    sealRlp: toHex(sealBytes),
  }
}

export function formatHyperBlock(hyperBlock: HyperBlock): Json {
  const { body, block } = hyperBlock
  return {
    ...formatHyperHead(hyperBlock),
    lanes: body.lanes.map(formatLaneEntry),
    sessions: body.sessions.map(formatSessionEntry),
    messages: body.messages.map(formatMessageEntry),
    supply: body.supply.map(formatSupplyEntry),
    evidence: body.evidence.map(formatEvidence),
    changes: body.changes.map(formatChange),
    bodyRlp: toHex(block.body),
  }
}

function formatLaneEntry(entry: LaneEntry): Json {
  return {
    chainId: quantity(entry.chainId),
    from: quantity(entry.from),
    to: quantity(entry.to),
    tipHash: toHex(entry.tipHash),
    stateRoot: toHex(entry.stateRoot),
    blocksRoot: toHex(entry.blocksRoot),
    configHash: toHex(entry.configHash),
    txCount: quantity(entry.txCount),
    gasUsed: quantity(entry.gasUsed),
    supply: quantity(entry.supply),
    burned: quantity(entry.burned),
    bridgedIn: quantity(entry.bridgedIn),
    bridgedOut: quantity(entry.bridgedOut),
  }
}

export function formatEvidence(evidence: Evidence): Json {
  const { rule, height, culprit } = evidence
  return { rule, number: quantity(height), culprit: quantity(culprit) }
}

export function formatSet(set: ValidatorSet): Json[] {
  return set.map(({ key, weight }, index) => ({ index: quantity(index), key: toHex(key), weight: quantity(weight) }))
}

/** `view`: in which the quorum was reached; signers are places in the set of the block's `setHash`. */
function formatSeal({ qc, nextSet }: Seal): Json {
  return { view: quantity(qc.view), signers: qc.signers.map(quantity), nextSet: nextSet === null ? null : formatSet(nextSet) }
}

function formatSessionEntry({ id, transcriptHash, batch, place }: SessionEntry): Json {
  return { session: toHex(id), transcriptHash: toHex(transcriptHash), batch: quantity(batch), index: quantity(place) }
}

function formatMessageEntry({ kind, id, chainId, number, success }: MessageEntry): Json {
  return { kind, messageId: toHex(id), chainId: quantity(chainId), blockNumber: quantity(number), success }
}

function formatSupplyEntry({ currency, lanes, inFlight, burned, destroyed }: SupplyEntry): Json {
  return { currency, lanes: quantity(lanes), inFlight: quantity(inFlight), burned: quantity(burned), destroyed: quantity(destroyed) }
}

function formatChange(signed: SignedChange): Json {
  const { nonce, change } = signed
  const what =
    change.kind === 'lane-add'
      ? { chainId: quantity(change.lane.chainId), name: change.lane.name }
      : { key: toHex(change.key), weight: quantity(change.weight) }
  return { nonce: quantity(nonce), kind: change.kind, ...what, rlp: toHex(encodeChange(signed)) }
}
