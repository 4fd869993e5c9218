// No two honest Buddies seal different blocks at one height, none seals a height twice differently, and what was decided stays decided.

import { keyOf } from '../../../../src/codec/bytes.js'
import { headerHashOf } from '../../../../src/buddy/core/signing.js'
import { Violation } from '../world.js'
import type { Machine, Observer } from '../world.js'

export function agreement(): Pick<Observer, 'decided' | 'recovered'> {
  const sealedAt = new Map<bigint, string>()
  const highest = new Map<number, bigint>()
  return {
    decided: (machine: Machine, { qc }) => {
      const hash = keyOf(headerHashOf(qc.digest))
      const known = sealedAt.get(qc.height)
      if (known !== undefined && known !== hash)
        throw new Violation(`agreement: height ${qc.height} sealed as ${known.slice(0, 8)} and ${hash.slice(0, 8)}`)
      sealedAt.set(qc.height, hash)
      highest.set(machine.id, qc.height)
    },
    recovered: (machine) => {
      if (machine.state.height <= (highest.get(machine.id) ?? 0n)) throw new Violation(`agreement: machine ${machine.id} forgot a decided height`)
    },
  }
}
