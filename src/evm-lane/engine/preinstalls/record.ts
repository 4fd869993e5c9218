// Owns: the shape in which a well-known contract is written down in this folder.
// Does not own: the contracts themselves (the data files beside it) or their use (preinstalls.ts, system-contracts.ts).
// Called by: the data files of this folder and what reads them.

export type Hex = `0x${string}`

/** Where a contract keeps the EIP-712 domain that its constructor computed for its chain: two immutables, 32 bytes each, inside the code. */
export type ChainBound = {
  readonly domain: { readonly name: string; readonly version?: string }
  readonly chainIdAt: number
  readonly separatorAt: number
}

export type ContractRecord = {
  readonly name: string
  readonly address: Hex
  /** Where the bytes were taken from. */
  readonly source: string
  /** SPDX identifier of the contract's source. */
  readonly licence: string
  /** keccak256 of `code`; where the code is bound to a chain, it is written down as for chain id 1. */
  readonly codeHash: Hex
  /** What the account's nonce is after deployment; 1 (EIP-161) unless the constructor made contracts. */
  readonly nonce?: bigint
  /** Slots that the constructor wrote. */
  readonly storage?: readonly (readonly [slot: bigint, value: bigint])[]
  readonly chainBound?: ChainBound
  readonly code: Hex
}
