// Owns: the genesis document of the network in the data folder: made once from the lanes' genesis blocks and the Buddies' keys, then only read.
// Does not own: its form (core/genesis.ts), the keys (buddy/key-file.ts).
// Called by: sealing.ts, commands.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ValidatorSet } from '../buddy/core/types.js'
import { openKeyFile } from '../buddy/key-file.js'
import { AppError } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { LaneSpec } from '../evm-lane/lane-spec.js'
import { equalBytes, toHex } from '../primitives.js'
import type { Bytes } from '../primitives.js'
import { replaceFile } from '../whole-file.js'
import { buddyFolder, buddyKeyFile } from './buddy-folder.js'
import { genesisFromJson, genesisToJson } from './core/genesis.js'
import type { GenesisLane, HyperGenesis } from './core/hyper-types.js'
import { JsonMistake } from './core/json-fields.js'
import type { Keccak256 } from './session-id.js'

export type GenesisWish = {
  dataDir: string
  /** Buddies whose keys are made here, or the set of those that are processes of their own. */
  buddies: number | ValidatorSet
  params: { periodMs: number; censorMs: number; driftMs: number }
  /** Public; null makes one whose file stays in the data folder. */
  adminKey: Bytes | null
  /** What every lane's coin is called: sums of one currency are kept over all lanes (S11). */
  currency: string
  nowMs: number
}

export function genesisFile(dataDir: string): string {
  return join(dataDir, 'hyper-genesis.json')
}

export function adminKeyFile(dataDir: string): string {
  return join(dataDir, 'admin.pem')
}

/** Everything that the first start of a network makes, besides its lanes. */
export function networkFiles(dataDir: string, buddies: number): string[] {
  const folders = Array.from({ length: buddies }, (_, index) => buddyFolder(dataDir, index))
  return [genesisFile(dataDir), adminKeyFile(dataDir), join(dataDir, 'hyper'), ...folders]
}

/** null: the network has not begun. @throws AppError 'store-corrupt'. */
export function readGenesis(dataDir: string, keccak256: Keccak256): HyperGenesis | null {
  const file = genesisFile(dataDir)
  if (!existsSync(file)) return null
  try {
    return genesisFromJson({ hash: keccak256 }, JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (!(error instanceof JsonMistake) && !(error instanceof SyntaxError)) throw error
    throw new AppError('store-corrupt', `${file}: ${error.message}`, { file })
  }
}

/** `lanes`: those of the network, in any order. @throws AppError 'store-failed'. */
export function makeGenesis(lanes: readonly GenesisLane[], wish: GenesisWish, keccak256: Keccak256): HyperGenesis {
  const genesis: HyperGenesis = {
    version: 1,
    timestampMs: BigInt(wish.nowMs),
    lanes: [...lanes].sort((a, b) => a.chainId - b.chainId),
    set: typeof wish.buddies === 'number' ? ownSet(wish.dataDir, wish.buddies) : wish.buddies,
    params: { ...wish.params, adminKey: wish.adminKey ?? openKeyFile(adminKeyFile(wish.dataDir)).signer.key },
  }
  // On disk before anything else: keys and logs belong to it from now on.
  replaceFile(genesisFile(wish.dataDir), `${JSON.stringify(genesisToJson({ hash: keccak256 }, genesis), null, 2)}\n`)
  return genesis
}

function ownSet(dataDir: string, count: number): ValidatorSet {
  return Array.from({ length: count }, (_, index) => ({ key: openKeyFile(buddyKeyFile(dataDir, index)).signer.key, weight: 1n }))
}

/** What a network has to know of a lane that begins. @throws AppError 'lane-unavailable', 'history-pruned'. */
export async function genesisLane(lane: LaneClient, currency: string, keccak256: Keccak256): Promise<GenesisLane> {
  const { chainId, name } = lane.spec
  const [fact] = await lane.call('blockFacts', { from: 0n, max: 1 })
  if (fact === undefined) throw new AppError('lane-unavailable', `lane ${name} has no genesis block`)
  return {
    chainId,
    name,
    genesisHash: fact.hash,
    stateRoot: fact.stateRoot,
    configHash: laneConfigHash(lane.spec, keccak256),
    currency,
    supply: fact.supply,
  }
}

/** The rules that the lane's blocks follow from its genesis on; its accounts are in the state root. */
function laneConfigHash({ chainId, genesis }: LaneSpec, keccak256: Keccak256): Bytes {
  const rules = genesis.kind === 'geth' ? JSON.stringify((JSON.parse(genesis.json) as { config?: unknown }).config) : String(genesis.hardfork)
  return keccak256(new TextEncoder().encode(`paralane lane 1\n${chainId}\n${genesis.kind}\n${rules}`))
}

/** Indexes of the Buddies whose keys lie in the data folder and are in the set. */
export function buddiesHere(dataDir: string, genesis: HyperGenesis): number[] {
  const found: number[] = []
  for (let index = 0; index < genesis.set.length; index++) {
    const file = buddyKeyFile(dataDir, index)
    if (!existsSync(file)) continue
    const { key } = openKeyFile(file).signer
    if (genesis.set.some((member) => equalBytes(member.key, key))) found.push(index)
    else throw new AppError('genesis-mismatch', `${file} holds the key ${toHex(key)}, which is none of this network's`, { file })
  }
  return found
}
