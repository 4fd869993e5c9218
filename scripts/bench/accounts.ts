// The accounts of a run: the twenty publicly known dev accounts that pay, and fresh ones derived from the printed seed.
// Does not know balances or nonces (funding.ts does).
import { pbkdf2Sync } from 'node:crypto'
import { HDKey } from 'viem/accounts'
import { addressOf, keccak } from './signer.js'

export type Account = { privateKey: Uint8Array; address: Uint8Array }

const DEV_MNEMONIC = 'test test test test test test test test test test test junk'
const DEV_ACCOUNTS = 20
const BIP39_ROUNDS = 2048

let devAccountsOnce: Account[] | null = null

export function devAccounts(): Account[] {
  devAccountsOnce ??= deriveDevAccounts()
  return devAccountsOnce
}

/** The same seed and scope give the same accounts again; a scope of its own per run keeps every run's accounts fresh. */
export function seededAccounts(seed: string, scope: string, count: number): Account[] {
  return Array.from({ length: count }, (_, index) => fromPrivateKey(keccak(Buffer.from(`${seed}/${scope}/${index}`))))
}

export function hex(bytes: Uint8Array): `0x${string}` {
  return `0x${Buffer.from(bytes).toString('hex')}`
}

function deriveDevAccounts(): Account[] {
  // BIP-39: the salt is the word "mnemonic" followed by the (empty) passphrase.
  const root = HDKey.fromMasterSeed(pbkdf2Sync(DEV_MNEMONIC, 'mnemonic', BIP39_ROUNDS, 64, 'sha512'))
  const parent = root.derive("m/44'/60'/0'/0")
  return Array.from({ length: DEV_ACCOUNTS }, (_, index) => {
    const { privateKey } = parent.deriveChild(index)
    if (!privateKey) throw new Error(`dev account ${index} has no private key`)
    return fromPrivateKey(privateKey)
  })
}

function fromPrivateKey(privateKey: Uint8Array): Account {
  return { privateKey, address: addressOf(privateKey) }
}
