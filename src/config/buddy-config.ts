// Owns: everything a Buddy process needs to start, complete: its file and flags, validated, with defaults filled in; flags win.
// Does not own: the keys (buddy-schema.ts), what is in the files that are named.
// Called by: commands/buddy-run.ts.

import { dirname, isAbsolute, join, resolve } from 'node:path'
import { AppError } from '../errors.js'
import { fromHex, type Bytes } from '../primitives.js'
import { addressOf, type Address } from './address.js'
import { buddySchema, type BuddyConfig } from './buddy-schema.js'
import { describeIssue } from './issues.js'
import { readConfigFile } from './load.js'

export type BuddySettings = {
  gateway: { url: string; apiKey: string | null }
  genesisFile: string
  keyFile: string
  listen: Address | null
  peers: (Address & { key: Bytes })[]
  followers: Bytes[]
  dataDir: string
  /** null: reads are not served. */
  serve: Address | null
  exchange: 'buddy' | 'direct'
  timing: { deltaMs: number; viewTimeoutMs: number; askMs: number }
  minPeriodMs: number
  heartbeatMs: number
  onchainSeals: boolean
  syncWrites: boolean
  logLevel: NonNullable<BuddyConfig['logLevel']>
}

/** Project-local, and not that of a gateway: both may run in one folder. */
const defaultDataDir = '.paralane-buddy'
const defaults = { deltaMs: 5, viewTimeoutMs: 250, minPeriodMs: 100, heartbeatMs: 10_000 } as const
/** Keys whose values are files or folders. */
const paths = ['genesis', 'key', 'dataDir'] as const

/** @throws AppError 'config-invalid' that names each wrong key. */
export function loadBuddySettings(file: string | null, flags: Readonly<Record<string, unknown>>): BuddySettings {
  const fromFile = file === null ? {} : anchored(readConfigFile(file), dirname(resolve(file)))
  const merged = { ...fromFile, ...flags }
  const parsed = buddySchema.safeParse(merged)
  if (!parsed.success) {
    const keys = (): string[] => Object.keys(buddySchema.shape)
    const lines = parsed.error.issues.flatMap((issue) => describeIssue(issue, merged, keys))
    throw new AppError('config-invalid', lines.map((line) => `${line} (${file ?? 'flags'})`).join('\n'), { lines })
  }
  return complete(parsed.data)
}

/** Paths in a file are meant from where the file is. */
function anchored(values: Record<string, unknown>, folder: string): Record<string, unknown> {
  const found = paths.flatMap((key): [string, string][] => {
    const path = values[key]
    return typeof path === 'string' && path !== '' && !isAbsolute(path) ? [[key, resolve(folder, path)]] : []
  })
  return { ...values, ...Object.fromEntries(found) }
}

function complete(config: BuddyConfig): BuddySettings {
  const dataDir = resolve(config.dataDir ?? defaultDataDir)
  const deltaMs = config.deltaMs ?? defaults.deltaMs
  return {
    gateway: { url: config.gateway.replace(/\/+$/, ''), apiKey: config.gatewayKey ?? null },
    genesisFile: resolve(config.genesis),
    keyFile: config.key === undefined ? join(dataDir, 'key.pem') : resolve(config.key),
    listen: config.listen === undefined ? null : addressOf(config.listen),
    peers: (config.peers ?? []).map(peerOf),
    followers: (config.followers ?? []).map((key) => fromHex(key)),
    dataDir,
    serve: config.port === undefined ? null : { host: config.host ?? '127.0.0.1', port: config.port },
    exchange: config.exchange ?? 'buddy',
    timing: { deltaMs, viewTimeoutMs: config.viewTimeoutMs ?? defaults.viewTimeoutMs, askMs: 4 * deltaMs },
    minPeriodMs: config.minPeriodMs ?? defaults.minPeriodMs,
    heartbeatMs: config.heartbeatMs ?? defaults.heartbeatMs,
    onchainSeals: config.onchainSeals ?? false,
    syncWrites: config.syncWrites ?? false,
    logLevel: config.logLevel ?? 'info',
  }
}

function peerOf(text: string): Address & { key: Bytes } {
  const at = text.indexOf('@')
  return { key: fromHex(text.slice(0, at)), ...addressOf(text.slice(at + 1)) }
}
