// Owns: the ledger as the Buddies of this process ask it (B9): lane blocks were executed once, by the lanes they share, and facts judge proposals.
// Does not own: what follows from the facts (core/ledger.ts), one answer for several Buddies (buddy/shared-app.ts).
// Called by: sealer-host.ts; the Buddies, as their app.

import type { BuddyApp } from '../buddy/app.js'
import type { Block, Crypto, Evidence } from '../buddy/core/types.js'
import { addEvidence, addFacts, applySealed, build, changeMistake, check, createLedger, hasChanges, hasNews } from './core/ledger.js'
import type { Ledger } from './core/ledger-state.js'
import { decodeBody, decodeRoster, encodeRoster } from './core/hyper-codec.js'
import type { LaneFacts } from './core/hyper-facts.js'
import type { SignedChange } from './core/hyper-types.js'
import type { Sealed } from './hyper-block.js'
import type { FromSealer, SealerSpec } from './sealer-protocol.js'

type Deps = { crypto: Crypto; post: (message: FromSealer) => void; nowMs: () => number }

export class LedgerApp implements BuddyApp {
  readonly #deps: Deps
  readonly #ledger: Ledger
  #stored: bigint
  /** The block that is on its way to the process's disk. */
  #storing: { number: bigint; settle: () => void } | null = null
  /** Who waits for more facts, to judge a proposal. */
  #waiting: (() => void)[] = []

  constructor({ genesis, last }: Pick<SealerSpec, 'genesis' | 'last'>, deps: Deps) {
    this.#deps = deps
    const roster = last === null || last.roster === null ? null : decodeRoster(last.roster)
    this.#stored = last?.sealed.seal.qc.height ?? 0n
    this.#ledger = createLedger({ crypto: deps.crypto, genesis, last: last?.sealed.block ?? null, roster })
  }

  /** Number of the newest block that the process has stored. */
  get storedHeight(): bigint {
    return this.#stored
  }

  hasNews(): boolean {
    return hasNews(this.#ledger, this.#deps.nowMs())
  }

  /** @throws AppError for facts that contradict what is known. */
  add(facts: LaneFacts): void {
    addFacts(this.#ledger, { ...facts, nowMs: this.#deps.nowMs() })
    this.#wake()
  }

  changeMistake(change: SignedChange): string | null {
    return changeMistake(this.#ledger, change)
  }

  stored(number: bigint): void {
    if (this.#storing?.number !== number) return
    this.#stored = number
    this.#storing.settle()
    this.#storing = null
  }

  async build(at: Parameters<BuddyApp['build']>[0]): Promise<Block | null> {
    return build(this.#ledger, { ...at, nowMs: this.#deps.nowMs() })
  }

  /** A proposal of before a restart may be here before the lanes have told of its blocks: it is judged when they have. */
  async validate({ height, block, mode }: Parameters<BuddyApp['validate']>[0]): Promise<boolean> {
    for (;;) {
      const verdict = check(this.#ledger, { block, mode, nowMs: this.#deps.nowMs() })
      switch (verdict.kind) {
        case 'valid':
          this.#tellProposed(block)
          return true
        case 'invalid': {
          const what = `a proposal for Hyper Block ${height} is refused`
          this.#deps.post({ kind: 'trouble', what, error: { code: 'block-invalid', message: verdict.reason } })
          return false
        }
        case 'lacking':
          await new Promise<void>((resolve) => this.#waiting.push(resolve))
      }
    }
  }

  /** Settles when the process has stored it: so no more than one block is ever on the way. */
  decided(sealed: Sealed): Promise<void> {
    const number = sealed.seal.qc.height
    const roster = applySealed(this.#ledger, sealed.block)
    const stored = new Promise<void>((settle) => (this.#storing = { number, settle }))
    const waits = hasChanges(this.#ledger)
    this.#deps.post({ kind: 'decided', number, sealed, roster: roster === null ? null : encodeRoster(roster), waits })
    this.#wake()
    return stored
  }

  evidence(evidence: Evidence): void {
    if (!addEvidence(this.#ledger, evidence, this.#deps.nowMs())) return
    this.#wake()
    this.#deps.post({ kind: 'evidence', evidence })
  }

  #tellProposed({ body }: Block): void {
    const lanes = decodeBody(body)?.lanes ?? []
    this.#deps.post({ kind: 'proposed', lanes: lanes.map(({ chainId, to }) => ({ chainId, to })) })
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}
