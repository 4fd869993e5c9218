// Owns: `paralane keygen`: the keys of a Buddy, whose public halves others put into their configuration, or into a contract.
// Does not own: the keys or their files (buddy/signer.ts, buddy/key-file.ts, hyper/onchain-key.ts).
// Called by: program.ts.

import { resolve } from 'node:path'
import { openKeyFile } from '../buddy/key-file.js'
import { initKeccak, keccak256 } from '../evm-lane/engine/keccak.js'
import { onchainKeyFile, openOnchainKey } from '../hyper/onchain-key.js'
import { toHex } from '../primitives.js'

/** Standard output is the public key alone, then the address with `onchain`, for scripts. A key that is there already is never replaced. */
export async function keygen({ out = 'buddy-key.pem', onchain = false }: { out?: string; onchain?: boolean }): Promise<number> {
  const file = resolve(out)
  const { signer, made } = openKeyFile(file)
  process.stderr.write(made ? `Made a new key in ${file}; whoever has this file can vote as this Buddy.\n` : `${file} has a key already.\n`)
  process.stdout.write(`${toHex(signer.key)}\n`)
  if (onchain) {
    await initKeccak()
    const { address } = openOnchainKey(file, keccak256)
    process.stderr.write(`The key for contracts is in ${onchainKeyFile(file)}.\n`)
    process.stdout.write(`${toHex(address)}\n`)
  }
  return 0
}
