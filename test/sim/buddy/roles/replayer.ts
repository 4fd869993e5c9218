// Says again, to anybody and at any time, what it said before: votes of old views, Timeouts of old heights, other Buddies' votes in it.

import type { Message } from '../../../../src/buddy/core/types.js'
import type { Random } from '../../../fixtures/random.js'
import type { Misbehave } from '../world.js'

const memoryMax = 48

export function replayer(prng: Random): Misbehave {
  const memory: Message[] = []
  return (machine, out) => {
    if (memory.length < memoryMax) memory.push(out.message)
    else memory[prng.below(memoryMax)] = out.message
    if (!prng.likely(0.3)) return [out]
    const { set } = machine.state.committee
    return [out, { to: prng.pick(set).key, message: prng.pick(memory) }]
  }
}
