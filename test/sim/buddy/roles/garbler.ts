// Sends what decodes but is not true: places of nobody, signatures of nothing, certificates with a part missing or doubled.

import type { Message, Qc, Tc } from '../../../../src/buddy/core/types.js'
import type { Random } from '../../../fixtures/random.js'
import type { Misbehave } from '../world.js'

export function garbler(prng: Random): Misbehave {
  return (_, out) => (prng.likely(0.4) ? [out, { ...out, message: garbled(prng, out.message) }] : [out])
}

function garbled(prng: Random, message: Message): Message {
  switch (message.kind) {
    case 'votes': {
      const votes = message.votes.map((vote) => ({ ...vote, validator: place(prng), signature: prng.bytes(32) }))
      return { ...message, view: message.view + prng.below(12), votes: prng.likely(0.2) ? [] : [...votes, ...message.votes, ...votes] }
    }
    case 'timeout':
      return { ...message, validator: place(prng), highQc: message.highQc === null ? null : brokenQc(prng, message.highQc) }
    case 'propose':
      return { ...message, view: message.view + prng.below(3), tc: message.tc === null ? null : brokenTc(prng, message.tc) }
    case 'qc':
      return { ...message, qc: brokenQc(prng, message.qc) }
    case 'tc':
      return { ...message, tc: brokenTc(prng, message.tc) }
    case 'sealed':
      return { ...message, seal: { ...message.seal, qc: brokenQc(prng, message.seal.qc), nextSet: null } }
    case 'ask':
      return { ...message, view: prng.below(5) }
    case 'report':
      return { ...message, contributors: [200, 255], certs: message.certs.map((cert) => ({ ...cert, signatures: cert.signatures.slice(1) })) }
  }
}

/** Most of these are nobody's. */
function place(prng: Random): number {
  return prng.likely(0.5) ? prng.below(256) : prng.below(4)
}

function brokenQc(prng: Random, qc: Qc): Qc {
  switch (prng.below(4)) {
    case 0:
      return { ...qc, signers: qc.signers.slice(1), signatures: qc.signatures.slice(1) }
    case 1:
      return { ...qc, kind: qc.kind === 'prepare' ? 'commit' : 'prepare' }
    case 2:
      return { ...qc, view: qc.view + 1 }
    default:
      return { ...qc, signatures: qc.signatures.map((signature, i) => (i === 0 ? prng.bytes(32) : signature)) }
  }
}

function brokenTc(prng: Random, tc: Tc): Tc {
  switch (prng.below(4)) {
    case 0:
      return { ...tc, timeouts: tc.timeouts.slice(1) }
    case 1:
      return { ...tc, timeouts: [...tc.timeouts, ...tc.timeouts.slice(0, 1)] }
    case 2:
      return { ...tc, highQc: null }
    default:
      return { ...tc, view: tc.view + 1, highQc: tc.highQc === null ? null : brokenQc(prng, tc.highQc) }
  }
}
