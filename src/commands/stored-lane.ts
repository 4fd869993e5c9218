// Owns: the spec of one lane of the data folder, for commands that work on it alone: it serves and imports, and makes no blocks.
// Called by: lane-init.ts, lane-import.ts.

import { resolveLanes } from '../config/lanes.js'
import type { LaneRecord } from '../config/lane-record.js'
import type { LaneSpec } from '../evm-lane/lane-spec.js'
import { assert } from '../assert.js'

export function storedLaneSpec(record: LaneRecord, dataDir: string): LaneSpec {
  const { specs } = resolveLanes([{ chainId: record.chainId, name: record.name, production: 'none' }], {
    dataDir,
    records: [record],
    funded: [],
    balance: 0n,
    fundingGiven: false,
    newestFork: '',
    nowSeconds: 0n,
    blockTimeMs: null,
    gasLimit: null,
    history: null,
  })
  const spec = specs[0]
  assert(spec !== undefined, 'one lane gives one spec')
  return spec
}
