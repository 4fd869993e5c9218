// Every Seal that is told verifies alone, in the bytes that travel, by the set of its height; and its block is one that holds.

import { encodeSeal, decodeSeal } from '../../../../src/buddy/core/codec.js'
import { verifySeal } from '../../../../src/buddy/core/certificate.js'
import { committeeOf } from '../../../../src/buddy/core/validators.js'
import { bodyHolds, readHeader } from '../toy-block.js'
import { Violation } from '../world.js'
import type { Observer, World } from '../world.js'

export function certificates(world: World): Pick<Observer, 'decided'> {
  return {
    decided: (machine, seal, block) => {
      const { height } = seal.qc
      const parentHash = readHeader(seal.header)?.parentHash as Uint8Array
      const travelled = decodeSeal(encodeSeal(seal))
      const committee = committeeOf(machine.env, world.setAt(height))
      if (travelled === null || !verifySeal(machine.env, committee, { height, parentHash }, travelled)) {
        throw new Violation(`certificate: the Seal of height ${height} does not verify`)
      }
      if (!bodyHolds(block)) throw new Violation(`certificate: a block that does not hold was sealed at height ${height}`)
    },
  }
}
