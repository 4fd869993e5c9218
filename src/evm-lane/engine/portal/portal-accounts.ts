// Owns: the accounts that the portal needs in the genesis of every lane.
// Does not own: their code (contracts/, portal-code.ts) or writing accounts into state.
// Called by: the engine's genesis.

import { fromHex, type Address } from '../../../primitives.js'
import { GATE, PORTAL } from './addresses.js'
import { gateCode, portalCode } from './portal-code.js'

export type PortalAccount = { address: Address; name: string; nonce: bigint; code: Uint8Array }

/** SYSTEM is none of them: it is an ordinary account without code, made when it first sends. */
export function portalAccounts(): PortalAccount[] {
  return [
    { address: PORTAL, name: 'HyperPortal', nonce: 1n, code: fromHex(portalCode) },
    // Whoever is not the portal meets INVALID here. Having code, the account is never empty, so a value sent to it costs no more gas for making it.
    { address: GATE, name: 'Gate', nonce: 1n, code: fromHex(gateCode) },
  ]
}
