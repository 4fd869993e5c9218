// Owns: the long-lived owners of one lane, as the files that work on them receive them. Data only, no behaviour.
// Called by: engine.ts (builds it), builder, importer, query, pending.

import type { Hash32 } from '../../primitives.js'
import type { Store } from '../../store/store.js'
import type { LaneSpec } from '../lane-spec.js'
import type { ChainStore } from './chain/chain-store.js'
import type { DurableHead } from './durable-head.js'
import type { EvmSlots } from './evm-slot.js'
import type { FactStore } from './facts/fact-store.js'
import type { ForkSchedule } from './fork-schedule.js'
import type { HyperMarks } from './hyper-marks.js'
import type { PeerHistory, Peers } from './peer-history.js'
import type { Crossers } from './session/crossers.js'
import type { CrossPort } from './session/portal-gate.js'
import type { LaneState } from './state/lane-state.js'

export type LaneParts = {
  spec: LaneSpec
  store: Store
  forks: ForkSchedule
  state: LaneState
  chain: ChainStore
  facts: FactStore
  hyper: HyperMarks
  peers: PeerHistory
  slots: EvmSlots
  /** `last` resolves once the newest block is written or has failed; until then the state's head is one above the chain's. */
  commits: { last: Promise<void> }
  durable: DurableHead
  genesisHash: Hash32
  /** How transactions of a local block reach other lanes. Replaced as a whole: a block that is being made goes on with what it began with. */
  crossing: { readonly chainId: number; readonly peers: Peers; readonly port: CrossPort }
  crossers: Crossers
}
