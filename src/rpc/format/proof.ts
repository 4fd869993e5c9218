// Owns: the JSON of eth_getProof.
// Called by: handlers/state.ts.

import type { AccountProof } from '../../evm-lane/protocol.js'
import { toHex } from '../../primitives.js'
import type { Address } from '../../primitives.js'
import type { StorageKey } from '../params/storage.js'
import { quantity, quantityOfBytes } from './quantity.js'
import type { Json } from './quantity.js'

/** Proofs come in the order of the keys; a key the caller spelt in fewer than 32 bytes comes back as a quantity, as from geth. */
export function formatProof(address: Address, keys: StorageKey[], proof: AccountProof): Json {
  return {
    address: toHex(address),
    accountProof: proof.accountProof.map(toHex),
    balance: quantity(proof.balance),
    codeHash: toHex(proof.codeHash),
    nonce: quantity(proof.nonce),
    storageHash: toHex(proof.storageHash),
    storageProof: proof.storageProof.map((item, i) => ({
      key: keys[i]?.width === 32 ? toHex(item.slot) : quantityOfBytes(item.slot),
      value: quantity(item.value),
      proof: item.proof.map(toHex),
    })),
  }
}
