// Owns: adding a lane to a running process (H3): asked for by the admin, remembered, opened, made known to everybody who has to know.
// Does not own: what each of them does with it.
// Called by: node.ts; the answer is the gateway's `addLane`.

import { existsSync, rmSync } from 'node:fs'
import { laneFolder, writeLaneRecord, type LaneRecord } from '../config/lane-record.js'
import { AppError } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { LaneSpec } from '../evm-lane/lane-spec.js'
import { checkAdminRequest } from '../hyper/admin-request.js'
import type { AdminRequest } from '../hyper/admin-request.js'
import type { Coordinator } from '../hyper/coordinator.js'
import type { Sealing } from '../hyper/sealing.js'
import type { Keccak256 } from '../hyper/session-id.js'
import { coordinated } from './coordinated.js'

export type LaneAdderParts = {
  settings: {
    dataDir: string
    sealing: { maxUnsealed: number | null }
    addLane: (json: string, taken: readonly LaneSpec[], nowSeconds: bigint) => { spec: LaneSpec; record: LaneRecord }
  }
  /** Those that run; the new one is appended, and served from then on. */
  lanes: LaneClient[]
  open: (spec: LaneSpec) => LaneClient
  hyper: Coordinator
  sealing: Sealing
  keccak256: Keccak256
}

/** One after the other. @throws AppError of checkAdminRequest, of the lane's description, or of the lane that does not start. */
export function laneAdder(parts: LaneAdderParts): (request: AdminRequest) => Promise<LaneClient> {
  let turn: Promise<unknown> = Promise.resolve()
  return (request) => {
    const added = turn.then(() => addLane(parts, request))
    turn = added.catch(() => undefined)
    return added
  }
}

async function addLane(parts: LaneAdderParts, request: AdminRequest): Promise<LaneClient> {
  const { settings, lanes, open, hyper, sealing, keccak256 } = parts
  const { genesis, validators } = sealing.reader
  checkAdminRequest(keccak256, { ...genesis, nonce: validators().nonce }, request)
  const running = lanes.map(({ spec }) => spec)
  const { spec, record } = described(() => settings.addLane(request.text, running, BigInt(Math.floor(Date.now() / 1_000))))
  const lane = await begin(coordinated([...running, spec], settings.sealing.maxUnsealed).at(-1) as LaneSpec, record, {
    dataDir: settings.dataDir,
    open,
  })
  // It is told of the newest Hyper Block before anybody can want a block of it.
  await sealing.addLane(lane)
  hyper.addLane(lane)
  const others = lanes.filter((other) => other.spec.coordinated === true)
  lanes.push(lane)
  const partners = [...others.map((other) => other.spec.chainId), spec.chainId]
  await Promise.all(
    others.map((other) =>
      // A lane that is down is told when it is asked anew: its client keeps the newest description.
      other.call('setPeers', { peers: partners.filter((chainId) => chainId !== other.spec.chainId) }).catch(() => undefined),
    ),
  )
  return lane
}

/** What is wrong with a lane that somebody asks for is that caller's affair, not a fault of the process. */
function described<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof AppError && (error.code === 'config-invalid' || error.code === 'genesis-mismatch')) {
      throw new AppError('invalid-params', error.message)
    }
    throw error
  }
}

/** Remembered before it makes its first block; a lane that does not start leaves nothing. */
async function begin(
  spec: LaneSpec,
  record: LaneRecord,
  { dataDir, open }: { dataDir: string; open: (spec: LaneSpec) => LaneClient },
): Promise<LaneClient> {
  const folder = laneFolder(dataDir, spec.chainId)
  const isNew = !existsSync(folder)
  writeLaneRecord(dataDir, record)
  const lane = open(spec)
  try {
    await lane.ready
    return lane
  } catch (error) {
    await lane.stop()
    if (isNew) rmSync(folder, { recursive: true, force: true })
    throw error
  }
}
