// Owns: several Buddies in one thread, which is one operator's: a key and a log each, one network in memory, one app.
// Does not own: the thread or the app (hyper), where the stores are.
// Called by: the sealer's thread.

import { AppError } from '../errors.js'
import type { Store } from '../store/store.js'
import type { BuddyApp, Sealed } from './app.js'
import type { Crypto, HeaderFacts, Timing, ValidatorSet } from './core/types.js'
import { openBuddy } from './runner.js'
import type { Buddy, BuddyStatus } from './runner.js'
import { shareApp } from './shared-app.js'
import type { SharedApp } from './shared-app.js'
import { createVerifier } from './signer.js'
import type { Signer } from './signer.js'
import type { Timers } from './timers.js'
import { createMemoryNetwork } from './transport-memory.js'
import type { MemoryNetwork } from './transport-memory.js'
import { rememberVerdicts } from './verdicts.js'
import { openBuddyStore } from './wal.js'
import type { BuddyStore } from './wal.js'

export type EmbeddedOptions = {
  signers: readonly Signer[]
  openStore: (index: number) => Promise<Store>
  genesis: { hash: Uint8Array; set: ValidatorSet }
  app: BuddyApp
  /** The highest height that the app has for good. */
  delivered: bigint
  /** Keccak-256. */
  hash: Crypto['hash']
  readHeader: (header: Uint8Array) => HeaderFacts | null
  timing: Timing
  /** False: survives the process, but not a loss of power. */
  sync: boolean
  keepHeights: number | null
  archive?: (height: bigint) => Promise<Sealed | null>
  /** Heights that the app has and a log that ends at `decided` lacks: taken from the archive, before the Buddy runs. Null: none. */
  lacking?: (decided: bigint) => { from: bigint; to: bigint } | null
  timers?: Timers
  /** This Buddy stopped for good; `start` opens it again. */
  onFailed: (index: number, error: unknown) => void
  onTrouble: (index: number, what: string, error: unknown) => void
}

export type Embedded = {
  /** Null for one that is stopped. */
  readonly buddies: readonly (Buddy | null)[]
  status: () => (BuddyStatus | null)[]
  /** One Buddy crashes, or comes back from its log; the others go on. */
  stopOne: (index: number) => Promise<void>
  startOne: (index: number) => Promise<void>
  stop: () => Promise<void>
}

/** @throws AppError of the first log that is refused; nothing is left running then. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const buddies: (Buddy | null)[] = options.signers.map(() => null)
  const network = createMemoryNetwork()
  // All see the same signatures; one verification serves them all.
  const crypto: Crypto = { hash: options.hash, verify: rememberVerdicts(createVerifier()) }
  const sealed = async (height: bigint): Promise<Sealed | null> => {
    for (const buddy of buddies) {
      const found = await buddy?.sealed(height)
      if (found !== undefined && found !== null) return found
    }
    return null
  }
  const app = shareApp(options.app, options.delivered, sealed)
  const stopOne = async (index: number): Promise<void> => {
    const buddy = buddies[index]
    buddies[index] = null
    await buddy?.stop()
  }
  const stop = async (): Promise<void> => {
    await Promise.all(buddies.map((_, index) => stopOne(index)))
  }
  const startOne = async (index: number): Promise<void> => {
    await stopOne(index)
    buddies[index] = await openOne(options, { index, app, crypto, network })
  }
  try {
    for (const index of buddies.keys()) await startOne(index)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    buddies,
    status: () => buddies.map((buddy) => buddy?.status() ?? null),
    stopOne,
    startOne,
    stop,
  }
}

type Shared = { index: number; app: SharedApp; crypto: Crypto; network: MemoryNetwork }

async function openOne(options: EmbeddedOptions, { index, app, crypto, network }: Shared): Promise<Buddy> {
  const { signers, openStore, genesis, sync, keepHeights, archive, timers, readHeader, timing, onFailed, onTrouble } = options
  const signer = signers[index] as Signer
  const store = await openBuddyStore(await openStore(index), { genesis, key: signer.key, sync, keepHeights })
  await restore(store, options)
  return openBuddy({
    app,
    delivered: app.height(),
    signer,
    crypto,
    transport: network.join(signer.key),
    store,
    genesisHash: genesis.hash,
    readHeader,
    timing,
    exchange: 'buddy',
    ...(timers === undefined ? {} : { timers }),
    ...(archive === undefined ? {} : { archive }),
    onFailed: (error) => onFailed(index, error),
    onTrouble: (what, error) => onTrouble(index, what, error),
  })
}

/** A log that was not synced may have lost heights to a loss of power which its app kept. They were decided: nothing of them is voted on again. */
async function restore(store: BuddyStore, { lacking, archive }: EmbeddedOptions): Promise<void> {
  const { start } = await store.records()
  const span = lacking?.(start.height - 1n) ?? null
  if (span === null) return
  for (let height = span.from; height <= span.to; height++) {
    const sealed = (await archive?.(height)) ?? null
    if (sealed === null) throw new AppError('store-corrupt', `height ${height} is missing, which the app has and a Buddy's log lacks`)
    await store.append([{ kind: 'decided', height, ...sealed }])
  }
}
