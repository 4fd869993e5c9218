// Owns: what a Seal of this network is worth, said plainly.
// Called by: sealing-view.ts; the banner of a start prints the text.

import type { ValidatorSet } from '../buddy/core/types.js'
import { quorumWeight } from '../buddy/core/validators.js'

export type TrustModel = {
  /** `single-operator`: all Buddies run in the gateway. `separate`: the gateway has none of their keys. */
  model: 'single-operator' | 'separate'
  buddies: number
  /** Weight that seals, of the total. */
  quorum: bigint
  weight: bigint
  /** True where Buddies execute every lane block themselves before they vote. */
  reexecuted: boolean
  text: string
}

const singleOperatorText =
  'Single operator: all Buddies run in this process, with keys in its data folder, and share one execution. A Seal tells what this process decided and survives a crash; it does not protect from the operator.'

const separateText =
  'Separate Buddies: Hyper Blocks are sealed by Buddies outside of this process, each of which executes every lane block itself before it votes. What a Seal is worth depends on how many different owners they have.'

export function trustModelOf(set: ValidatorSet, embedded: boolean): TrustModel {
  const weight = set.reduce((sum, validator) => sum + validator.weight, 0n)
  return {
    model: embedded ? 'single-operator' : 'separate',
    buddies: set.length,
    quorum: quorumWeight(weight),
    weight,
    reexecuted: !embedded,
    text: embedded ? singleOperatorText : separateText,
  }
}
