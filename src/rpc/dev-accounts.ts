// Owns: the interface of the publicly known accounts that sign for callers in dev mode (eth_accounts, eth_sendTransaction, eth_sign*).
// Does not own: their derivation from the mnemonic (config/dev-accounts.ts), or whether dev mode is on (config).
// Called by: handlers of the accounts methods.

import type { Address, Bytes, Hash32 } from '../primitives.js'

export interface DevAccounts {
  addresses(): Address[]
  /** Private key, or undefined when the address is not one of ours. */
  key(address: Address): Hash32 | undefined
  /** 65-byte signature r ‖ s ‖ v of a 32-byte digest, v 27 or 28. @throws AppError 'account-unknown'. */
  sign(address: Address, digest: Hash32): Bytes
}
