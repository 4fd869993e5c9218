// Speaks to some only, another few for each view, and never tells what a quorum found.

import { keyOf } from '../../../../src/codec/bytes.js'
import type { Random } from '../../../fixtures/random.js'
import type { Misbehave } from '../world.js'

export function withholder(prng: Random): Misbehave {
  const favoured = new Map<string, boolean>()
  const share = prng.pick([0.1, 0.4, 0.7])
  return (_, out) => {
    const { message } = out
    if (message.kind === 'qc' || message.kind === 'sealed' || message.kind === 'tc') return []
    const name = `${keyOf(out.to)}:${message.height}:${'view' in message ? message.view : ''}`
    if (!favoured.has(name)) favoured.set(name, prng.likely(share))
    return favoured.get(name) === true ? [out] : []
  }
}
