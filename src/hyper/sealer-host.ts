// Owns: what runs in the sealing thread: the Buddies of this process over one ledger; their cycles, requests of the process, their end.
// Does not own: how messages travel (process/sealer-worker.ts), the Buddies (buddy/embedded.ts, buddy/separate.ts), the ledger (ledger-app.ts).
// Called by: process/sealer-worker.ts; tests in their own thread.

import { join } from 'node:path'
import { assert, unreachable } from '../assert.js'
import type { Crypto } from '../buddy/core/types.js'
import { openEmbedded } from '../buddy/embedded.js'
import { openSeparate } from '../buddy/separate.js'
import type { Embedded } from '../buddy/embedded.js'
import { readKeyFile } from '../buddy/key-file.js'
import { createVerifier } from '../buddy/signer.js'
import type { Signer } from '../buddy/signer.js'
import { AppError, errorToWire } from '../errors.js'
import { openLevelStore } from '../store/level-store.js'
import { buddyFolder, buddyKeyFile } from './buddy-folder.js'
import { genesisHashOf, readHeader } from './core/hyper-codec.js'
import { planReplay } from './core/sealing-plan.js'
import type { Sealed } from './hyper-block.js'
import { LedgerApp } from './ledger-app.js'
import type { BuddyStatus, CycleAt, SealerStatus } from './sealer.js'
import type { BuddyLink, FromSealer, SealerRequests, SealerSpec, ToSealer } from './sealer-protocol.js'
import { ViewChanges } from './view-changes.js'

export type SealerHost = { receive: (message: ToSealer) => void }
type Hash = Crypto['hash']

/** The process stores every block; a Buddy keeps what its peers may still ask for. */
const keepHeights = 64
/** A log is small: four of them must not hold the memory of four lanes. */
const logMemory = { cacheBytes: 1024 * 1024, writeBufferBytes: 1024 * 1024 }

export function hostSealer(spec: SealerSpec, keccak256: Hash, post: (message: FromSealer) => void): SealerHost {
  return new Host(spec, keccak256, post)
}

class Host implements SealerHost {
  readonly #spec: SealerSpec
  readonly #post: (message: FromSealer) => void
  readonly #app: LedgerApp
  readonly #keys: Uint8Array[]
  readonly #opening: Promise<Embedded>
  readonly #views = new ViewChanges()
  readonly #wanted = new Map<bigint, ((sealed: Sealed | null) => void)[]>()
  readonly #handlers: { [K in keyof SealerRequests]: (req: SealerRequests[K]['req']) => Promise<SealerRequests[K]['res']> }
  #embedded: Embedded | null = null

  constructor(spec: SealerSpec, keccak256: Hash, post: (message: FromSealer) => void) {
    const crypto: Crypto = { hash: keccak256, verify: createVerifier() }
    this.#spec = spec
    this.#post = post
    this.#app = new LedgerApp(spec, { crypto, post, nowMs: Date.now })
    const signers =
      spec.link === null ? spec.buddies.map((index) => readKeyFile(buddyKeyFile(spec.dataDir, index))) : [readKeyFile(spec.link.keyFile)]
    this.#keys = signers.map(({ key }) => key)
    this.#opening = spec.link === null ? this.#openHere(crypto, signers) : this.#openLinked(crypto, spec.link)
    this.#handlers = {
      status: () => Promise.resolve(this.#status()),
      changeMistake: ({ change }) => Promise.resolve(this.#app.changeMistake(change)),
      stopBuddy: ({ index }) => this.#opened().stopOne(this.#placeOf(index)).then(nothing),
      startBuddy: ({ index }) => this.#opened().startOne(this.#placeOf(index)).then(nothing),
      stop: () => this.#opening.then((embedded) => embedded.stop()).then(nothing),
    }
    this.#opening.then(
      (embedded) => {
        this.#embedded = embedded
        post({ kind: 'ready' })
      },
      (error: unknown) => post({ kind: 'fatal', error: errorToWire(error) }),
    )
  }

  receive(message: ToSealer): void {
    switch (message.kind) {
      case 'facts':
        try {
          return this.#app.add(message.facts)
        } catch (error) {
          return this.#trouble('what the lanes tell cannot be sealed', error)
        }
      case 'cycle':
        return this.#cycle(message)
      case 'stored':
        return this.#app.stored(message.number)
      case 'block': {
        const waiting = this.#wanted.get(message.number) ?? []
        this.#wanted.delete(message.number)
        for (const settle of waiting) settle(message.sealed)
        return
      }
      case 'request':
        return this.#answer(message)
      default:
        return unreachable(message)
    }
  }

  /** Several Buddies of one operator, in one thread. */
  #openHere(crypto: Crypto, signers: Signer[]): Promise<Embedded> {
    const { buddies, dataDir, genesis, timing, syncLogs } = this.#spec
    const stored = this.#app.storedHeight
    return openEmbedded({
      signers,
      openStore: (at) => openLevelStore(join(buddyFolder(dataDir, buddies[at] as number), 'db'), logMemory),
      genesis: { hash: genesisHashOf(crypto, genesis), set: genesis.set },
      app: this.#app,
      delivered: stored,
      hash: crypto.hash,
      readHeader,
      timing,
      sync: syncLogs,
      keepHeights,
      archive: (height) => this.#want(height),
      lacking: (decided) => planReplay(stored, decided),
      onFailed: (at, error) => this.#trouble(`Buddy ${buddies[at]} ended`, error),
      onTrouble: (at, what, error) => this.#trouble(`Buddy ${buddies[at]}: ${what}`, error),
    })
  }

  /** One Buddy, or none, among those of others. What it signs must outlive a loss of power: others hold it against it. */
  #openLinked(crypto: Crypto, { keyFile, ...link }: BuddyLink): Promise<Embedded> {
    const { dataDir, genesis, timing } = this.#spec
    return openSeparate({
      ...link,
      signer: readKeyFile(keyFile),
      openStore: () => openLevelStore(join(dataDir, 'buddy'), logMemory),
      genesis: { hash: genesisHashOf(crypto, genesis), set: genesis.set },
      app: this.#app,
      delivered: () => this.#app.storedHeight,
      hash: crypto.hash,
      readHeader,
      timing,
      sync: true,
      keepHeights,
      archive: (height) => this.#want(height),
      // Opened anew on its log, by whoever opened this.
      onFailed: (error) => this.#post({ kind: 'fatal', error: errorToWire(error) }),
      onTrouble: (what, error) => this.#trouble(`Buddy: ${what}`, error),
    })
  }

  #cycle({ newest, heartbeat }: CycleAt): void {
    if (this.#embedded === null) return
    this.#views.notice(this.#embedded.status())
    if (!heartbeat && !this.#app.hasNews()) return
    // The block that it asks for may be decided, and only on its way to the disk: a Buddy that began the next one now would lose its patience before the
    // others begin.
    for (const buddy of this.#embedded.buddies) if (buddy !== null && buddy.height <= newest + 1n) buddy.cycle()
  }

  #answer({ id, op, req }: Extract<ToSealer, { kind: 'request' }>): void {
    const handle = async (): Promise<unknown> => this.#handlers[op](req as never)
    handle().then(
      (res) => this.#post({ kind: 'reply', id, res }),
      (error: unknown) => this.#post({ kind: 'error', id, error: errorToWire(error) }),
    )
  }

  #status(): SealerStatus {
    const status = this.#opened().status()
    this.#views.notice(status)
    const buddies = status.map((buddy, at): BuddyStatus => {
      const { state = 'stopped', height = 0n, view = 0 } = buddy ?? {}
      return { index: this.#spec.buddies[at] ?? 0, key: this.#keys[at] as Uint8Array, state, height, view }
    })
    return { buddies, viewChanges: this.#views.count }
  }

  #opened(): Embedded {
    assert(this.#embedded !== null, 'requests come after the start')
    return this.#embedded
  }

  #placeOf(index: number): number {
    const at = this.#spec.buddies.indexOf(index)
    if (at < 0) throw new AppError('invalid-params', `there is no Buddy ${index} in this process`)
    return at
  }

  #trouble(what: string, error: unknown): void {
    this.#post({ kind: 'trouble', what, error: errorToWire(error) })
  }

  /** Several logs may lack the same block at the same time. */
  #want(number: bigint): Promise<Sealed | null> {
    return new Promise((resolve) => {
      const waiting = this.#wanted.get(number)
      if (waiting !== undefined) return void waiting.push(resolve)
      this.#wanted.set(number, [resolve])
      this.#post({ kind: 'want', number })
    })
  }
}

const nothing = (): null => null
