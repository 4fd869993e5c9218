// Owns: the composition of a Buddy of its own: lanes that follow a gateway, the ledger and the Buddy over them, reads for callers; taken down in order.
// Does not own: any of the parts, or the process around them (commands/buddy-run.ts).
// Called by: commands/buddy-run.ts, tests.

import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { openKeyFile } from './buddy/key-file.js'
import { openFollowedLane, type FollowedLanes } from './commands/followed-lanes.js'
import type { BuddySettings } from './config/buddy-config.js'
import { AppError, errorText } from './errors.js'
import type { LaneClient } from './evm-lane/client.js'
import { initKeccak, keccak256 } from './evm-lane/engine/keccak.js'
import { systemClock } from './evm-lane/engine/producer.js'
import { decodeChange, decodeRoster } from './hyper/core/hyper-codec.js'
import type { GenesisLane, HyperGenesis } from './hyper/core/hyper-types.js'
import { createGatewayFeed } from './hyper/feed/gateway-feed.js'
import { createGatewayRpc, type GatewayRpc } from './hyper/feed/gateway-rpc.js'
import type { FeedBatch } from './hyper/feed/feed.js'
import { bytesOf, listOf } from './hyper/feed/json-read.js'
import { createBatchBook, type BatchBook } from './hyper/follower/batch-book.js'
import { createFollower, type Follower } from './hyper/follower/follower.js'
import { followerLimits } from './hyper/follower/limits.js'
import { Refusals } from './hyper/follower/refusals.js'
import { keepTrustedGenesis } from './hyper/follower/trusted-genesis.js'
import { readHyperBlock, type HyperBlock } from './hyper/hyper-block.js'
import { createHyperStore, type HyperStore } from './hyper/hyper-store.js'
import { createOnchainTeller } from './hyper/follower/onchain-teller.js'
import type { OnchainReader } from './hyper/onchain-seals.js'
import { openSealing, type Sealing } from './hyper/sealing.js'
import type { SealingReader } from './hyper/sealing-reader.js'
import { sealingLimits } from './hyper/sealing-limits.js'
import { SessionBatches, type BatchOnDisk } from './hyper/session-batches.js'
import { equalBytes, type Bytes, type Hash32 } from './primitives.js'
import type { Log } from './process/log.js'
import { openReadServer, type ReadServer } from './process/read-server.js'
import { openSealerThread } from './process/sealer-thread.js'
import { openLevelStore } from './store/level-store.js'
import type { Store } from './store/store.js'

export type RunningBuddy = {
  key: Bytes
  /** Where reads are served; null when they are not. */
  url: string | null
  stop: () => Promise<void>
}

/** Resolves when the Buddy runs; how far its lanes are is another matter. @throws AppError of the part that could not start; nothing is left running then. */
export async function startBuddyNode(settings: BuddySettings, log: Log): Promise<RunningBuddy> {
  await initKeccak()
  const { signer } = openKeyFile(settings.keyFile)
  const genesis = keepTrustedGenesis(settings.genesisFile, settings.dataDir, keccak256)
  const node = new BuddyNode(settings, genesis, log)
  try {
    const url = await node.open()
    return { key: signer.key, url, stop: () => node.stop() }
  } catch (error) {
    await node.stop()
    throw error
  }
}

/** How often the gateway is asked for signed changes. The first Buddy that knows of one begins a Hyper Block, and waits for the others. */
const changesMs = 500

class BuddyNode {
  readonly #settings: BuddySettings
  readonly #genesis: HyperGenesis
  readonly #log: Log
  readonly #rpc: GatewayRpc
  readonly #lanes: LaneClient[] = []
  readonly #opening: FollowedLanes
  readonly #batches = new SessionBatches(keccak256)
  readonly #refusals: Refusals
  readonly #stopping = new AbortController()
  #store: Store | null = null
  #sealing: Sealing | null = null
  #follower: Follower | null = null
  #server: ReadServer | null = null
  #changes: NodeJS.Timeout | null = null
  #adding: Promise<void> = Promise.resolve()

  constructor(settings: BuddySettings, genesis: HyperGenesis, log: Log) {
    const { gateway, dataDir, syncWrites } = settings
    this.#settings = settings
    this.#genesis = genesis
    this.#log = log
    this.#rpc = createGatewayRpc(gateway, followerLimits.requestMs, this.#stopping.signal)
    this.#opening = { dataDir, syncWrites, keccak256, log, feed: createGatewayFeed(this.#rpc) }
    this.#refusals = new Refusals(log, Date.now)
  }

  /** Answers where reads are served. */
  async open(): Promise<string | null> {
    this.#store = await openLevelStore(join(this.#settings.dataDir, 'hyper'))
    const store = createHyperStore(this.#store)
    const book = createBatchBook(this.#store, (batch) => this.#onBatch(batch))
    const tip = await newestBlock(store)
    const roster = await store.roster()
    await this.#openLanes((roster === null ? null : decodeRoster(roster))?.lanes ?? this.#genesis.lanes)
    const sealed = new Map(this.#lanes.map(({ spec }) => [spec.chainId, tip?.body.lanes.find(({ chainId }) => chainId === spec.chainId)?.to ?? 0n]))
    for (const batch of await book.unsealed(sealed)) this.#batches.add(onDisk(batch))
    const sealing = await this.#openSealing(store)
    this.#sealing = sealing
    const follower = this.#follow(book, store, sealing)
    this.#follower = follower
    for (const lane of this.#lanes) this.#watch(lane, sealing, follower)
    sealing.reader.onSealed(() => this.#onSealed(sealing, follower))
    if (sealing.reader.onchain !== null) this.#tellOnchain(sealing.reader, sealing.reader.onchain)
    this.#changes = setInterval(() => void this.#takeChanges(sealing), changesMs)
    return this.#serve(book, sealing, follower)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    if (this.#changes !== null) clearInterval(this.#changes)
    await this.#adding
    await Promise.all([this.#server?.stop(), this.#follower?.stop()])
    await this.#sealing?.stop()
    await Promise.all(this.#lanes.map((lane) => lane.stop()))
    await this.#store?.close()
  }

  async #openLanes(wanted: readonly GenesisLane[]): Promise<void> {
    const ids = wanted.map(({ chainId }) => chainId)
    for (const trusted of wanted) {
      const lane = await this.#untilAnswered(() => openFollowedLane(trusted, ids.filter((id) => id !== trusted.chainId), this.#opening)) // prettier-ignore
      this.#lanes.push(lane)
    }
  }

  /** A Buddy may be started before its gateway. */
  async #untilAnswered<T>(question: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        return await question()
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'gateway-unavailable' || this.#stopping.signal.aborted) throw error
        if (failures === 0) this.#log('warn', error.message)
        const { retryMs, retryMsMax } = followerLimits
        await sleep(Math.min(retryMsMax, retryMs * 2 ** Math.min(failures, 10)), this.#stopping.signal)
      }
    }
  }

  #openSealing(store: HyperStore): Promise<Sealing> {
    const { dataDir, keyFile, listen, peers, followers, exchange, timing, minPeriodMs, heartbeatMs, onchainSeals } = this.#settings
    const { periodMs, censorMs, driftMs } = this.#genesis.params
    const rhythm = { periodMs, minPeriodMs: Math.min(minPeriodMs, periodMs), heartbeatMs, fromSeal: true }
    const link = { keyFile, listen, peers, followers, exchange }
    return openSealing({
      dataDir,
      lanes: this.#lanes,
      store,
      batches: this.#batches,
      // A batch comes with the first of its blocks, whichever lane that is of; the book knows those of before.
      oldestBatch: () => 0,
      settings: {
        ...rhythm,
        buddies: this.#genesis.set,
        link,
        onchain: onchainSeals ? 'sign' : 'off',
        timing,
        censorMs,
        driftMs,
        adminKey: null,
        currency: '',
      },
      limits: sealingLimits,
      openPort: openSealerThread,
      keccak256,
      clock: systemClock,
      log: this.#log,
    })
  }

  #follow(batches: BatchBook, store: HyperStore, sealing: Sealing): Follower {
    const { hash } = sealing.reader.genesis
    const sealedNumber = (wanted: Hash32): Promise<bigint | null> => (equalBytes(wanted, hash) ? Promise.resolve(0n) : store.numberOf(wanted))
    const { feed } = this.#opening
    const deps = { feed, batches, refusals: this.#refusals, keccak256, sealedNumber, limits: followerLimits, log: this.#log }
    return createFollower(deps, this.#settings.gateway)
  }

  #watch(lane: LaneClient, sealing: Sealing, follower: Follower): void {
    // Others may ask about a block as soon as they have it.
    lane.on('head', () => sealing.gather())
    follower.add(lane)
  }

  #onBatch(batch: FeedBatch): void {
    this.#batches.add(onDisk(batch))
    this.#sealing?.soon()
  }

  #onSealed(sealing: Sealing, follower: Follower): void {
    follower.sealed()
    const missing = sealing.reader.lanes().filter(({ chainId }) => !this.#lanes.some(({ spec }) => spec.chainId === chainId))
    for (const lane of missing) this.#adding = this.#adding.then(() => this.#addLane(lane, sealing, follower))
  }

  /** H3: a lane that was added to the network begins here too. */
  async #addLane(trusted: GenesisLane, sealing: Sealing, follower: Follower): Promise<void> {
    if (this.#lanes.some(({ spec }) => spec.chainId === trusted.chainId) || this.#stopping.signal.aborted) return
    try {
      const others = this.#lanes.map(({ spec }) => spec.chainId)
      const lane = await this.#untilAnswered(() => openFollowedLane(trusted, others, this.#opening))
      this.#lanes.push(lane)
      await sealing.addLane(lane)
      for (const each of this.#lanes) await each.call('setPeers', { peers: [...others, trusted.chainId].filter((id) => id !== each.spec.chainId) })
      this.#watch(lane, sealing, follower)
      this.#log('info', `lane ${trusted.name} is followed from now on`, { lane: trusted.chainId })
    } catch (error) {
      this.#log('error', `lane ${trusted.name} cannot be followed: ${errorText(error)}`, {
        lane: trusted.chainId,
      })
    }
  }

  /** The gateway collects what contracts want to see; whoever misses one asks this Buddy, or for the next. */
  #tellOnchain(reader: SealingReader, onchain: OnchainReader): void {
    const teller = createOnchainTeller(this.#rpc, this.#log)
    reader.onSealed((block) => {
      for (const signature of onchain.ownOf(block)) teller.tell(signature)
    })
  }

  /** Changes reach Buddies through the gateway; each looks at the signature itself. */
  async #takeChanges(sealing: Sealing): Promise<void> {
    try {
      const found = listOf(await this.#rpc.call('hyper_getPendingChanges', []), 'changes', (bytes) => decodeChange(bytesOf(bytes, 'a change')))
      // Those before it are sealed elsewhere and come with their Hyper Blocks; then it is its turn.
      for (const change of found) if (change?.nonce === sealing.reader.validators().nonce) await sealing.reader.submitChange(change)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.code !== 'gateway-unavailable') this.#log('warn', `a signed change is not taken: ${error.message}`, { code: error.code })
    }
  }

  async #serve(book: BatchBook, sealing: Sealing, follower: Follower): Promise<string | null> {
    const { serve, gateway } = this.#settings
    if (serve === null) return null
    this.#server = await openReadServer(serve, {
      lanes: this.#lanes,
      sealing: sealing.reader,
      batchOf: (chainId, number) => book.ofBlock(chainId, number),
      following: {
        gateway: gateway.url,
        status: () => follower.status(),
        refusals: () => this.#refusals.list(),
        refusedTotal: () => this.#refusals.total,
      },
      log: this.#log,
    })
    return this.#server.url
  }
}

async function newestBlock(store: HyperStore): Promise<HyperBlock | null> {
  const sealed = await store.byNumber(await store.tip())
  return sealed === null ? null : readHyperBlock(keccak256, sealed)
}

function onDisk({ batch, blocks, sessions }: FeedBatch): BatchOnDisk {
  return { batch, blocks, sessions: sessions.map(({ id, events }) => ({ id, transcript: events })) }
}

/** Ends early, without an error, when the process stops. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await after(ms, undefined, { signal }).catch(() => undefined)
}
