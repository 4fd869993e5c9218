// Owns: `paralane lane init`: a lane born from a geth genesis.json, as `geth init` does it.
// Does not own: the genesis block (the lane's engine).
// Called by: program.ts.

import { existsSync, rmSync } from 'node:fs'
import { AppError } from '../errors.js'
import { defaultLanes } from '../config/lane-defaults.js'
import { laneFolder, readLaneRecords, writeLaneRecord, type LaneRecord } from '../config/lane-record.js'
import { isReserved, readGenesisFile } from '../config/lanes.js'
import { dataDirOf } from '../config/resolve.js'
import { laneSchema } from '../config/schema.js'
import { openWorkerLane } from '../evm-lane/client-worker.js'
import { toHex } from '../primitives.js'
import { lockDataFolder } from '../process/data-lock.js'
import { storedLaneSpec } from './stored-lane.js'

export type InitOptions = { genesis: string; name: string; dataDir?: string }

export async function initLane({ genesis: path, name, ...rest }: InitOptions): Promise<number> {
  const dataDir = dataDirOf(rest)
  if (!laneSchema.shape.name.safeParse(name).success || isReserved(name)) {
    throw new AppError(
      'config-invalid',
      `--name: must be at most 32 of a-z, 0-9 and -, beginning with a letter, and no path of the gateway, got ${name}`,
    )
  }
  const { chainId, json } = readGenesisFile(path, null, '--genesis')
  const lock = await lockDataFolder(dataDir)
  try {
    const record: LaneRecord = { chainId, name, origin: 'init', genesis: { kind: 'geth', json } }
    const isNew = checkAgainst(readLaneRecords(dataDir), record, dataDir)
    const folder = laneFolder(dataDir, chainId)
    const isMade = !existsSync(folder)
    if (isNew) writeLaneRecord(dataDir, record)
    const lane = openWorkerLane(storedLaneSpec(record, dataDir))
    try {
      await lane.ready
      const hash = lane.genesisHash()
      process.stdout.write(
        `Lane ${name} (chain id ${chainId}) ${isNew ? 'begins' : 'is there already'}, genesis ${hash === undefined ? '' : toHex(hash)}, in ${folder}\n`,
      )
      await lane.stop()
    } catch (error) {
      await lane.stop()
      // A lane that never began leaves nothing, so that the next attempt may be another.
      if (isMade) rmSync(folder, { recursive: true, force: true })
      throw error
    }
    return 0
  } finally {
    await lock.release()
  }
}

/** True for a lane that the folder does not have yet. */
function checkAgainst(records: readonly LaneRecord[], { chainId, name, genesis }: LaneRecord, dataDir: string): boolean {
  const clash =
    records.find((other) => other.name === name && other.chainId !== chainId) ??
    defaultLanes.find((lane) => lane.name === name || lane.chainId === chainId)
  if (clash !== undefined) throw new AppError('config-invalid', `--name or chain id: lane ${clash.name} (${clash.chainId}) has it already`)
  const same = records.find((other) => other.chainId === chainId)
  if (same === undefined) return true
  const equal = same.name === name && same.genesis.kind === 'geth' && genesis.kind === 'geth' && same.genesis.json === genesis.json
  if (equal) return false
  throw new AppError(
    'genesis-mismatch',
    `${laneFolder(dataDir, chainId)} already holds chain ${chainId} (lane ${same.name}) with another genesis or name`,
    { chainId },
  )
}
