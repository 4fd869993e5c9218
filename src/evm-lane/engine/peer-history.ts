// Owns: which other lanes each block of this lane could reach: what a message costs, and whether it can be sent, depends on that.
// Does not own: who the lanes are (config, the coordinator: setPeers).
// Called by: committer.ts, open-lane.ts, recover.ts, replay and export of blocks.

import { RLP } from '@ethereumjs/rlp'
import { bigintToBytes, bytesToBigint } from '../../primitives.js'
import type { Bytes } from '../../primitives.js'
import { lane, tableKey, tableRange, u64 } from '../../schema.js'
import type { Store, StoreOp, StoreRange } from '../../store/store.js'

export type Peers = ReadonlySet<number>

/** An entry is written with the first block that has other peers than the one before: lanes are added seldom. */
export class PeerHistory {
  private readonly store: Store
  private newest: Peers | null = null

  constructor(store: Store) {
    this.store = store
  }

  /** Reads the newest entry. */
  async load(): Promise<void> {
    this.newest = await this.last(tableRange(lane.peers))
  }

  ops(number: bigint, peers: Peers): StoreOp[] {
    if (this.newest !== null && samePeers(this.newest, peers)) return []
    const ids = [...peers].sort((a, b) => a - b).map((id) => bigintToBytes(BigInt(id)))
    return [{ type: 'put', key: tableKey(lane.peers, u64(number)), value: RLP.encode(ids) }]
  }

  /** The batch with the block is durable. */
  publish(peers: Peers): void {
    this.newest = peers
  }

  /** null: the block is older than what is known. */
  at(number: bigint): Promise<Peers | null> {
    return this.last({ gte: tableKey(lane.peers), lte: tableKey(lane.peers, u64(number)) })
  }

  private async last(range: StoreRange): Promise<Peers | null> {
    let found: Peers | null = null
    for await (const [, value] of this.store.iterate({ ...range, reverse: true, limit: 1 })) {
      found = new Set((RLP.decode(value) as Bytes[]).map((id) => Number(bytesToBigint(id))))
    }
    return found
  }
}

function samePeers(a: Peers, b: Peers): boolean {
  if (a === b) return true
  return a.size === b.size && [...a].every((id) => b.has(id))
}
