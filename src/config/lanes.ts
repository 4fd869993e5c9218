// Owns: the complete specs of the lanes to run, out of the configuration and what the data folder remembers.
// Does not own: reading either (load.ts, lane-record.ts).
// Called by: resolve.ts, commands/lane-init.ts, commands/stored-lane.ts.

import { readFileSync } from 'node:fs'
import { AppError, errorText } from '../errors.js'
import type { GenesisSource, LaneSpec, Production } from '../evm-lane/lane-spec.js'
import { bigintMax, equalBytes, fromHex, toHex, type Address } from '../primitives.js'
import { reservedNames } from '../rpc/route.js'
import { chainIdsToAvoid, laneDefaults, laneLimits, poolLimits } from './lane-defaults.js'
import { laneFolder, type LaneRecord } from './lane-record.js'
import type { LaneConfig } from './schema.js'

export type LaneSurroundings = {
  dataDir: string
  records: readonly LaneRecord[]
  /** Accounts that a genesis of our own funds; empty outside dev mode. */
  funded: readonly Address[]
  balance: bigint
  /** True when somebody asked for these accounts or this balance, so that a chain without them is a contradiction. */
  fundingGiven: boolean
  /** What `hardfork` means when it is not given; it is remembered, so that a lane keeps its rules when a newer fork becomes the default. */
  newestFork: string
  nowSeconds: bigint
  /** For every lane: from the flags. */
  blockTimeMs: number | null
  gasLimit: number | null
  history: number | null
}

export type ResolvedLanes = { specs: LaneSpec[]; /** What the data folder has to remember from now on. */ records: LaneRecord[]; warnings: string[] }

/** @throws AppError 'config-invalid', 'genesis-mismatch'. */
export function resolveLanes(lanes: readonly LaneConfig[], around: LaneSurroundings): ResolvedLanes {
  const warnings: string[] = []
  const specs: LaneSpec[] = []
  const records: LaneRecord[] = []
  lanes.forEach((lane, i) => {
    if (chainIdsToAvoid.includes(lane.chainId))
      warnings.push(`lanes[${i}].chainId: tools take ${lane.chainId} for their own local node; choose another`)
    const record = recordOf(lane, `lanes[${i}]`, around)
    records.push(record)
    specs.push(specOf(lane, record, around))
  })
  for (const record of around.records) {
    if (record.origin === 'added' && record.lane !== undefined && !records.some(({ chainId }) => chainId === record.chainId)) {
      records.push(record)
      specs.push(specOf(record.lane, record, around))
    }
    if (record.origin !== 'init' || records.some(({ chainId }) => chainId === record.chainId)) continue
    specs.push(specOf({ chainId: record.chainId, name: record.name, production: 'none' }, record, { ...around, blockTimeMs: null, gasLimit: null }))
  }
  refuseTwins(specs)
  return { specs, records, warnings }
}

/**
 * A lane that is added while the process runs, as one of the configuration would be; `taken` are those that run already.
 * @throws AppError 'config-invalid', 'genesis-mismatch'.
 */
export function resolveAddedLane(lane: LaneConfig, taken: readonly LaneSpec[], around: LaneSurroundings): { spec: LaneSpec; record: LaneRecord } {
  const record: LaneRecord = { ...recordOf(lane, 'lane', around), origin: 'added', lane }
  const spec = specOf(lane, record, around)
  refuseTwins([...taken, spec])
  if (spec.production.kind === 'none') throw new AppError('config-invalid', 'lane.production: must make blocks, to be added to the network')
  return { spec, record }
}

function refuseTwins(specs: readonly LaneSpec[]): void {
  specs.forEach((spec, i) => {
    const twin = specs.slice(0, i).find((other) => other.chainId === spec.chainId || other.name === spec.name)
    if (twin === undefined) return
    const key = twin.chainId === spec.chainId ? 'chainId' : 'name'
    throw new AppError(
      'config-invalid',
      `lanes[${i}].${key}: must be unique, ${spec[key]} is already the ${key} of lane ${twin.name} (${twin.chainId})`,
    )
  })
  for (const { name } of specs) {
    if (isReserved(name)) throw new AppError('config-invalid', `lanes: the name ${name} is a path of the gateway itself`)
  }
}

/** First path segments that the gateway answers itself. */
export function isReserved(name: string): boolean {
  return (reservedNames as readonly string[]).includes(name)
}

/** What the lane is from now on: its record where the folder has one and nothing contradicts it, a new one else. */
function recordOf(lane: LaneConfig, key: string, around: LaneSurroundings): LaneRecord {
  const stored = around.records.find(({ chainId }) => chainId === lane.chainId)
  if (stored === undefined) return { chainId: lane.chainId, name: lane.name, origin: 'config', genesis: newGenesis(lane, key, around) }
  const contradiction = contradictionOf(lane, stored, key, around)
  if (contradiction !== null) {
    const folder = laneFolder(around.dataDir, lane.chainId)
    throw new AppError(
      'genesis-mismatch',
      `${contradiction}; the chain in ${folder} was born differently. Take the setting back, use another data folder, or delete that one`,
      { chainId: lane.chainId, folder },
    )
  }
  return { ...stored, name: lane.name }
}

function newGenesis(lane: LaneConfig, key: string, around: LaneSurroundings): GenesisSource {
  if (lane.genesis !== undefined) {
    if (lane.hardfork !== undefined)
      throw new AppError('config-invalid', `${key}.hardfork: must be left out beside genesis, which has its own fork schedule`)
    return readGenesisFile(lane.genesis, lane.chainId, `${key}.genesis`)
  }
  const alloc = around.funded.map((address) => ({ address, balance: around.balance, nonce: 0n, code: new Uint8Array(0), storage: [] }))
  const baseFeePerGas = BigInt(lane.baseFeePerGas ?? laneDefaults.baseFeePerGas)
  return { kind: 'default', hardfork: lane.hardfork ?? around.newestFork, timestamp: around.nowSeconds, alloc, baseFeePerGas }
}

/** @throws AppError 'config-invalid' that names the key when the file is no genesis or of another chain. */
export function readGenesisFile(path: string, chainId: number | null, key: string): { kind: 'geth'; json: string; chainId: number } {
  let json: string
  let value: unknown
  try {
    json = readFileSync(path, 'utf8')
    value = JSON.parse(json)
  } catch (error) {
    throw new AppError('config-invalid', `${key}: cannot read ${path}: ${errorText(error)}`)
  }
  const found = (value as { config?: { chainId?: unknown } } | null)?.config?.chainId
  if (typeof found !== 'number' || !Number.isSafeInteger(found) || found < 1) {
    throw new AppError('config-invalid', `${key}: ${path} must hold a geth genesis with config.chainId, got ${JSON.stringify(found)}`)
  }
  if (chainId !== null && found !== chainId)
    throw new AppError('genesis-mismatch', `${key}: ${path} is the genesis of chain ${found}, not ${chainId}`, { chainId })
  return { kind: 'geth', json, chainId: found }
}

function contradictionOf(lane: LaneConfig, stored: LaneRecord, key: string, around: LaneSurroundings): string | null {
  const { genesis } = stored
  if (genesis.kind === 'geth') {
    if (lane.hardfork !== undefined) return `${key}.hardfork is set for a chain that began from a genesis file`
    if (lane.genesis === undefined) return null
    const given = readGenesisFile(lane.genesis, lane.chainId, `${key}.genesis`)
    return sameJson(given.json, genesis.json) ? null : `${key}.genesis differs from the stored genesis`
  }
  if (lane.genesis !== undefined) return `${key}.genesis is set for a chain that began without a genesis file`
  if (lane.hardfork !== undefined && lane.hardfork !== genesis.hardfork)
    return `${key}.hardfork is ${lane.hardfork}, the chain began as ${genesis.hardfork}`
  if (lane.baseFeePerGas !== undefined && BigInt(lane.baseFeePerGas) !== genesis.baseFeePerGas)
    return `${key}.baseFeePerGas differs from ${genesis.baseFeePerGas}`
  if (!around.fundingGiven) return null
  const unfunded = around.funded.find(
    (address) => !genesis.alloc.some((entry) => equalBytes(entry.address, address) && entry.balance === around.balance),
  )
  return unfunded === undefined
    ? null
    : `mnemonic, accounts or balance: account ${toHex(unfunded)} did not begin with ${around.balance} wei on lane ${lane.name}`
}

function sameJson(a: string, b: string): boolean {
  return a === b || JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b))
}

function specOf(lane: LaneConfig, { genesis }: LaneRecord, around: LaneSurroundings): LaneSpec {
  const gasLimit = BigInt(around.gasLimit ?? lane.gasLimit ?? laneDefaults.gasLimit)
  const { minTip, ...pool } = { ...poolLimits, ...lane.pool }
  const { callGas, ...limits } = { ...laneLimits, ...lane.limits }
  return {
    chainId: lane.chainId,
    name: lane.name,
    dir: laneFolder(around.dataDir, lane.chainId),
    production: productionOf(lane, around.blockTimeMs),
    genesis: genesis.kind === 'geth' ? { kind: 'geth', json: genesis.json } : genesis,
    gasLimit,
    coinbase: lane.coinbase === undefined ? new Uint8Array(20) : fromHex(lane.coinbase),
    extraData: new TextEncoder().encode(lane.extraData ?? laneDefaults.extraData).slice(0, 32),
    quietAfterBlocks: lane.quietAfterBlocks ?? laneDefaults.quietAfterBlocks,
    historyBlocks: lane.history ?? around.history,
    syncWrites: lane.syncWrites ?? false,
    pool: { ...definedOnly(pool, poolLimits), minTip: BigInt(minTip ?? poolLimits.minTip) },
    limits: {
      ...definedOnly(limits, laneLimits),
      callGas: lane.limits?.callGas === undefined ? bigintMax(laneLimits.callGas, gasLimit) : BigInt(callGas ?? 0),
    },
  }
}

function definedOnly<T extends object>(given: { [K in keyof T]?: T[K] | undefined }, defaults: T): T {
  return { ...defaults, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }
}

function productionOf(lane: LaneConfig, blockTimeMs: number | null): Production {
  const kind = lane.production ?? (lane.blockTimeMs === undefined ? 'instant' : 'interval')
  if (kind === 'none') return { kind }
  if (blockTimeMs !== null) return { kind: 'interval', blockTimeMs }
  if (kind === 'interval') return { kind, blockTimeMs: lane.blockTimeMs ?? 1_000 }
  return {
    kind,
    minBlockIntervalMs: lane.minBlockIntervalMs ?? laneDefaults.minBlockIntervalMs,
    heartbeatMs: lane.heartbeatMs ?? laneDefaults.heartbeatMs,
  }
}
