// Owns: keccak-256 for the gateway, and EIP-55 addresses (geth spells addresses so where they are keys of an object).
// Called by: format/pool.ts, handlers.

import { getAddress, keccak256 } from 'viem/utils'
import { fromHex, toHex } from '../../primitives.js'
import type { Address, Bytes, Hash32 } from '../../primitives.js'

export function checksumAddress(address: Address): string {
  return getAddress(toHex(address))
}

export function keccak(bytes: Bytes): Hash32 {
  return fromHex(keccak256(bytes))
}
