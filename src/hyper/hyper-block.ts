// Owns: a sealed Hyper Block as the process handles it: what consensus handed over, and what is in it.
// Does not own: keeping it (hyper-store.ts).
// Called by: sealing.ts, cycles.ts, the reader, rpc.

import { decodeBody, decodeHeader } from './core/hyper-codec.js'
import type { HyperBody, HyperHeader } from './core/hyper-types.js'
import { encodeSeal } from '../buddy/core/codec.js'
import type { Block, Seal } from '../buddy/core/types.js'
import { AppError } from '../errors.js'
import type { Bytes, Hash32 } from '../primitives.js'

/** As consensus hands it over. */
export type Sealed = { seal: Seal; block: Block }
export type HyperBlock = Sealed & { hash: Hash32; header: HyperHeader; body: HyperBody; sealBytes: Bytes }

/** @throws AppError 'store-corrupt' for bytes that no Buddy would have voted for. */
export function readHyperBlock(keccak256: (bytes: Uint8Array) => Uint8Array, sealed: Sealed): HyperBlock {
  const header = decodeHeader(sealed.block.header)
  const body = decodeBody(sealed.block.body)
  if (header === null || body === null) throw new AppError('store-corrupt', `Hyper Block ${sealed.seal.qc.height} cannot be read`)
  return { ...sealed, hash: keccak256(sealed.block.header), header, body, sealBytes: encodeSeal(sealed.seal) }
}
