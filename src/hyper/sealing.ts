// Owns: Hyper Blocks of this process put together: genesis, members, the sealer, the cycles; what others may ask of them.
// Does not own: any of the parts.
// Called by: node.ts.

import type { ValidatorSet } from '../buddy/core/types.js'
import { createVerifier } from '../buddy/signer.js'
import { AppError, errorText } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { Bytes, Hash32 } from '../primitives.js'
import { buddyKeyFile } from './buddy-folder.js'
import { ChangeDesk } from './change-desk.js'
import { rosterOfGenesis } from './core/genesis.js'
import { decodeRoster, genesisHashOf } from './core/hyper-codec.js'
import type { GenesisLane, HyperGenesis, Roster, SignedChange } from './core/hyper-types.js'
import { Cycles, rhythmOf } from './cycles.js'
import type { Clock, Rhythm } from './cycles.js'
import { buddiesHere, genesisLane, makeGenesis, readGenesis } from './genesis-file.js'
import { readHyperBlock } from './hyper-block.js'
import type { HyperBlock, Sealed } from './hyper-block.js'
import type { HyperStore } from './hyper-store.js'
import type { HyperLog } from './log.js'
import { Membership } from './membership.js'
import { openOnchainSigner } from './onchain-key.js'
import { OnchainSeals } from './onchain-seals.js'
import type { BuddyLink } from './sealer-protocol.js'
import { openSealer } from './sealer-client.js'
import type { OpenSealerPort } from './sealer-client.js'
import type { Sealer } from './sealer.js'
import { SealerKeeper } from './sealer-keeper.js'
import type { SealingLimits } from './sealing-limits.js'
import type { SealingReader } from './sealing-reader.js'
import { createSealingView } from './sealing-view.js'
import type { SessionBatches } from './session-batches.js'
import type { Keccak256 } from './session-id.js'

export type SealingSettings = Rhythm & {
  buddies: number | ValidatorSet
  censorMs: number
  driftMs: number
  adminKey: Bytes | null
  /** Not null where Buddies are separate processes. */
  link: BuddyLink | null
  /** Seals for contracts: `collect` those of Buddies elsewhere, `sign` as the Buddies of this process too. */
  onchain: 'off' | 'collect' | 'sign'
  currency: string
  timing: { deltaMs: number; viewTimeoutMs: number; askMs: number }
}

export type SealingOptions = {
  dataDir: string
  /** Lanes that started, of those that are to be sealed. */
  lanes: readonly LaneClient[]
  store: HyperStore
  batches: SessionBatches
  oldestBatch: () => number
  settings: SealingSettings
  limits: SealingLimits
  openPort: OpenSealerPort
  keccak256: Keccak256
  clock: Clock
  log: HyperLog
}

export type Sealing = {
  reader: SealingReader
  /** A session or message committed. */
  soon: () => void
  /** A lane has new blocks that others may ask about before the period ends. */
  gather: () => void
  /** A lane that began while the process runs. Settles when it may make blocks. */
  addLane: (lane: LaneClient) => Promise<void>
  stop: () => Promise<void>
}

/** @throws AppError 'genesis-mismatch', 'store-corrupt', 'store-in-use', 'store-failed'. */
export async function openSealing(options: SealingOptions): Promise<Sealing> {
  const { dataDir, keccak256, store } = options
  const genesis = readGenesis(dataDir, keccak256) ?? (await beginNetwork(options))
  const tip = await store.tip()
  const sealed = tip === 0n ? null : await store.byNumber(tip)
  const roster = await store.roster()
  const last = sealed === null ? null : { sealed, roster }
  const own = new OwnSealing(options, genesis, last)
  try {
    await own.open()
  } catch (error) {
    await own.stop()
    throw error
  }
  return own
}

/** The first start: the lanes that started are those of the network. */
async function beginNetwork({ lanes, settings, dataDir, keccak256, clock, log }: SealingOptions): Promise<HyperGenesis> {
  const known: GenesisLane[] = []
  for (const lane of lanes) {
    try {
      known.push(await genesisLane(lane, settings.currency, keccak256))
    } catch (error) {
      log('error', `lane ${lane.spec.name} is not sealed: ${errorText(error)}`, { lane: lane.spec.chainId })
    }
  }
  const { buddies, adminKey, currency, periodMs, censorMs, driftMs } = settings
  return makeGenesis(known, { dataDir, buddies, adminKey, currency, nowMs: clock.nowMs(), params: { periodMs, censorMs, driftMs } }, keccak256)
}

type Last = { sealed: Sealed; roster: Bytes | null }

class OwnSealing implements Sealing {
  readonly reader: SealingReader
  readonly #options: SealingOptions
  readonly #genesis: { document: HyperGenesis; hash: Hash32 }
  readonly #buddies: number[]
  readonly #cycles: Cycles
  readonly #sealer: SealerKeeper
  readonly #listeners = new Set<(block: HyperBlock, latencyMs: number | null) => void>()
  readonly #changes: ChangeDesk
  readonly #members: Membership
  #newest: HyperBlock | null
  #last: Last | null
  #roster: Roster
  #stopped = false

  constructor(options: SealingOptions, document: HyperGenesis, last: Last | null) {
    const { keccak256, dataDir, settings, store, batches, oldestBatch, limits, clock, log } = options
    this.#options = options
    this.#genesis = { document, hash: genesisHashOf({ hash: keccak256 }, document) }
    this.#buddies = settings.link === null ? buddiesHere(dataDir, document) : []
    this.#last = last
    this.#newest = last === null ? null : readHyperBlock(keccak256, last.sealed)
    this.#roster = last === null || last.roster === null ? rosterOfGenesis(document) : rosterIn(last.roster)
    this.#changes = new ChangeDesk({ genesis: this.#genesis, keccak256, dataDir, store })
    this.#sealer = new SealerKeeper({
      open: () => this.#openSealer(),
      onReopened: () => this.#retell(),
      againMs: limits.againMs,
      clock,
      log,
    })
    this.#cycles = new Cycles(
      {
        rhythm: rhythmOf(settings, { restFactor: limits.restFactor, ownBuddies: settings.link === null }),
        sealer: this.#sealer,
        store,
        batches,
        oldestRunningBatch: oldestBatch,
        limits,
        clock,
        log,
        onStored: (block, roster) => this.#stored(block, roster),
        onSealed: (block, latencyMs) => {
          for (const listener of this.#listeners) listener(block, latencyMs)
        },
      },
      { hyperNumber: this.height(), hyperHash: this.#newest?.hash ?? this.#genesis.hash },
    )
    this.#members = new Membership(options.lanes, {
      dataDir,
      currency: settings.currency,
      keccak256,
      cycles: this.#cycles,
      changes: this.#changes,
      roster: () => this.#roster,
      newest: () => this.#newest,
      log,
    })
    this.reader = this.#makeReader()
  }

  height(): bigint {
    return this.#newest?.header.number ?? 0n
  }

  async open(): Promise<void> {
    const { batches, oldestBatch } = this.#options
    batches.sealed((chainId, number) => this.#members.sealedOf(chainId) >= number, oldestBatch())
    this.#members.recover()
    await this.#sealer.open()
    for (const change of await this.#changes.open(this.#roster.nonce)) this.#cycles.addChange(change)
    this.#cycles.begin()
    await this.#members.joinAll()
  }

  readonly soon = (): void => this.#cycles.soon()

  readonly gather = (): void => this.#cycles.gather()

  addLane(lane: LaneClient): Promise<void> {
    return this.#members.add(lane)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#cycles.stop()
    await this.#sealer.stop()
  }

  #openSealer(): Promise<Sealer> {
    const { dataDir, settings, openPort, store, keccak256, limits, log } = this.#options
    return openSealer({
      spec: {
        dataDir,
        genesis: this.#genesis.document,
        last: this.#last,
        buddies: this.#buddies,
        link: settings.link,
        timing: settings.timing,
        syncLogs: limits.syncLogs,
      },
      open: openPort,
      stored: (number) => store.byNumber(number),
      stopMs: limits.stopMs,
      events: {
        onProposed: (lanes) => this.#cycles.proposed(lanes),
        onDecided: async (sealed, roster, waits) => {
          await this.#store(readHyperBlock(keccak256, sealed), { sealed, roster })
          // The block may be of a proposer that did not know of them yet.
          if (waits) this.#cycles.wish()
        },
        onEvidence: ({ rule, culprit, height }) => {
          log('warn', `Buddy ${culprit} is guilty by ${rule} at Hyper Block ${height}`)
          this.#cycles.wish()
        },
        onTrouble: (what, { code, message }) => log('error', `${what}: ${message}`, { code }),
        onEnded: (error) => this.#sealer.ended(error),
      },
    })
  }

  /** Sealed already: there is no other way than to store it, however long the disk takes. */
  async #store(block: HyperBlock, last: Last): Promise<void> {
    const { limits, log, clock } = this.#options
    while (!this.#stopped) {
      try {
        await this.#cycles.decided(block, last.roster)
        this.#last = { sealed: last.sealed, roster: last.roster ?? this.#last?.roster ?? null }
        return
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'store-failed') throw error
        log('error', `Hyper Block ${block.header.number} is not stored: ${error.message}`)
        await new Promise<void>((resolve) => clock.after(limits.againMs, resolve))
      }
    }
  }

  #stored(block: HyperBlock, roster: Bytes | null): void {
    this.#newest = block
    if (roster !== null) {
      this.#roster = rosterIn(roster)
      this.#changes.sealed(this.#roster.nonce)
      for (const { chainId } of this.#roster.lanes) this.#cycles.admit(chainId)
    }
  }

  /** A sealer that began anew knows what is stored and nothing else. */
  async #retell(): Promise<void> {
    this.#cycles.retell()
    for (const change of await this.#changes.waiting(this.#roster.nonce)) this.#cycles.addChange(change)
  }

  async #submit(change: SignedChange): Promise<void> {
    await this.#changes.accept(change, (next) => this.#sealer.running().changeMistake(next))
    this.#cycles.addChange(change)
  }

  #openOnchain(): OnchainSeals | null {
    const { settings, dataDir, keccak256, limits } = this.#options
    if (settings.onchain === 'off') return null
    const { link } = settings
    const keyFiles = link === null ? this.#buddies.map((index) => buddyKeyFile(dataDir, index)) : [link.keyFile]
    const genesisHash = this.#genesis.hash
    return new OnchainSeals({
      signers: settings.onchain === 'sign' ? keyFiles.map((file) => openOnchainSigner(file, genesisHash, keccak256)) : [],
      genesisHash,
      keccak256,
      verify: createVerifier(),
      set: () => this.reader.validators().set,
      height: () => this.height(),
      keptMax: limits.onchainKeptMax,
      aheadMax: limits.onchainAheadMax,
    })
  }

  #makeReader(): SealingReader {
    const { store, keccak256 } = this.#options
    return createSealingView({
      genesis: this.#genesis,
      store,
      keccak256,
      embedded: this.#buddies.length > 0,
      onchain: this.#openOnchain(),
      newest: () => this.#newest,
      roster: () => this.#roster,
      nextNonce: () => this.#changes.nonce,
      unsealed: (chainId) => this.#cycles.unsealed(chainId),
      describeLane: (chainId) => this.#members.describe(chainId),
      status: async () => this.#sealer.running().status(),
      submitChange: (change) => this.#submit(change),
      stopBuddy: async (index) => this.#sealer.running().stopBuddy(index),
      startBuddy: async (index) => this.#sealer.running().startBuddy(index),
      onSealed: (listener) => {
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
    })
  }
}

function rosterIn(bytes: Bytes): Roster {
  const roster = decodeRoster(bytes)
  if (roster === null) throw new AppError('store-corrupt', 'the roster of lanes and Buddies cannot be read')
  return roster
}
