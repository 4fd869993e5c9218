// Owns: signed changes on their way into a Hyper Block: whether one may come next, keeping it until it is sealed, signing where the admin's key is here.
// Does not own: what a change does (core/ledger.ts).
// Called by: sealing.ts.

import { existsSync } from 'node:fs'
import { readKeyFile } from '../buddy/key-file.js'
import { createVerifier } from '../buddy/signer.js'
import type { Signer } from '../buddy/signer.js'
import { AppError } from '../errors.js'
import { bigintMax, equalBytes } from '../primitives.js'
import type { Hash32 } from '../primitives.js'
import { changePreimage } from './core/hyper-codec.js'
import type { Change, HyperGenesis, SignedChange } from './core/hyper-types.js'
import { adminKeyFile } from './genesis-file.js'
import type { HyperStore } from './hyper-store.js'
import type { Keccak256 } from './session-id.js'

type Deps = { genesis: { document: HyperGenesis; hash: Hash32 }; dataDir: string; store: HyperStore; keccak256: Keccak256 }

export class ChangeDesk {
  readonly #deps: Deps
  readonly #verify = createVerifier()
  #next = 0n
  /** One after the other: two callers must not be given the same nonce. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Of the change that is accepted next. */
  get nonce(): bigint {
    return this.#next
  }

  /** Those that an earlier life of the process accepted; `sealed`: the nonce that the newest Hyper Block expects. */
  async open(sealed: bigint): Promise<SignedChange[]> {
    const waiting = await this.waiting(sealed)
    this.#next = sealed + BigInt(waiting.length)
    return waiting
  }

  /** Those that were accepted and that no Hyper Block holds; `sealed` as for `open`. */
  async waiting(sealed: bigint): Promise<SignedChange[]> {
    return (await this.#deps.store.changesWaiting()).filter(({ nonce }) => nonce >= sealed)
  }

  /** A Hyper Block may hold changes that only others had been told of: the next one follows those. */
  sealed(nonce: bigint): void {
    this.#next = bigintMax(this.#next, nonce)
  }

  /** Durable when it settles. @throws AppError 'not-allowed', 'invalid-params', 'store-failed'. */
  accept(change: SignedChange, mistakeOf: (change: SignedChange) => Promise<string | null>): Promise<void> {
    return this.#inTurn(async () => {
      this.#check(change)
      const mistake = await mistakeOf(change)
      if (mistake !== null) throw new AppError('invalid-params', `the change cannot come next: ${mistake}`)
      await this.#deps.store.keepChange(change)
      this.sealed(change.nonce + 1n)
    })
  }

  /** Signed and accepted; null where the admin's key is not in the data folder. */
  sign(change: Change): Promise<SignedChange | null> {
    return this.#inTurn(async () => {
      const signer = this.#signer()
      if (signer === null) return null
      const { keccak256, genesis, store } = this.#deps
      const unsigned = { nonce: this.#next, change }
      const signed = { ...unsigned, signature: signer.sign(changePreimage({ hash: keccak256 }, genesis.hash, unsigned)) }
      await store.keepChange(signed)
      this.sealed(signed.nonce + 1n)
      return signed
    })
  }

  #check({ nonce, change, signature }: SignedChange): void {
    const { genesis, keccak256 } = this.#deps
    const { adminKey } = genesis.document.params
    const preimage = changePreimage({ hash: keccak256 }, genesis.hash, { nonce, change })
    if (adminKey === null) throw new AppError('not-allowed', 'this network has no admin: its lanes and Buddies do not change')
    if (!this.#verify(adminKey, preimage, signature)) throw new AppError('not-allowed', 'the change is not signed by the admin of this network')
    if (nonce !== this.#next) throw new AppError('invalid-params', `the next change has nonce ${this.#next}, not ${nonce}`, { nonce: this.#next })
  }

  #signer(): Signer | null {
    const { dataDir, genesis } = this.#deps
    const file = adminKeyFile(dataDir)
    const { adminKey } = genesis.document.params
    if (adminKey === null || !existsSync(file)) return null
    const signer = readKeyFile(file)
    return equalBytes(signer.key, adminKey) ? signer : null
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }
}
