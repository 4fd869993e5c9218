// Owns: signatures for contracts on sealed Hyper Blocks: those of Buddies of this process made when asked for, those of others kept as they come in.
// Does not own: what is signed (core/onchain-seal.ts), keys (onchain-key.ts), who the Buddies are (sealing.ts).
// Called by: sealing.ts; rpc reads it.

import type { Verify } from '../buddy/signer.js'
import type { ValidatorSet } from '../buddy/core/types.js'
import { AppError } from '../errors.js'
import { equalBytes, toHex } from '../primitives.js'
import type { Hash32 } from '../primitives.js'
import { bindingPreimage, onchainDigest } from './core/onchain-seal.js'
import type { OnchainClaim, OnchainMember, OnchainSignature } from './core/onchain-seal.js'
import type { HyperBlock } from './hyper-block.js'
import { signerAddress } from './onchain-key.js'
import type { OnchainSigner } from './onchain-key.js'
import type { Keccak256 } from './session-id.js'

export type { OnchainMember, OnchainSignature } from './core/onchain-seal.js'

/** `signatures` by rising address, as the contract wants them. */
export type OnchainSeal = OnchainClaim & { genesisHash: Hash32; digest: Hash32; signatures: OnchainSignature[] }

export interface OnchainReader {
  /** The address of each Buddy of the set that told it, by place in the set. */
  members(): (OnchainMember | null)[]
  /** Whatever is there of it: a contract wants more than 2/3 of the weight. */
  sealOf(block: HyperBlock): OnchainSeal
  /** What Buddies of this process sign of a block. */
  ownOf(block: HyperBlock): OnchainSignature[]
  /** Of a Buddy elsewhere. @throws AppError 'not-allowed', 'invalid-params' */
  accept(signature: OnchainSignature): void
}

export type OnchainOptions = {
  signers: readonly OnchainSigner[]
  genesisHash: Hash32
  keccak256: Keccak256
  verify: Verify
  set: () => ValidatorSet
  height: () => bigint
  /** Hyper Blocks of which signatures of others are kept, and how far ahead of the newest one they may come. */
  keptMax: number
  aheadMax: number
}

export class OnchainSeals implements OnchainReader {
  readonly #options: OnchainOptions
  /** By number, then by key of the Buddy: the newest of each. */
  readonly #kept = new Map<bigint, Map<string, OnchainSignature>>()
  readonly #announced = new Map<string, OnchainMember>()

  constructor(options: OnchainOptions) {
    this.#options = options
    for (const { key, address, binding } of options.signers) this.#announced.set(toHex(key), { key, address, binding })
  }

  members(): (OnchainMember | null)[] {
    return this.#options.set().map(({ key }) => this.#announced.get(toHex(key)) ?? null)
  }

  sealOf(block: HyperBlock): OnchainSeal {
    const { genesisHash } = this.#options
    const claim = claimOf(block)
    const others = [...(this.#kept.get(claim.number)?.values() ?? [])].filter(
      ({ hash, setHash }) => equalBytes(hash, claim.hash) && equalBytes(setHash, claim.setHash),
    )
    // One per address: anybody can hand in again what was answered here, and a contract refuses what comes twice.
    const byAddress = new Map([...others, ...this.ownOf(block)].map((signature) => [toHex(signature.address), signature]))
    const signatures = [...byAddress].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, signature]) => signature)
    return { ...claim, genesisHash, digest: this.#digest(claim), signatures }
  }

  /** Deterministic, so nothing is kept; only of what is sealed, because a `HyperBlock` is. */
  ownOf(block: HyperBlock): OnchainSignature[] {
    const claim = claimOf(block)
    const { signers, set } = this.#options
    const sealing = signers.filter(({ key }) => set().some((member) => equalBytes(member.key, key)))
    return sealing.map(({ key, address, binding, sign }) => ({ key, address, binding, ...claim, signature: sign(this.#digest(claim)) }))
  }

  accept(signature: OnchainSignature): void {
    const { set, height, keptMax, aheadMax, keccak256 } = this.#options
    const { key, address, binding, number } = signature
    // The cheap questions first: anybody may call.
    if (!set().some((member) => equalBytes(member.key, key))) throw new AppError('not-allowed', `${toHex(key)} is no Buddy of this network`)
    if (number > height() + BigInt(aheadMax) || number + BigInt(keptMax) <= height()) {
      throw new AppError('invalid-params', `signatures on Hyper Block ${number} are not kept; the newest is ${height()}`)
    }
    const signer = signerAddress(this.#digest(signature), signature.signature, keccak256)
    if (signer === null || !equalBytes(signer, address)) throw new AppError('not-allowed', `the signature is not of ${toHex(address)}`)
    this.#announce({ key, address, binding })
    const kept = this.#kept.get(number) ?? new Map<string, OnchainSignature>()
    this.#kept.set(number, kept.set(toHex(key), signature))
    for (const old of this.#kept.keys()) if (old + BigInt(keptMax) <= height()) this.#kept.delete(old)
  }

  /** A Buddy that lost its key tells a new address; two cannot tell the same one, because a contract counts an address once. */
  #announce(member: OnchainMember): void {
    const { verify, genesisHash, keccak256 } = this.#options
    const name = toHex(member.key)
    const known = this.#announced.get(name)
    if (known !== undefined && equalBytes(known.address, member.address) && equalBytes(known.binding, member.binding)) return
    if (!verify(member.key, bindingPreimage({ hash: keccak256 }, genesisHash, member.address), member.binding)) {
      throw new AppError('not-allowed', `Buddy ${name} does not say that ${toHex(member.address)} is its address`)
    }
    if (this.members().some((other) => other !== null && toHex(other.key) !== name && equalBytes(other.address, member.address))) {
      throw new AppError('not-allowed', `${toHex(member.address)} is the address of another Buddy`)
    }
    this.#announced.set(name, member)
  }

  #digest(claim: OnchainClaim): Hash32 {
    return onchainDigest({ hash: this.#options.keccak256 }, this.#options.genesisHash, claim) as Hash32
  }
}

function claimOf({ header, hash }: HyperBlock): OnchainClaim {
  return { number: header.number, hash, setHash: header.setHash }
}
