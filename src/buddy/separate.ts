// Owns: one Buddy of this process among those of others (B9): its log, its place on the network; or, with a key outside of the set, one that only learns.
// Does not own: the thread or the app (hyper), where the store is.
// Called by: the sealer's thread. The same handle as for several Buddies of one thread (embedded.ts).

import type { Store } from '../store/store.js'
import type { BuddyApp, Sealed } from './app.js'
import type { Crypto, HeaderFacts, Key, Timing, ValidatorSet } from './core/types.js'
import type { Embedded } from './embedded.js'
import { openBuddy } from './runner.js'
import type { Buddy } from './runner.js'
import { createVerifier } from './signer.js'
import type { Signer } from './signer.js'
import { openTcpTransport } from './transport-tcp.js'
import type { Address } from './transport-tcp.js'
import { openBuddyStore } from './wal.js'
import type { BuddyStore } from './wal.js'

export type SeparateOptions = {
  signer: Signer
  openStore: () => Promise<Store>
  genesis: { hash: Uint8Array; set: ValidatorSet }
  app: BuddyApp
  /** The highest height that the app has for good. */
  delivered: () => bigint
  /** Keccak-256. */
  hash: Crypto['hash']
  readHeader: (header: Uint8Array) => HeaderFacts | null
  timing: Timing
  exchange: 'buddy' | 'direct'
  sync: boolean
  keepHeights: number | null
  /** Sealed blocks that the app has for good. */
  archive: (height: bigint) => Promise<Sealed | null>
  listen: Address | null
  peers: readonly (Address & { key: Key })[]
  followers: readonly Key[]
  onFailed: (error: unknown) => void
  onTrouble: (what: string, error: unknown) => void
}

/** @throws AppError 'config-invalid' when it cannot listen, or as the log. */
export async function openSeparate(options: SeparateOptions): Promise<Embedded> {
  let buddy: Buddy | null = await openOne(options)
  const stop = async (): Promise<void> => {
    const running = buddy
    buddy = null
    await running?.stop()
  }
  return {
    get buddies() {
      return [buddy]
    },
    status: () => [buddy?.status() ?? null],
    stopOne: stop,
    startOne: async () => {
      await stop()
      buddy = await openOne(options)
    },
    stop,
  }
}

async function openOne(options: SeparateOptions): Promise<Buddy> {
  const { signer, genesis, sync, keepHeights, app, delivered, hash, readHeader, timing, exchange, archive, onFailed, onTrouble } = options
  const verify = createVerifier()
  const { listen, peers: addresses, followers } = options
  const transport = await openTcpTransport({ identity: { signer, verify, genesisHash: genesis.hash }, listen, addresses, followers })
  let store: BuddyStore | null = null
  try {
    store = await openBuddyStore(await options.openStore(), { genesis, key: signer.key, sync, keepHeights })
    await bringUp(store, options)
  } catch (error) {
    await transport.close()
    await store?.close()
    throw error
  }
  return openBuddy({
    app,
    delivered: delivered(),
    signer,
    crypto: { hash, verify },
    transport,
    store,
    genesisHash: genesis.hash,
    readHeader,
    timing,
    exchange,
    archive,
    onFailed,
    onTrouble,
  })
}

/** A log that lost its end, or a new one beside blocks that are there already, gets the blocks that the app has beyond it. */
async function bringUp(store: BuddyStore, { delivered, archive }: SeparateOptions): Promise<void> {
  const { start } = await store.records()
  for (let height = start.height; height <= delivered(); height++) {
    const sealed = await archive(height)
    if (sealed === null) return
    await store.append([{ kind: 'decided', height, ...sealed }])
  }
}
