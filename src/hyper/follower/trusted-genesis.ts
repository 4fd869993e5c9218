// Owns: the Hyper genesis that a Buddy trusts: the file that its operator gave, kept in the data folder from the first start on.
// Does not own: its form (core/genesis.ts), what it says.
// Called by: the Buddy process, replay.

import { mkdirSync, readFileSync } from 'node:fs'
import { AppError, errorText } from '../../errors.js'
import { equalBytes, toHex } from '../../primitives.js'
import { replaceFile } from '../../whole-file.js'
import { genesisFromJson } from '../core/genesis.js'
import { genesisHashOf } from '../core/hyper-codec.js'
import type { HyperGenesis } from '../core/hyper-types.js'
import { JsonMistake } from '../core/json-fields.js'
import { genesisFile, readGenesis } from '../genesis-file.js'
import type { Keccak256 } from '../session-id.js'

/** @throws AppError 'config-invalid' for a file that is none. */
export function readTrustedGenesis(file: string, keccak256: Keccak256): HyperGenesis {
  try {
    return genesisFromJson({ hash: keccak256 }, JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (error instanceof JsonMistake) throw new AppError('config-invalid', `genesis: ${file}: ${error.message}`)
    throw new AppError('config-invalid', `genesis: cannot read ${file}: ${errorText(error)}`)
  }
}

/** @throws AppError 'genesis-mismatch' when the data folder is that of another network. */
export function keepTrustedGenesis(file: string, dataDir: string, keccak256: Keccak256): HyperGenesis {
  const given = readTrustedGenesis(file, keccak256)
  const kept = readGenesis(dataDir, keccak256)
  if (kept === null) {
    mkdirSync(dataDir, { recursive: true })
    replaceFile(genesisFile(dataDir), readFileSync(file, 'utf8'))
    return given
  }
  const [own, other] = [kept, given].map((genesis) => genesisHashOf({ hash: keccak256 }, genesis)) as [Uint8Array, Uint8Array]
  if (!equalBytes(own, other)) {
    throw new AppError('genesis-mismatch', `${dataDir} is of the network ${toHex(own)}, ${file} is the genesis of ${toHex(other)}`, { file })
  }
  return kept
}
