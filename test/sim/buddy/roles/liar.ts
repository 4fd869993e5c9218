// Denies its lock in Timeouts, justifies proposals with doctored TCs, claims far views and heights, and serves false blocks.

import type { Random } from '../../../fixtures/random.js'
import type { Misbehave } from '../world.js'
import { forgedPropose, forgedTimeout, rivalBlock } from './forge.js'

export function liar(prng: Random): Misbehave {
  return (machine, out) => {
    const { message, to } = out
    switch (message.kind) {
      case 'timeout':
        if (prng.likely(0.1)) return [out, { to, message: forgedTimeout(machine, message, message.view + 1 + prng.below(100_000), null) }]
        return [{ to, message: prng.likely(0.7) ? forgedTimeout(machine, message, message.view, null) : message }]
      case 'propose': {
        const { tc } = message
        const rival = tc === null ? null : rivalBlock(message, prng.below(9))
        if (tc === null || rival === null) return [out]
        const doctored = prng.likely(0.5) ? tc : { ...tc, highQc: null, timeouts: tc.timeouts.map((vote) => ({ ...vote, high: null })) }
        return [{ to, message: forgedPropose(machine, message, rival, doctored) }]
      }
      case 'votes':
        return prng.likely(0.1) ? [out, { to, message: { ...message, height: message.height + BigInt(1 + prng.below(50)) } }] : [out]
      case 'sealed':
        return [{ to, message: { ...message, block: message.block === null ? null : { ...message.block, body: Uint8Array.of(1) } } }]
      case 'report':
        return [{ to, message: { ...message, contributors: machine.state.committee.set.map((_, i) => i) } }]
      default:
        return [out]
    }
  }
}
