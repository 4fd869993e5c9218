// Owns: `paralane keygen`: the key of a Buddy, whose public half others put into their configuration.
// Does not own: the key or its file (buddy/signer.ts, buddy/key-file.ts).
// Called by: program.ts.

import { resolve } from 'node:path'
import { openKeyFile } from '../buddy/key-file.js'
import { toHex } from '../primitives.js'

/** Standard output is the public key alone, for scripts. A key that is there already is never replaced. */
export function keygen({ out = 'buddy-key.pem' }: { out?: string }): number {
  const file = resolve(out)
  const { signer, made } = openKeyFile(file)
  process.stderr.write(made ? `Made a new key in ${file}; whoever has this file can vote as this Buddy.\n` : `${file} has a key already.\n`)
  process.stdout.write(`${toHex(signer.key)}\n`)
  return 0
}
