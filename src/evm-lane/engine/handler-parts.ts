// Owns: what the operations of a lane work on.
// Called by: engine.ts, which fills it; handlers.ts and handlers-simulate.ts, which use it.

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
  stop: () => Promise<void>
}
