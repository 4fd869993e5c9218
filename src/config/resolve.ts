// Owns: everything a process needs to start, complete: the loaded configuration with defaults filled in and the data folder consulted.
// Does not own: reading the configuration (load.ts), writing the data folder (commands/start.ts, under its lock).
// Called by: commands/start.ts.

import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { AppError } from '../errors.js'
import type { LaneSpec } from '../evm-lane/lane-spec.js'
import { hyperLimits, type HyperLimits } from '../hyper/limits.js'
import { rpcLimits, type RpcLimits } from '../rpc/limits.js'
import { serverSettings, type ServerSettings } from '../rpc/settings.js'
import { deriveDevAccounts, testMnemonic, type DevAccount } from './dev-accounts.js'
import { hyperSettingsOf, type HyperSettings } from './hyper-settings.js'
import { defaultLanes } from './lane-defaults.js'
import { readLaneRecords, type LaneRecord } from './lane-record.js'
import { parseAddedLane } from './added-lane.js'
import { resolveAddedLane, resolveLanes, type LaneSurroundings } from './lanes.js'
import type { Loaded } from './load.js'
import type { Config } from './schema.js'

export type DevMode = { mnemonic: string; balance: bigint; accounts: DevAccount[] }

export type Settings = {
  host: string
  port: number
  dataDir: string
  dev: DevMode | null
  lanes: LaneSpec[]
  /** Lane records to write before the lanes open. */
  records: LaneRecord[]
  sealing: HyperSettings
  /** A lane to add while the process runs, from its JSON; `taken` run already. @throws AppError 'config-invalid', 'genesis-mismatch'. */
  addLane: (json: string, taken: readonly LaneSpec[], nowSeconds: bigint) => { spec: LaneSpec; record: LaneRecord }
  limits: RpcLimits
  hyper: HyperLimits
  server: ServerSettings
  senderThreads: number
  silent: boolean
  logLevel: NonNullable<Config['logLevel']>
  warnings: string[]
}

/** Project-local, so that no two projects meet in one chain, and deleting the folder starts afresh. */
const defaultDataDir = '.paralane'

export function dataDirOf(config: Pick<Config, 'dataDir'>): string {
  return resolve(config.dataDir ?? defaultDataDir)
}

/** @throws AppError 'config-invalid', 'genesis-mismatch', 'store-corrupt'. */
export function resolveSettings({ config, given, warnings }: Loaded, newestFork: string, nowSeconds: bigint): Settings {
  const host = config.host ?? '127.0.0.1'
  const dataDir = dataDirOf(config)
  const dev = devModeOf(config, host)
  const around: LaneSurroundings = {
    dataDir,
    records: readLaneRecords(dataDir),
    funded: dev?.accounts.map(({ address }) => address) ?? [],
    balance: dev?.balance ?? 0n,
    fundingGiven: dev !== null && ['accounts', 'balance', 'mnemonic'].some((key) => given.has(key)),
    newestFork,
    nowSeconds,
    blockTimeMs: config.blockTime === undefined ? null : Math.round(config.blockTime * 1_000),
    gasLimit: config.gasLimit ?? null,
    history: config.history ?? null,
  }
  const resolved = resolveLanes(config.lanes ?? defaultLanes.map((lane) => ({ ...lane })), around)
  return {
    host,
    port: config.port ?? 8_545,
    dataDir,
    dev,
    lanes: resolved.specs,
    records: resolved.records,
    sealing: hyperSettingsOf(config),
    addLane: (json, taken, now) => resolveAddedLane(parseAddedLane(json), taken, { ...around, records: readLaneRecords(dataDir), nowSeconds: now }),
    limits: limitsOf(config),
    hyper: hyperOf(config),
    server: serverOf(config),
    senderThreads: config.senderThreads ?? (availableParallelism() > 3 ? 2 : 1),
    silent: config.silent ?? false,
    logLevel: config.logLevel ?? 'warn',
    warnings: [...warnings, ...resolved.warnings],
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** Keys that everybody knows must not guard a port that everybody reaches, unless the operator says so. */
function devModeOf(config: Config, host: string): DevMode | null {
  const asked = config.accounts !== undefined || config.balance !== undefined || config.mnemonic !== undefined
  if (config.dev === undefined && !isLoopback(host) && asked) {
    throw new AppError(
      'config-invalid',
      `dev: must be set to use accounts, balance or mnemonic on ${host}, which is no loopback address; their keys are publicly known (--dev)`,
    )
  }
  if (!(config.dev ?? isLoopback(host))) return null
  const mnemonic = config.mnemonic ?? testMnemonic
  return { mnemonic, balance: etherToWei(String(config.balance ?? 10_000)), accounts: deriveDevAccounts(mnemonic, config.accounts ?? 20) }
}

function etherToWei(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  if (!/^\d+$/.test(whole) || !/^\d{0,18}$/.test(fraction)) throw new AppError('config-invalid', `balance: must be an amount of ether, got ${text}`)
  return BigInt(whole) * 10n ** 18n + BigInt(fraction.padEnd(18, '0'))
}

function limitsOf(config: Config): RpcLimits {
  return { ...rpcLimits, ...given(config.limits), ...(config.wait === false ? { sendWaitMs: 0 } : {}) }
}

function hyperOf({ hyper }: Config): HyperLimits {
  const { sessions, simulations, ...coordinator } = hyper?.limits ?? {}
  const { gasMax, ...counts } = given(sessions)
  return {
    ...hyperLimits,
    ...given(coordinator),
    sessions: { ...hyperLimits.sessions, ...counts, ...(gasMax === undefined ? {} : { gasMax: BigInt(gasMax) }) },
    simulations: { ...hyperLimits.simulations, ...given(simulations) },
  }
}

/** A key that is absent and one that is undefined mean the same: the default. */
function given<T extends object>(values: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

function serverOf(config: Config): ServerSettings {
  const cors = config.cors === undefined || config.cors.includes('*') ? '*' : config.cors.length === 0 ? null : config.cors
  const rate = config.rateLimit
  return {
    ...serverSettings,
    cors,
    trustProxy: config.trustProxy ?? serverSettings.trustProxy,
    apiKeys: config.apiKeys ?? null,
    rateLimit: rate === undefined ? null : { perSecond: rate, burst: config.rateLimitBurst ?? Math.max(1, Math.ceil(rate * 2)) },
    explorerUrl: config.explorerUrl ?? null,
  }
}
