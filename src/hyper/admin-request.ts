// Owns: requests of the network's admin over RPC: what is signed, and whether it is.
// Does not own: changes in Hyper Blocks (change-desk.ts).
// Called by: process/lane-adder.ts, commands/lane-add.ts.

import { createVerifier } from '../buddy/signer.js'
import { ascii, uintBytes } from '../codec/bytes.js'
import { encodeRlp } from '../codec/rlp.js'
import { AppError } from '../errors.js'
import type { Bytes, Hash32 } from '../primitives.js'
import type { HyperGenesis } from './core/hyper-types.js'
import type { Keccak256 } from './session-id.js'

/** `nonce` is that of the next signed change: a request is good until the network has changed. */
export type AdminRequest = { text: string; nonce: bigint; signature: Bytes }

/** What the admin signs: keccak256(rlp(["PLR1", genesisHash, nonce, text])). */
export function adminRequestPreimage(keccak256: Keccak256, genesisHash: Hash32, { text, nonce }: Omit<AdminRequest, 'signature'>): Hash32 {
  return keccak256(encodeRlp([ascii('PLR1'), genesisHash, uintBytes(nonce), new TextEncoder().encode(text)]))
}

/** @throws AppError 'not-allowed', 'invalid-params'. */
export function checkAdminRequest(
  keccak256: Keccak256,
  { document, hash, nonce }: { document: HyperGenesis; hash: Hash32; nonce: bigint },
  request: AdminRequest,
): void {
  const { adminKey } = document.params
  if (adminKey === null) throw new AppError('not-allowed', 'this network has no admin')
  if (!createVerifier()(adminKey, adminRequestPreimage(keccak256, hash, request), request.signature)) {
    throw new AppError('not-allowed', 'the request is not signed by the admin of this network')
  }
  if (request.nonce !== nonce) throw new AppError('invalid-params', `the next nonce is ${nonce}, not ${request.nonce}`)
}
