// Owns: the bytes that a Buddy signs, per kind of statement (B1), and the digests in them.
// Does not own: keys and signature schemes (injected).
// Called by: certificate.ts, evidence.ts and the handlers that sign.

import { ascii, joinBytes, uintBytes } from '../../codec/bytes.js'
import type { Bytes } from '../../codec/bytes.js'
import { attestCodec, encodeTc, highCodec } from './codec.js'
import { encodeRlp } from '../../codec/rlp.js'
import type { Digest, Hash, High, Judge, LaneAttest, Statement, Tc } from './types.js'

const domain = ascii('BBS1')
/** Numbers are part of what is signed: never reused. */
const kindNumbers = { propose: 1n, prepare: 2n, commit: 3n, timeout: 4n, attest: 5n } as const
const noJustification = new Uint8Array(32)

/** keccak256(rlp(["BBS1", genesisHyperHash, kind, h, v, digest])) */
export function preimage(env: Judge, kind: 'propose' | 'prepare' | 'commit', height: bigint, view: number, digest: Digest): Hash {
  return signed(env, kind, height, view, digest)
}

export function timeoutPreimage(env: Judge, height: bigint, view: number, high: High | null): Hash {
  return signed(env, 'timeout', height, view, encodeRlp(highCodec.put(high)))
}

export function attestPreimage(env: Judge, attest: LaneAttest): Hash {
  return signed(env, 'attest', attest.number, attest.laneView, encodeRlp(attestCodec.put(attest)))
}

export function statementPreimage(env: Judge, statement: Statement): Hash {
  switch (statement.kind) {
    case 'timeout':
      return timeoutPreimage(env, statement.height, statement.view, statement.high)
    case 'attest':
      return attestPreimage(env, statement.attest)
    default:
      return preimage(env, statement.kind, statement.height, statement.view, statement.digest)
  }
}

/** headerHash ‖ justHash (B2): a vote also says by which justification it was cast. */
export function digestOf(env: Judge, headerHash: Hash, tc: Tc | null): Digest {
  return joinBytes(headerHash, tc === null ? noJustification : env.crypto.hash(encodeTc(tc)))
}

export function headerHashOf(digest: Digest): Hash {
  return digest.subarray(0, 32)
}

export function justHashOf(digest: Digest): Hash {
  return digest.subarray(32)
}

function signed(env: Judge, kind: keyof typeof kindNumbers, height: bigint, view: number, content: Bytes): Hash {
  const items = [domain, env.genesisHash, uintBytes(kindNumbers[kind]), uintBytes(height), uintBytes(BigInt(view)), content]
  return env.crypto.hash(encodeRlp(items))
}
