// Owns: `paralane lane list`: what the data folder holds.
// Called by: program.ts. Takes no lock: it only reads the records, also beside a running process.

import { laneFolder, readLaneRecords, type LaneRecord } from '../config/lane-record.js'
import { dataDirOf } from '../config/resolve.js'

export function listLanes(options: { dataDir?: string }): number {
  const dataDir = dataDirOf(options)
  const records = readLaneRecords(dataDir)
  if (records.length === 0) process.stdout.write(`No lanes in ${dataDir}\n`)
  for (const record of records) process.stdout.write(`${lineOf(record, dataDir)}\n`)
  return 0
}

function lineOf({ name, chainId, origin, genesis }: LaneRecord, dataDir: string): string {
  const birth =
    genesis.kind === 'geth' ? 'genesis.json' : `own genesis, ${genesis.hardfork ?? 'newest fork'}, ${genesis.alloc.length} funded accounts`
  const served = origin !== 'config' ? 'served by every start' : 'served while configured'
  return [name.padEnd(16), String(chainId).padEnd(8), birth, served, laneFolder(dataDir, chainId)].join('  ')
}
