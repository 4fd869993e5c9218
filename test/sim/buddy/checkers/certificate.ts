// Every Seal that is told verifies alone, in the bytes that travel, by the set of its height, and its block is one that holds;
// and no honest Buddy passes on a QC or a TC that is not true.

import { encodeSeal, decodeSeal } from '../../../../src/buddy/core/codec.js'
import { verifyQc, verifySeal, verifyTc } from '../../../../src/buddy/core/certificate.js'
import type { Message, Qc, Tc } from '../../../../src/buddy/core/types.js'
import { committeeOf } from '../../../../src/buddy/core/validators.js'
import { bodyHolds, readHeader } from '../toy-block.js'
import { Violation } from '../world.js'
import type { Observer, World } from '../world.js'

export function certificates(world: World): Pick<Observer, 'decided' | 'sent'> {
  // One certificate is passed on many times, by the machine that holds it.
  const proven = new WeakSet<Qc | Tc>()
  return {
    sent: ({ id, env, state }, message) => {
      for (const certificate of certificatesIn(message)) {
        if (proven.has(certificate)) continue
        proven.add(certificate)
        const committee = message.height === state.height ? state.committee : committeeOf(env, world.setAt(message.height))
        const holds = 'timeouts' in certificate ? verifyTc(env, committee, certificate) : verifyQc(env, committee, certificate)
        if (!holds) throw new Violation(`certificate: machine ${id} passed on one that is not true, in a ${message.kind}`)
      }
    },
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

function certificatesIn(message: Message): (Qc | Tc)[] {
  const found = (): (Qc | Tc | null)[] => {
    switch (message.kind) {
      case 'qc':
        return [message.qc]
      case 'tc':
        return [message.tc]
      case 'timeout':
        return [message.highQc]
      case 'propose':
        return [message.tc]
      default:
        return []
    }
  }
  return found().filter((certificate) => certificate !== null)
}
