// Owns: a batch of store operations as bytes, so that the coordinator's journal can hold what a lane is going to write (S11).
// Called by: session-block.ts, recover.ts.

import { decodeRlp, encodeRlp } from '../../../codec/rlp.js'
import type { StoreOp } from '../../../store/store.js'
import type { Bytes } from '../../../primitives.js'

/** A put has key and value, a deletion the key alone. */
export function encodeOps(ops: StoreOp[]): Uint8Array {
  return encodeRlp(ops.map((op) => (op.type === 'put' ? [op.key, op.value] : [op.key])))
}

export function decodeOps(bytes: Bytes): StoreOp[] {
  return (decodeRlp(bytes) as Bytes[][]).map(([key, value]): StoreOp => {
    if (value === undefined) return { type: 'del', key: key as Bytes }
    return { type: 'put', key: key as Bytes, value }
  })
}
