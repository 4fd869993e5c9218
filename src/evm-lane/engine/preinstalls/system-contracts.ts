// Owns: the contracts that a fork itself requires (EIP-4788 from Cancun on; EIP-2935, EIP-7002 and EIP-7251 from Prague on).
// Does not own: the system calls into them (the VM makes those at the start and the end of a block) or the fork schedule.
// Called by: the engine's genesis, for every default lane whose fork needs them.

import { installContract, type Preinstall } from './install-contract.js'
import { systemCode } from './system-code.js'

/**
 * Accounts as their deployment transactions leave them. The two request queues therefore start inhibited (slot 0 is 2^256 - 1, as the
 * EIPs demand before activation): the system call at the end of the first Prague block lifts it, so a request in that very block reverts.
 */
export function systemContracts(): Preinstall[] {
  // None of them reads the chain id at deployment.
  return systemCode.map((record) => installContract(record, 0))
}
