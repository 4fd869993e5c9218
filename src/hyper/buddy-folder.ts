// Owns: where the Buddies of a data folder have their keys and logs.
// Called by: genesis-file.ts, sealer-host.ts, commands.

import { join } from 'node:path'

export function buddyFolder(dataDir: string, index: number): string {
  return join(dataDir, `buddy-${index}`)
}

export function buddyKeyFile(dataDir: string, index: number): string {
  return join(buddyFolder(dataDir, index), 'key.pem')
}
