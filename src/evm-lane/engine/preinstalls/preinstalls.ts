// Owns: the contracts that every lane of our own has from genesis on, each exactly as its own deployment on that chain id would leave it.
// Does not own: the fork's system contracts (system-contracts.ts), predeploys of Paralane, or writing accounts into state.
// Called by: the engine's genesis, for default lanes; an imported genesis brings its own accounts.

import { deployers } from './deployers.js'
import { entryPoint06 } from './entry-point-06.js'
import { entryPoint07 } from './entry-point-07.js'
import { entryPoint08 } from './entry-point-08.js'
import { entryPoint09 } from './entry-point-09.js'
import { installContract, type Preinstall } from './install-contract.js'
import { permit2 } from './permit2.js'
import type { ContractRecord } from './record.js'
import { safe130 } from './safe-130.js'
import { safe141 } from './safe-141.js'

export const preinstallRecords: readonly ContractRecord[] = [
  ...deployers,
  ...permit2,
  ...entryPoint06,
  ...entryPoint07,
  ...entryPoint08,
  ...entryPoint09,
  ...safe130,
  ...safe141,
]

/** Pure: the same chain id always gives the same bytes. */
export function preinstalls({ chainId }: { chainId: number }): Preinstall[] {
  return preinstallRecords.map((record) => installContract(record, chainId))
}
