// Owns: every bound of the coordinator besides those of the sessions themselves.
// Does not own: the limits of sessions (core/types.ts).
// Called by: the configuration, which may say otherwise; the parts of the coordinator.

import { sessionLimits } from './core/types.js'
import type { SessionLimits } from './core/types.js'
import type { SimulationLimits } from './simulations.js'

export type HyperLimits = {
  sessions: SessionLimits
  simulations: SimulationLimits
  /** Transactions of one bundle. */
  bundleTxsMax: number
  /** Bundles whose end can still be asked about, though they are in no block. */
  endedBundlesMax: number
  /** Messages that wait for delivery; those over it stay in their blocks until there is room. */
  messagesMax: number
  /** Wait before deliveries that a lane could not take are tried again. */
  messageAgainMs: number
  /** Blocks that are searched for messages at once. */
  messageScanBlocksMax: number
  /** How long a receipt of a session is held back for lanes that do not have their blocks yet. */
  everywhereMs: number
  /** How long a stop waits for the batches that run. */
  stopMs: number
}

export const hyperLimits: HyperLimits = {
  sessions: sessionLimits,
  simulations: { simulationsMax: 1_024, lanesMax: 16, crossCallsMax: 1_000, depthMax: 128, dataBytesMax: 16 * 1024 * 1024, lastsMs: 60_000 },
  bundleTxsMax: 16,
  endedBundlesMax: 1_000,
  messagesMax: 100_000,
  messageAgainMs: 1_000,
  messageScanBlocksMax: 1_000,
  everywhereMs: 5_000,
  stopMs: 1_000,
}
