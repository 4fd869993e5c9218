// Owns: the answers about Hyper Blocks: from the store, and from what the process has in memory of the newest one.
// Does not own: how blocks come about (sealing.ts).
// Called by: sealing.ts.

import type { Hash32 } from '../primitives.js'
import type { GenesisLane, HyperGenesis, Roster, SignedChange } from './core/hyper-types.js'
import { readHyperBlock } from './hyper-block.js'
import type { HyperBlock } from './hyper-block.js'
import type { HyperStore } from './hyper-store.js'
import type { OnchainReader } from './onchain-seals.js'
import type { SealerStatus } from './sealer.js'
import type { SealingReader } from './sealing-reader.js'
import type { Keccak256 } from './session-id.js'
import { trustModelOf } from './trust-model.js'

export type ViewSources = {
  genesis: { document: HyperGenesis; hash: Hash32 }
  store: HyperStore
  keccak256: Keccak256
  embedded: boolean
  onchain: OnchainReader | null
  newest: () => HyperBlock | null
  roster: () => Roster
  nextNonce: () => bigint
  unsealed: (chainId: number) => bigint
  describeLane: (chainId: number) => Promise<GenesisLane>
  status: () => Promise<SealerStatus>
  submitChange: (change: SignedChange) => Promise<void>
  stopBuddy: (index: number) => Promise<void>
  startBuddy: (index: number) => Promise<void>
  onSealed: SealingReader['onSealed']
}

export function createSealingView(sources: ViewSources): SealingReader {
  const { genesis, store, keccak256, embedded, onchain, newest, roster, status, submitChange, stopBuddy, startBuddy, onSealed } = sources
  const byNumber = async (number: bigint): Promise<HyperBlock | null> => {
    const head = newest()
    if (head?.header.number === number) return head
    const sealed = await store.byNumber(number)
    return sealed === null ? null : readHyperBlock(keccak256, sealed)
  }
  const at = async (number: bigint | null): Promise<HyperBlock | null> => (number === null ? null : byNumber(number))
  const currentSet = (): Roster['sets'][number] => roster().sets.at(-1) ?? { from: 1n, set: genesis.document.set }
  return {
    genesis,
    height: () => newest()?.header.number ?? 0n,
    byNumber,
    byHash: async (hash) => at(await store.numberOf(hash)),
    ofLaneBlock: async (chainId, number) => at(await store.numberOfLaneBlock(chainId, number)),
    lanes: () => {
      const sealed = new Map(newest()?.body.lanes.map(({ chainId, to }) => [chainId, to]))
      return roster().lanes.map((lane) => ({ ...lane, sealed: sealed.get(lane.chainId) ?? 0n, unsealed: sources.unsealed(lane.chainId) }))
    },
    validators: () => {
      const { from, set } = currentSet()
      return { since: from, set, nonce: sources.nextNonce() }
    },
    onchain,
    evidence: (from, max) => store.evidence(from, max),
    describeLane: sources.describeLane,
    trust: () => trustModelOf(currentSet().set, embedded),
    status,
    changesWaiting: () => store.changesWaiting(),
    onSealed,
    submitChange,
    stopBuddy,
    startBuddy,
  }
}
