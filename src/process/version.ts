// Owns: the version of this package, read from its package.json.
// Called by: commands, node.ts (web3_clientVersion).

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const version = readVersion(dirname(fileURLToPath(import.meta.url)))

export const clientVersion = `Paralane/v${version}/${process.platform}-${process.arch}/node${process.versions.node}`

/** The compiled files lie some folders below package.json. */
function readVersion(folder: string): string {
  const path = join(folder, 'package.json')
  if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
  return readVersion(dirname(folder))
}
