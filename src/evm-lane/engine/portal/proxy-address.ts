// Owns: where the proxy of an account of another lane is; equal to the portal's computeCrossChainProxyAddress.
// Does not own: whether it exists there (the portal's storage says).
// Called by: engine/session.

import { bigintToFixed, concatBytes, fromHex, type Address } from '../../../primitives.js'
import { keccak256 } from '../keccak.js'
import { PORTAL } from './addresses.js'
import { proxyInitCodeHash } from './portal-code.js'

const create2Prefix = concatBytes(Uint8Array.of(0xff), PORTAL)
const initCodeHash = fromHex(proxyInitCodeHash)

/** The same on every lane: it depends on the account and its lane alone (S4). */
export function proxyAddress(original: Address, chainId: bigint): Address {
  const salt = keccak256(concatBytes(bigintToFixed(chainId, 32), original))
  return keccak256(concatBytes(create2Prefix, salt, initCodeHash)).slice(12)
}
