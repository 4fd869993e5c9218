// Owns: what the operations of a lane work on.
// Called by: engine.ts, which fills it; handlers.ts and handlers-simulate.ts, which use it.

import type { Ask } from '../lane-host.js'
import type { LaneEvents } from '../protocol.js'
import type { Producer } from './producer.js'
import type { Simulations } from './session/simulations.js'
import type { Importer } from './importer.js'
import type { LaneParts } from './lane-parts.js'
import type { LaneReader } from './query.js'
import type { LaneTx } from './tx.js'
import type { TxPool } from './txpool.js'
import type { Waiters } from './waiters.js'

export type HandlerParts = {
  parts: LaneParts
  pool: TxPool
  reader: LaneReader
  waiters: Waiters
  importer: Importer
  watch: { pool: boolean }
  afterBlock: (txs: LaneTx[]) => void
  producer: Producer
  onMarks: (marks: LaneEvents['marks']) => void
  simulations: Simulations
  ask: Ask
  nowMs: () => number
  /** The coordinator has said what was committed: the lane may build. */
  afterRecovery: () => void
  stop: () => Promise<void>
}
