// Owns: the three addresses that sessions stand on, the same on every lane. They are those of contracts/portal/SystemAddresses.sol.
// Does not own: what lives there (portal-accounts.ts, the session engine).
// Called by: engine/portal, engine/session, genesis.

import { fromHex, type Address } from '../../../primitives.js'

/** HyperPortal: the way out of a lane. */
export const PORTAL: Address = fromHex('0x5041524100000000000000000000000000000001')
/** Where the portal asks the engine. A call counts only when its caller is exactly the portal, and not by delegation. */
export const GATE: Address = fromHex('0x5041524100000000000000000000000000000002')
/** Sender of deliveries. Nobody has its key. */
export const SYSTEM: Address = fromHex('0x50415241000000000000000000000000000000ff')
