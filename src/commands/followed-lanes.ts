// Owns: the lanes of a node that follows: what each began as, from the data folder or the gateway, checked against the genesis that is trusted.
// Does not own: following (hyper/follower), the genesis.
// Called by: buddy-node.ts, replay.

import { existsSync, rmSync } from 'node:fs'
import { laneFolder, readLaneRecords, writeLaneRecord, type LaneRecord } from '../config/lane-record.js'
import { AppError } from '../errors.js'
import { openWorkerLane } from '../evm-lane/client-worker.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { LaneSpec } from '../evm-lane/lane-spec.js'
import type { GenesisLane } from '../hyper/core/hyper-types.js'
import type { LaneFeed } from '../hyper/feed/feed.js'
import { genesisLane } from '../hyper/genesis-file.js'
import type { HyperLog } from '../hyper/log.js'
import type { Keccak256 } from '../hyper/session-id.js'
import { equalBytes, toHex } from '../primitives.js'
import { storedLaneSpec } from './stored-lane.js'

export type FollowedLanes = {
  dataDir: string
  feed: LaneFeed
  syncWrites: boolean
  keccak256: Keccak256
  log: HyperLog
}

/** Ready, and certainly the lane that is trusted. @throws AppError 'genesis-mismatch', those of the feed, of the lane. */
export async function openFollowedLane(trusted: GenesisLane, peers: readonly number[], options: FollowedLanes): Promise<LaneClient> {
  const { dataDir, feed, syncWrites, log } = options
  const { chainId, name } = trusted
  const kept = readLaneRecords(dataDir).find((record) => record.chainId === chainId)
  const record = kept ?? (await fetchRecord(trusted, feed))
  const made = !existsSync(laneFolder(dataDir, chainId))
  const spec: LaneSpec = { ...storedLaneSpec({ ...record, name }, dataDir), following: true, sealed: true, peers: [...peers], syncWrites }
  if (kept === undefined) writeLaneRecord(dataDir, record)
  const lane = openWorkerLane(spec, { onLost: ({ message, code }) => log('error', `lane ${name} ended: ${message}`, { lane: chainId, code }) })
  try {
    await lane.ready
    await check(lane, trusted, options.keccak256)
    return lane
  } catch (error) {
    await lane.stop()
    // What a wrong gateway told is forgotten, so that the next one is asked.
    if (made) rmSync(laneFolder(dataDir, chainId), { recursive: true, force: true })
    throw error
  }
}

async function fetchRecord({ chainId, name }: GenesisLane, feed: LaneFeed): Promise<LaneRecord> {
  const source = (await feed.lanes()).find((lane) => lane.chainId === chainId)
  if (source === undefined) throw new AppError('gateway-refused', `the gateway has no lane ${name} (${chainId})`, { chainId })
  return { chainId, name, origin: 'config', genesis: source.genesis }
}

async function check(lane: LaneClient, trusted: GenesisLane, keccak256: Keccak256): Promise<void> {
  const own = await genesisLane(lane, trusted.currency, keccak256)
  for (const field of ['genesisHash', 'stateRoot', 'configHash'] as const) {
    if (equalBytes(own[field], trusted[field])) continue
    const text = `lane ${trusted.name}: ${field} is ${toHex(own[field])}, the trusted genesis says ${toHex(trusted[field])}`
    throw new AppError('genesis-mismatch', text, { chainId: trusted.chainId, field })
  }
  if (own.supply !== trusted.supply)
    throw new AppError('genesis-mismatch', `lane ${trusted.name}: it began with ${own.supply} wei, not ${trusted.supply}`)
}
