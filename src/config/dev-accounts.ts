// Owns: the publicly known accounts of dev mode, derived from a mnemonic as every Ethereum tool derives them.
// Does not own: the signature itself (handed in), or whether dev mode is on (resolve.ts).
// Called by: node.ts; implements DevAccounts for the gateway.

import { mnemonicToAccount } from 'viem/accounts'
import { assert } from '../assert.js'
import { AppError, errorText } from '../errors.js'
import { concatBytes, fromHex, toHex, type Address, type Bytes, type Hash32 } from '../primitives.js'
import type { DevAccounts } from '../rpc/dev-accounts.js'

export const testMnemonic = 'test test test test test test test test test test test junk'

export type DevAccount = { address: Address; key: Hash32 }
/** r ‖ s and the parity of the point. */
export type SignDigest = (digest: Hash32, key: Hash32) => { signature: Bytes; parity: number }

/** m/44'/60'/0'/0/i. @throws AppError 'config-invalid' for words that are no mnemonic. */
export function deriveDevAccounts(mnemonic: string, count: number): DevAccount[] {
  try {
    return Array.from({ length: count }, (_, addressIndex) => {
      const account = mnemonicToAccount(mnemonic, { addressIndex })
      const key = account.getHdKey().privateKey
      assert(key !== null, 'a derived account has a private key')
      return { address: fromHex(account.address), key: Uint8Array.from(key) }
    })
  } catch (error) {
    throw new AppError('config-invalid', `mnemonic: must be BIP-39 words, ${errorText(error)}`)
  }
}

export function createDevAccounts(accounts: readonly DevAccount[], signDigest: SignDigest): DevAccounts {
  const keys = new Map(accounts.map(({ address, key }) => [toHex(address), key]))
  const keyOf = (address: Address): Hash32 | undefined => keys.get(toHex(address))
  return {
    addresses: () => accounts.map(({ address }) => address),
    key: keyOf,
    sign: (address, digest) => {
      const key = keyOf(address)
      if (key === undefined) throw new AppError('account-unknown', `unknown account ${toHex(address)}`)
      const { signature, parity } = signDigest(digest, key)
      return concatBytes(signature, Uint8Array.of(27 + parity))
    },
  }
}
