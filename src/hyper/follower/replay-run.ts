// Owns: executing everything again from the genesis on, and comparing it with every sealed Hyper Block, one after the other.
// Does not own: Seals (core/verify.ts), the lanes' judgement, comparing states (commands/state-compare.ts).
// Called by: commands/verify-replay.ts.

import { AppError } from '../../errors.js'
import type { Block, Crypto } from '../../buddy/core/types.js'
import { decodeSeal } from '../../buddy/core/codec.js'
import type { LaneClient } from '../../evm-lane/client.js'
import { equalBytes, type Hash32 } from '../../primitives.js'
import { MemoryStore } from '../../store/memory-store.js'
import { addFacts, applySealed, check, createLedger } from '../core/ledger.js'
import type { Ledger } from '../core/ledger-state.js'
import type { GenesisLane, HyperBody, HyperGenesis, LaneEntry } from '../core/hyper-types.js'
import { followSeal, genesisAnchor, openBody, type Anchor } from '../core/verify.js'
import type { FeedBlock, LaneFeed } from '../feed/feed.js'
import { SessionBatches } from '../session-batches.js'
import { createBatchBook, type BatchBook } from './batch-book.js'
import { readHeaderLinks } from './block-links.js'

export type SealedBytes = { header: Uint8Array; body: Uint8Array; seal: Uint8Array }

/** `block` null: it is the Hyper Block itself. */
export type Finding = { hyperNumber: bigint; chainId: number | null; block: bigint | null; text: string }

export type ReplayRunOptions = {
  genesis: HyperGenesis
  feed: LaneFeed
  sealed: (number: bigint) => Promise<SealedBytes>
  /** A lane of the network, from its genesis on. */
  openLane: (trusted: GenesisLane, others: readonly number[]) => Promise<LaneClient>
  crypto: Crypto
  onProgress: (number: bigint) => void
}

const fetchBlocks = 64
/** As many as a lane remembers. */
const marksMax = 16_384

type Replayed = { lane: LaneClient; ahead: FeedBlock[]; /** Nothing more is executed: a block of it was refused. */ ended: boolean }

export class ReplayRun {
  readonly lanes = new Map<number, Replayed>()
  readonly findings: Finding[] = []
  gasUsed = 0n
  readonly #options: ReplayRunOptions
  readonly #ledger: Ledger
  readonly #batches: SessionBatches
  readonly #book: BatchBook
  #anchor: Anchor
  /** Hyper Blocks so far, the newest last (marksMax): the blocks of a lane that was added may build on those before. */
  #marks: { hyperNumber: bigint; hyperHash: Hash32 }[] = []

  constructor(options: ReplayRunOptions) {
    const { genesis, crypto } = options
    this.#options = options
    this.#ledger = createLedger({ crypto, genesis, last: null, roster: null })
    this.#anchor = genesisAnchor(crypto, genesis)
    this.#batches = new SessionBatches(crypto.hash)
    this.#book = createBatchBook(new MemoryStore(), ({ batch, blocks, sessions }) =>
      this.#batches.add({ batch, blocks, sessions: sessions.map(({ id, events }) => ({ id, transcript: events })) }),
    )
  }

  /** Up to Hyper Block `tip`, or to the first that differs. @throws NotProven for a Seal that is none. */
  async sealedTo(tip: bigint): Promise<void> {
    await this.#openLanes(this.#options.genesis.lanes)
    await this.#tell([])
    while (this.#anchor.number < tip && this.findings.length === 0) {
      await this.#next()
      this.#options.onProgress(this.#anchor.number)
    }
  }

  /** Blocks that no Hyper Block holds yet, as far as they go. */
  async unsealed(): Promise<void> {
    await Promise.all([...this.lanes.values()].map((of) => this.#execute(of, null)))
  }

  async #next(): Promise<void> {
    const { crypto, sealed } = this.#options
    const bytes = await sealed(this.#anchor.number + 1n)
    const anchor = followSeal(crypto, this.#anchor, bytes.seal)
    const number = anchor.number
    if (!equalBytes(crypto.hash(bytes.header), anchor.hash)) return this.#found(number, null, null, 'its header is not the one that was sealed')
    const body = openBody(crypto, anchor, bytes.body)
    const entries = body.lanes.flatMap((entry) => {
      const of = this.lanes.get(entry.chainId)
      return of === undefined ? [] : [{ entry, of }]
    })
    await Promise.all(entries.map(({ entry, of }) => this.#execute(of, entry.to)))
    if (this.findings.length > 0) return
    this.#anchor = anchor
    const block: Block = { header: bytes.header, body: bytes.body, nextSet: decodeSeal(bytes.seal)?.nextSet ?? null }
    if (!(await this.#compare(block, body))) return
    applySealed(this.#ledger, block)
    await this.#openLanes(this.#ledger.roster.lanes)
    await this.#tell(body.lanes)
  }

  /** `to` null: as far as the source goes. */
  async #execute(of: Replayed, to: bigint | null): Promise<void> {
    const { lane } = of
    for (let next = headOf(lane) + 1n; !of.ended && (to === null || next <= to); next++) {
      if (of.ahead.length === 0) of.ahead = await this.#options.feed.blocks(lane.spec.chainId, next, fetchBlocks)
      const block = of.ahead.shift()
      if (block === undefined) {
        if (to !== null) this.#end(of, next, 'it is sealed, and the server does not have it')
        return
      }
      const refused = await this.#import(lane, next, block)
      // It was made while this ran, on a Hyper Block that this does not go to.
      if (refused?.isLater === true && to === null) return
      if (refused !== null) return this.#end(of, next, refused.reason)
    }
  }

  #end(of: Replayed, number: bigint, reason: string): void {
    of.ended = true
    this.#found(this.#anchor.number + 1n, of.lane.spec.chainId, number, reason)
  }

  async #import(lane: LaneClient, number: bigint, { batch, rlp, ...exported }: FeedBlock): Promise<{ reason: string; isLater: boolean } | null> {
    const { chainId } = lane.spec
    const links = readHeaderLinks(rlp)
    if (links === null) return { reason: 'it is no block', isLater: false }
    const wrong = batch === null ? null : await this.#book.take(batch, { chainId, number, hash: this.#options.crypto.hash(links.header) })
    if (wrong !== null) return { reason: wrong, isLater: false }
    try {
      await lane.call('importBlock', { rlp, own: { ...exported, sessions: batch?.sessions ?? null } })
      this.gasUsed += lane.head()?.header.gasUsed ?? 0n
      return null
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'block-invalid') throw error
      return { reason: error.message, isLater: error.data?.['awaits'] === 'hyper' }
    }
  }

  async #compare(block: Block, body: HyperBody): Promise<boolean> {
    const lanes = await Promise.all(
      body.lanes.map(async ({ chainId, from, to }) => {
        const lane = this.lanes.get(chainId)?.lane
        const blocks = lane === undefined || to < from ? [] : await lane.call('blockFacts', { from, max: Number(to - from) + 1 })
        return { chainId, blocks }
      }),
    )
    addFacts(this.#ledger, { lanes, batches: this.#batches.takeFresh(), changes: [], nowMs: Date.now() })
    const verdict = check(this.#ledger, { block, mode: 'certified', nowMs: Date.now() })
    if (verdict.kind === 'valid') return true
    const reason =
      verdict.kind === 'invalid' ? verdict.reason : `it names more than its lanes have: ${verdict.lanes.map(({ chainId }) => chainId).join(', ')}`
    this.#found(this.#anchor.number, null, null, reason)
    return false
  }

  async #openLanes(wanted: readonly GenesisLane[]): Promise<void> {
    const ids = wanted.map(({ chainId }) => chainId)
    const missing = wanted.filter(({ chainId }) => !this.lanes.has(chainId))
    if (missing.length === 0) return
    for (const { lane } of this.lanes.values()) await lane.call('setPeers', { peers: ids.filter((id) => id !== lane.spec.chainId) })
    for (const trusted of missing) {
      const lane = await this.#options.openLane(trusted, ids.filter((id) => id !== trusted.chainId)) // prettier-ignore
      for (const mark of this.#marks) await lane.call('sealed', { ...mark, finalized: 0n })
      this.lanes.set(trusted.chainId, { lane, ahead: [], ended: false })
    }
  }

  /** H4: what the blocks to come may build on. */
  async #tell(entries: readonly LaneEntry[]): Promise<void> {
    const { number, hash } = this.#anchor
    this.#marks.push({ hyperNumber: number, hyperHash: hash })
    if (this.#marks.length > marksMax) this.#marks.shift()
    await Promise.all(
      Array.from(this.lanes, ([chainId, { lane }]) => {
        const finalized = entries.find((entry) => entry.chainId === chainId)?.to ?? 0n
        return lane.call('sealed', { hyperNumber: number, hyperHash: hash, finalized })
      }),
    )
  }

  #found(hyperNumber: bigint, chainId: number | null, block: bigint | null, text: string): void {
    this.findings.push({ hyperNumber, chainId, block, text })
  }
}

function headOf(lane: LaneClient): bigint {
  return lane.head()?.header.number ?? 0n
}
