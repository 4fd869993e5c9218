// Owns: the 0x7e transaction, in the OP-stack deposit encoding: what enters a lane from outside (L6, S6).
// Does not own: executing what it stands for (session/). No user can submit one: the pool's decoder knows types 0 to 4 only.
// Called by: session/leg-tx.ts (makes), chain-store (reads back), importers and replays.

import { RLP } from '@ethereumjs/rlp'
import { AppError } from '../../errors.js'
import { bareHex, bigintToBytes, bytesToBigint, concatBytes } from '../../primitives.js'
import type { Bytes, Hash32 } from '../../primitives.js'
import { keccak256 } from './keccak.js'
import type { LaneTx, SystemFields } from './tx.js'

export const systemTxType = 0x7e

/** Unique per transaction: the session and the place within it on this lane. */
export function sourceHash(session: Hash32, chainId: number, index: number): Hash32 {
  return keccak256(concatBytes(session, Buffer.from(`${chainId}/${index}`, 'ascii')))
}

export function systemTx(fields: SystemFields): LaneTx {
  const { sourceHash: source, from, to, mint, value, gas, data } = fields
  const body = RLP.encode([source, from, to, bigintToBytes(mint), bigintToBytes(value), bigintToBytes(gas), new Uint8Array(0), data])
  return wrap(concatBytes(Uint8Array.of(systemTxType), body), fields)
}

/** Inverse of systemTx, for blocks of the lane's own store. */
export function decodeSystemTx(raw: Bytes): LaneTx {
  const [source, from, to, mint, value, gas, , data] = RLP.decode(raw.subarray(1)) as Bytes[]
  return wrap(raw, {
    sourceHash: source as Bytes,
    from: from as Bytes,
    to: to as Bytes,
    mint: bytesToBigint(mint as Bytes),
    value: bytesToBigint(value as Bytes),
    gas: bytesToBigint(gas as Bytes),
    data: data as Bytes,
  })
}

function wrap(raw: Bytes, system: SystemFields): LaneTx {
  const hash = keccak256(raw)
  return {
    raw,
    hash,
    hashKey: bareHex(hash),
    sender: system.from,
    senderKey: bareHex(system.from),
    type: systemTxType,
    nonce: 0n,
    gasLimit: system.gas,
    feeCap: 0n,
    tipCap: 0n,
    to: system.to,
    value: system.value,
    cost: 0n,
    blobs: 0,
    plain: null,
    system,
    lib: () => {
      throw new AppError('internal', 'a system transaction has no form in the library')
    },
  }
}
