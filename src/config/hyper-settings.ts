// Owns: what `hyper` of the configuration comes to, complete: how often Hyper Blocks are made, who seals them, how far lanes may run ahead.
// Does not own: the keys (schema.ts), or acting on it (hyper/, node.ts).
// Called by: resolve.ts.

import { fromHex, type Bytes } from '../primitives.js'
import { addressOf } from './address.js'
import type { Config } from './schema.js'

export type HyperSettings = {
  periodMs: number
  /** Least time between two Hyper Blocks, however many sessions commit. */
  minPeriodMs: number
  /** 0: a network in which nothing happens makes no Hyper Blocks. */
  heartbeatMs: number
  /** Buddies of a new network; one that exists keeps its own. */
  buddies: number
  /** Buddies that are processes of their own, not of this one; null: there are none. */
  separate: SeparateBuddy[] | null
  /** null: a lane runs on for ever without a Seal. */
  maxUnsealed: number | null
  timing: { deltaMs: number; viewTimeoutMs: number; askMs: number }
  censorMs: number
  driftMs: number
  /** Seals for contracts: this process signs them, or collects them where Buddies are processes of their own. */
  onchain: 'off' | 'collect' | 'sign'
  /** Ed25519 key that lanes and Buddies are added by; null: one is made at the first start. */
  adminKey: Bytes | null
}

export type SeparateBuddy = { key: Bytes; weight: bigint; host: string; port: number }

const hyperDefaults = {
  periodMs: 500,
  minPeriodMs: 100,
  heartbeatMs: 10_000,
  buddies: 4,
  maxUnsealed: 4_096,
  deltaMs: 5,
  viewTimeoutMs: 250,
  driftMs: 2_000,
} as const

/** Periods that a lane block may be left out of proposals before validators refuse them. */
const censorPeriods = 4

export function hyperSettingsOf({ hyper = {} }: Pick<Config, 'hyper'>): HyperSettings {
  const periodMs = hyper.periodMs ?? hyperDefaults.periodMs
  const deltaMs = hyper.deltaMs ?? hyperDefaults.deltaMs
  const maxUnsealed = hyper.maxUnsealed ?? hyperDefaults.maxUnsealed
  return {
    periodMs,
    minPeriodMs: Math.min(periodMs, hyper.minPeriodMs ?? hyperDefaults.minPeriodMs),
    heartbeatMs: hyper.heartbeatMs ?? hyperDefaults.heartbeatMs,
    buddies: typeof hyper.buddies === 'number' ? hyper.buddies : hyperDefaults.buddies,
    separate: typeof hyper.buddies === 'object' ? hyper.buddies.map(separateOf) : null,
    maxUnsealed: maxUnsealed === 0 ? null : maxUnsealed,
    timing: { deltaMs, viewTimeoutMs: hyper.viewTimeoutMs ?? hyperDefaults.viewTimeoutMs, askMs: 4 * deltaMs },
    censorMs: hyper.censorMs ?? censorPeriods * periodMs,
    driftMs: hyper.driftMs ?? hyperDefaults.driftMs,
    onchain: hyper.onchainSeals !== true ? 'off' : typeof hyper.buddies === 'object' ? 'collect' : 'sign',
    adminKey: hyper.adminKey === undefined ? null : fromHex(hyper.adminKey),
  }
}

function separateOf({ key, address, weight = 1 }: Exclude<NonNullable<NonNullable<Config['hyper']>['buddies']>, number>[number]): SeparateBuddy {
  return { key: fromHex(key), weight: BigInt(weight), ...addressOf(address) }
}
