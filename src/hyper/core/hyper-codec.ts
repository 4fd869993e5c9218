// Owns: the bytes of headers, bodies, the genesis document, changes and rosters (canonical RLP, bounded, strict), and a header's and genesis' hash.
// Does not own: whether what is decoded is true (check.ts, verify.ts).
// Called by: hyper/core, the hyper shell, the light verifier.

import { evidenceCodec, validatorSetCodec } from '../../buddy/core/codec.js'
import type { Crypto, Hash, HeaderFacts, ValidatorSet } from '../../buddy/core/types.js'
import { ascii, uintBytes } from '../../codec/bytes.js'
import type { Bytes } from '../../codec/bytes.js'
import { array, blob, decodeWith, fixed, flag, optional, record, small, text, uint256, uint64, union, word } from '../../codec/fields.js'
import type { Codec } from '../../codec/fields.js'
import { CodecError, encodeRlp } from '../../codec/rlp.js'
import type { Change, GenesisLane, HyperBody, HyperGenesis, HyperHeader, HyperParams, LaneEntry, MessageEntry, Roster, SessionEntry, SignedChange, SupplyEntry } from './hyper-types.js' // prettier-ignore
import * as limits from './hyper-limits.js'

type Hasher = Pick<Crypto, 'hash'>

const hash = fixed(32)
const chainId = small(Number.MAX_SAFE_INTEGER)
const count = small(Number.MAX_SAFE_INTEGER)
const key = blob(limits.keyBytesMax)
const signature = blob(limits.signatureBytesMax)
const millis = small(0xffff_ffff)
const name = text(limits.nameLengthMax)

/** Of another version nothing more is read than that it is another. */
const version: Codec<1> = {
  put: small(1).put,
  take: (item) => {
    if (small(0xffff).take(item) !== 1) throw new CodecError('another version')
    return 1
  },
}

const header = record<HyperHeader>({
  version,
  genesisHash: hash,
  number: uint64,
  parentHash: hash,
  timestampMs: uint64,
  view: small(limits.viewMax),
  proposer: small(limits.validatorsMax - 1),
  setHash: hash,
  nextSetHash: hash,
  lanesRoot: hash,
  sessionsRoot: hash,
  messagesRoot: hash,
  supplyRoot: hash,
  evidenceRoot: hash,
  changesRoot: hash,
  laneBlockCount: uint64,
  paramsHash: hash,
})

export const laneEntryCodec: Codec<LaneEntry> = record<LaneEntry>({
  chainId,
  from: uint64,
  to: uint64,
  tipHash: hash,
  stateRoot: hash,
  blocksRoot: hash,
  configHash: hash,
  txCount: count,
  gasUsed: uint64,
  supply: uint256,
  burned: uint256,
  bridgedIn: uint256,
  bridgedOut: uint256,
})
export const sessionEntryCodec: Codec<SessionEntry> = record<SessionEntry>({ id: hash, transcriptHash: hash, batch: count, place: count })
export const messageEntryCodec: Codec<MessageEntry> = record<MessageEntry>({
  kind: word<MessageEntry['kind']>(['sent', 'delivered']),
  id: hash,
  chainId,
  number: uint64,
  success: flag,
})
export const supplyEntryCodec: Codec<SupplyEntry> = record<SupplyEntry>({
  currency: name,
  lanes: uint256,
  inFlight: uint256,
  burned: uint256,
  destroyed: uint256,
})

const genesisLane = record<GenesisLane>({
  chainId,
  name,
  genesisHash: hash,
  stateRoot: hash,
  configHash: hash,
  currency: name,
  supply: uint256,
})
const change: Codec<Change> = union<Change>({
  'lane-add': record({ lane: genesisLane }),
  'buddy-set': record({ key, weight: uint64 }),
})
const signedChangeCodec: Codec<SignedChange> = record<SignedChange>({ nonce: uint64, change, signature })

const body = record<HyperBody>({
  lanes: array(laneEntryCodec, limits.lanesMax),
  sessions: array(sessionEntryCodec, limits.sessionsMax),
  messages: array(messageEntryCodec, limits.messagesMax),
  supply: array(supplyEntryCodec, limits.currenciesMax),
  evidence: array(evidenceCodec, limits.evidenceMax),
  changes: array(signedChangeCodec, limits.changesMax),
})

const params = record<HyperParams>({ periodMs: millis, censorMs: millis, driftMs: millis, adminKey: optional(key) })
const genesis = record<HyperGenesis>({
  version,
  timestampMs: uint64,
  lanes: array(genesisLane, limits.lanesMax),
  set: validatorSetCodec,
  params,
})
const setSince = record<{ from: bigint; set: ValidatorSet }>({ from: uint64, set: validatorSetCodec })
const roster = record<Roster>({ lanes: array(genesisLane, limits.lanesMax), sets: array(setSince, limits.setsMax), nonce: uint64 })

export const encodeHeader = (value: HyperHeader): Bytes => encodeRlp(header.put(value))
export const encodeBody = (value: HyperBody): Bytes => encodeRlp(body.put(value))
export const encodeGenesis = (value: HyperGenesis): Bytes => encodeRlp(genesis.put(value))
export const encodeChange = (value: SignedChange): Bytes => encodeRlp(signedChangeCodec.put(value))
export const encodeRoster = (value: Roster): Bytes => encodeRlp(roster.put(value))

/** Each answers null for bytes that its encoder would not have written. */
export const decodeHeader = (bytes: Bytes): HyperHeader | null => decodeWith(header, bytes, limits.headerBytesMax)
export const decodeBody = (bytes: Bytes): HyperBody | null => decodeWith(body, bytes, limits.bodyBytesMax)
export const decodeGenesis = (bytes: Bytes): HyperGenesis | null => decodeWith(genesis, bytes, limits.genesisBytesMax)
export const decodeChange = (bytes: Bytes): SignedChange | null => decodeWith(signedChangeCodec, bytes, limits.headerBytesMax)
export const decodeRoster = (bytes: Bytes): Roster | null => decodeWith(roster, bytes, limits.rosterBytesMax)

/** What consensus reads of a header: Buddy's Env wants it. */
export function readHeader(bytes: Bytes): HeaderFacts | null {
  const read = decodeHeader(bytes)
  if (read === null) return null
  const { number, parentHash, view, proposer, setHash, nextSetHash } = read
  return { number, parentHash, view, proposer, setHash, nextSetHash }
}

export function genesisHashOf(crypto: Hasher, value: HyperGenesis): Hash {
  return crypto.hash(encodeGenesis(value))
}

export function paramsHashOf(crypto: Hasher, value: HyperParams): Hash {
  return crypto.hash(encodeRlp(params.put(value)))
}

/** What the admin signs: keccak256(rlp(["PLC1", genesisHash, nonce, change])). */
export function changePreimage(crypto: Hasher, genesisHash: Hash, value: Omit<SignedChange, 'signature'>): Hash {
  return crypto.hash(encodeRlp([ascii('PLC1'), genesisHash, uintBytes(value.nonce), change.put(value.change)]))
}
