// Owns: one app for several Buddies of one thread: told of each height once, asked about each block once.
// Does not own: the app (app.ts) or the Buddies (embedded.ts).
// Called by: embedded.ts.

import { equalBytes } from '../primitives.js'
import type { BuddyApp, Sealed } from './app.js'
import { keyOf, sameBytes } from '../codec/bytes.js'
import type { Block } from './core/types.js'
import { accusationsKeptMax, judgementsMax } from './limits.js'

export type SharedApp = BuddyApp & {
  /** The highest height that the app was told of. */
  readonly height: () => bigint
}

type Judgement = { block: Block; valid: Promise<boolean> }

/**
 * The app moves with the first Buddy that decides, so others may still be at a height that it has left: `sealed` knows what was decided there.
 */
export function shareApp(app: BuddyApp, delivered: bigint, sealed: (height: bigint) => Promise<Sealed | null>): SharedApp {
  let last = delivered
  let tail: Promise<void> = Promise.resolve()
  const judgements = new Map<string, Judgement>()
  const accused = new Set<string>()

  const tell = async (of: Sealed): Promise<void> => {
    if (of.seal.qc.height <= last) return
    await app.decided(of)
    last = of.seal.qc.height
    judgements.clear()
  }
  const judge = (at: Parameters<BuddyApp['validate']>[0]): Promise<boolean> => {
    const name = `${at.mode}:${keyOf(at.hash)}`
    const known = judgements.get(name)
    // One header may come with several bodies, of which one is right.
    if (known !== undefined && equalBytes(known.block.body, at.block.body)) return known.valid
    const valid = app.validate(at)
    forgetOldest(judgements, judgementsMax)
    judgements.set(name, { block: at.block, valid })
    // What failed is asked again.
    valid.catch(() => judgements.get(name)?.valid === valid && judgements.delete(name))
    return valid
  }
  return {
    height: () => last,
    build: async (at) => (at.height <= last ? null : app.build(at)),
    validate: async (at) => {
      if (at.height > last) return judge(at)
      const known = await sealed(at.height)
      return known !== null && sameBytes(known.block.header, at.block.header) && equalBytes(known.block.body, at.block.body)
    },
    decided: (of) => {
      // A failure ends the Buddy that told; the next one tries again.
      const told = tail.then(() => tell(of))
      tail = told.catch(() => undefined)
      return told
    },
    evidence: (evidence) => {
      const name = `${evidence.height}:${evidence.rule}:${evidence.culprit}`
      if (accused.has(name)) return
      forgetOldest(accused, accusationsKeptMax)
      accused.add(name)
      app.evidence(evidence)
    },
  }
}

function forgetOldest(names: Map<string, unknown> | Set<string>, max: number): void {
  const [oldest] = names.keys()
  if (names.size >= max && oldest !== undefined) names.delete(oldest)
}
