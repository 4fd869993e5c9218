// Owns: the roots of a body, as the header has them, and the leaves they are over.
// Does not own: the form of the tree (merkle.ts).
// Called by: build.ts, check.ts, proof.ts.

import { encodeEvidence } from '../../buddy/core/codec.js'
import type { Crypto, Hash } from '../../buddy/core/types.js'
import type { Bytes } from '../../codec/bytes.js'
import { encodeRlp } from '../../codec/rlp.js'
import { encodeChange, laneEntryCodec, messageEntryCodec, sessionEntryCodec, supplyEntryCodec } from './hyper-codec.js'
import type { HyperBody, HyperHeader, LaneEntry } from './hyper-types.js'
import { merkleRoot } from './merkle.js'

export type BodyRoots = Pick<HyperHeader, 'lanesRoot' | 'sessionsRoot' | 'messagesRoot' | 'supplyRoot' | 'evidenceRoot' | 'changesRoot'>

export function rootsOf(crypto: Pick<Crypto, 'hash'>, body: HyperBody): BodyRoots {
  const root = (leaves: readonly Bytes[]): Hash => merkleRoot(crypto, leaves)
  return {
    lanesRoot: root(body.lanes.map(laneLeaf)),
    sessionsRoot: root(body.sessions.map((entry) => encodeRlp(sessionEntryCodec.put(entry)))),
    messagesRoot: root(body.messages.map((entry) => encodeRlp(messageEntryCodec.put(entry)))),
    supplyRoot: root(body.supply.map((entry) => encodeRlp(supplyEntryCodec.put(entry)))),
    evidenceRoot: root(body.evidence.map(encodeEvidence)),
    changesRoot: root(body.changes.map(encodeChange)),
  }
}

export function laneLeaf(entry: LaneEntry): Bytes {
  return encodeRlp(laneEntryCodec.put(entry))
}

export function blockCountOf(body: HyperBody): bigint {
  return body.lanes.reduce((sum, { from, to }) => sum + to - from + 1n, 0n)
}
