// Owns: turning a written-down contract into the account that it is on one chain: immutables that depend on the chain id are computed anew.
// Does not own: which contracts there are (the data files) or where they go (preinstalls.ts, system-contracts.ts).
// Called by: preinstalls.ts, system-contracts.ts.

import { bigintToFixed, concatBytes, fromHex } from '../../../primitives.js'
import { keccak256 } from '../keccak.js'
import type { ChainBound, ContractRecord } from './record.js'

export type Preinstall = {
  address: Uint8Array
  name: string
  nonce: bigint
  code: Uint8Array
  /** 32-byte slots and values; absent when the constructor wrote none. */
  storage?: [slot: Uint8Array, value: Uint8Array][]
}

export function installContract(record: ContractRecord, chainId: number): Preinstall {
  const address = fromHex(record.address)
  const code = fromHex(record.code)
  if (record.chainBound !== undefined) bindToChain(code, record.chainBound, address, chainId)
  const account = { address, name: record.name, nonce: record.nonce ?? 1n, code }
  if (record.storage === undefined) return account
  return { ...account, storage: record.storage.map(([slot, value]) => [bigintToFixed(slot, 32), bigintToFixed(value, 32)]) }
}

function bindToChain(code: Uint8Array, bound: ChainBound, address: Uint8Array, chainId: number): void {
  code.set(bigintToFixed(BigInt(chainId), 32), bound.chainIdAt)
  code.set(domainSeparator(bound.domain, address, chainId), bound.separatorAt)
}

/** EIP-712: keccak of the hashed type, the hashed strings, the chain id and the contract, a word each. */
function domainSeparator(domain: ChainBound['domain'], contract: Uint8Array, chainId: number): Uint8Array {
  const strings = domain.version === undefined ? [domain.name] : [domain.name, domain.version]
  const fields = domain.version === undefined ? 'string name' : 'string name,string version'
  return keccak256(
    concatBytes(
      hashText(`EIP712Domain(${fields},uint256 chainId,address verifyingContract)`),
      ...strings.map(hashText),
      bigintToFixed(BigInt(chainId), 32),
      new Uint8Array(12),
      contract,
    ),
  )
}

function hashText(text: string): Uint8Array {
  return keccak256(new TextEncoder().encode(text))
}
