// Owns: the app's side of a Buddy: decided blocks in order and each once, questions only about what follows them.
// Does not own: the app (app.ts) or what its answers lead to (core).
// Called by: runner.ts.

import type { BuddyApp, Sealed } from './app.js'
import type { Effect, Input, ValidatorSet } from './core/types.js'

export type Deliveries = {
  decided: (sealed: Sealed) => void
  build: (effect: Extract<Effect, { kind: 'build' }>, at: { proposer: number; set: ValidatorSet }) => Promise<void>
  validate: (effect: Extract<Effect, { kind: 'validate' }>, set: ValidatorSet) => Promise<void>
  /** Sealed blocks that the app was not told yet. */
  waiting: () => number
  /** Settles when the app was told of all. */
  idle: () => Promise<void>
}

/** `failed` ends the Buddy: it must not go on without its app. `refused` is told of questions that the app could not answer. */
export type DeliveryEvents = { feed: (input: Input) => void; failed: (error: unknown) => void; refused: (what: string, error: unknown) => void }

/** `delivered`: the highest height that the app has already; such heights are not told again. */
export function createDeliveries(app: BuddyApp, delivered: bigint, events: DeliveryEvents): Deliveries {
  let tail: Promise<void> = Promise.resolve()
  let last = delivered
  let waiting = 0
  let broken = false

  const tell = async (sealed: Sealed): Promise<void> => {
    const { height } = sealed.seal.qc
    // After a failure nothing more: a gap is worse than a stop.
    if (height > last && !broken) {
      await app.decided(sealed)
      last = height
    }
  }
  /** Questions go to an app that knows every block before the one they are about. */
  const ask = async <T>(what: string, otherwise: T, question: () => Promise<T>): Promise<T> => {
    await tail
    if (broken) return otherwise
    try {
      return await question()
    } catch (error) {
      events.refused(what, error)
      return otherwise
    }
  }
  return {
    decided: (sealed) => {
      waiting++
      tail = tail
        .then(() => tell(sealed))
        .catch((error: unknown) => {
          if (!broken) events.failed(error)
          broken = true
        })
        .finally(() => waiting--)
    },
    build: async ({ height, view, parentHash }, { proposer, set }) => {
      const block = await ask('build', null, () => app.build({ height, view, parentHash, proposer, set }))
      if (block !== null) events.feed({ kind: 'built', height, view, block })
    },
    validate: async ({ height, hash, block, mode }, set) => {
      // What cannot be judged is not valid now; a block that a quorum vouched for comes again.
      const valid = await ask('validate', false, () => app.validate({ height, hash, block, mode, set }))
      events.feed({ kind: 'validated', height, hash, valid })
    },
    waiting: () => waiting,
    idle: () => tail,
  }
}
