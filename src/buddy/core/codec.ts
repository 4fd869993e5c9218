// Owns: the bytes of every message, record, certificate and of the Seal (canonical RLP, bounded, strict).
// Does not own: signatures' preimages (signing.ts) or whether what is decoded is true (certificate.ts).
// Called by: transports and the WAL of the runner, signing.ts, the parts of the core that hash, hyper, the simulator.

import type { Bytes } from '../../codec/bytes.js'
import { array, blob, decodeWith, fixed, flag, indexSet, optional, record, small, uint64, union, word } from '../../codec/fields.js'
import type { Codec } from '../../codec/fields.js'
import { bodyBytesMax, headerBytesMax, keyBytesMax, lanesMax, messageBytesMax, signatureBytesMax, validatorsMax, viewMax } from './limits.js'
import { encodeRlp } from '../../codec/rlp.js'
import type {
  Block,
  Evidence,
  High,
  LaneAttest,
  LaneCert,
  Message,
  Propose,
  Qc,
  Seal,
  Statement,
  Tc,
  Timeout,
  TimeoutVote,
  Validator,
  ValidatorSet,
  Vote,
  VoteKind,
  Votes,
  WalRecord,
} from './types.js'

const hash = fixed(32)
const digest = fixed(64)
const signature = blob(signatureBytesMax)
const view = small(viewMax)
const index = small(validatorsMax - 1)
const height = uint64
const voteKind = word<VoteKind>(['prepare', 'commit'])
const signers = indexSet(validatorsMax)
const signatures = array(signature, validatorsMax)

export const validatorSetCodec: Codec<ValidatorSet> = array(record<Validator>({ key: blob(keyBytesMax), weight: uint64 }), validatorsMax)
const block = record<Block>({ header: blob(headerBytesMax), body: blob(bodyBytesMax), nextSet: optional(validatorSetCodec) })
const vote = record<Vote>({ validator: index, digest, signature })
const qc = record<Qc>({ kind: voteKind, height, view, digest, signers, signatures })
export const highCodec: Codec<High | null> = optional(record<High>({ view, digest }))
const timeoutVote = record<TimeoutVote>({ validator: index, high: highCodec, signature })
const tc = record<Tc>({ height, view, timeouts: array(timeoutVote, validatorsMax), highQc: optional(qc) })
const seal = record<Seal>({ header: blob(headerBytesMax), qc, tc: optional(tc), nextSet: optional(validatorSetCodec) })
export const attestCodec: Codec<LaneAttest> = record<LaneAttest>({
  laneId: uint64,
  number: uint64,
  laneView: view,
  ethBlockHash: hash,
  parentHyperHash: hash,
  stateRoot: hash,
  outboxRoot: hash,
  inboxCursor: uint64,
})
const laneCert = record<LaneCert>({ attest: attestCodec, signers, signatures })

const propose = record<Omit<Propose, 'kind'>>({ height, view, block, tc: optional(tc), signature })
const timeout = record<Omit<Timeout, 'kind'>>({ height, view, validator: index, highQc: optional(qc), signature })
const withKind = <K extends string, T extends object>(kind: K, of: Codec<T>): Codec<T & { kind: K }> => ({
  put: of.put,
  take: (item) => ({ kind, ...of.take(item) }),
})

const message: Codec<Message> = union<Message>({
  propose,
  votes: record<Omit<Votes, 'kind'>>({ vote: voteKind, height, view, votes: array(vote, 2 * validatorsMax), want: flag }),
  timeout,
  qc: record({ height, qc }),
  tc: record({ height, tc }),
  sealed: record({ height, seal, block: optional(block) }),
  ask: record({ height, view: optional(view) }),
  report: record({ height, contributors: signers, certs: array(laneCert, 2 * lanesMax) }),
})

const voteStatement = record({ height, view, validator: index, digest, signature })
const statement: Codec<Statement> = union<Statement>({
  propose: voteStatement,
  prepare: voteStatement,
  commit: voteStatement,
  timeout: record({ height, view, validator: index, high: highCodec, signature }),
  attest: record({ validator: index, attest: attestCodec, signature }),
})
export const evidenceCodec: Codec<Evidence> = record<Evidence>({
  rule: word(['E1', 'E2', 'E3', 'E4', 'E5']),
  height,
  culprit: index,
  first: statement,
  second: optional(statement),
  tc: optional(tc),
})

const ownVote = record({ height, view, digest, signature })
const walRecord: Codec<WalRecord> = union<WalRecord>({
  accepted: record({ propose: withKind('propose', propose) }),
  view: record({ height, view, tc: optional(tc) }),
  proposed: record({ height, view }),
  prepared: ownVote,
  committed: ownVote,
  high: record({ height, qc }),
  'timed-out': record({ height, timeout: withKind('timeout', timeout) }),
  decided: record({ height, seal, block }),
})

export const encodeMessage = (value: Message): Bytes => encodeRlp(message.put(value))
export const encodeSeal = (value: Seal): Bytes => encodeRlp(seal.put(value))
export const encodeQc = (value: Qc): Bytes => encodeRlp(qc.put(value))
export const encodeTc = (value: Tc): Bytes => encodeRlp(tc.put(value))
export const encodeEvidence = (value: Evidence): Bytes => encodeRlp(evidenceCodec.put(value))
export const encodeRecord = (value: WalRecord): Bytes => encodeRlp(walRecord.put(value))
export const encodeValidatorSet = (value: ValidatorSet): Bytes => encodeRlp(validatorSetCodec.put(value))

/** Each answers null for bytes that its encoder would not have written. */
export const decodeMessage = (bytes: Bytes): Message | null => decodeWith(message, bytes, messageBytesMax)
export const decodeSeal = (bytes: Bytes): Seal | null => decodeWith(seal, bytes, messageBytesMax)
export const decodeEvidence = (bytes: Bytes): Evidence | null => decodeWith(evidenceCodec, bytes, messageBytesMax)
export const decodeRecord = (bytes: Bytes): WalRecord | null => decodeWith(walRecord, bytes, messageBytesMax)
